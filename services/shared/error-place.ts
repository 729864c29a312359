/** Where an error arose: the first frames of its stack, without its message, which may hold what a caller sent. */
export function errorPlace(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames
    .slice(0, 4)
    .map((line) => line.trim())
    .join(' | ')
    .slice(0, 600);
}
