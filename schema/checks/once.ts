import type { Finding } from '../../core/findings/finding';

/** Keys that hold for all versions are checked for each one; the user made one mistake and hears of it once. */
export function onceEach(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, message, place }) => {
    const key = JSON.stringify([code, message, place]);
    return !seen.has(key) && seen.add(key);
  });
}
