export interface UntilOptions {
  readonly timeoutMs: number;
  /** Ends the wait early. */
  readonly stop?: () => boolean;
  /** @default 50 */
  readonly everyMs?: number;
}

/** Asks again and again; true once the answer is yes, false when time is up or the wait was stopped. */
export async function until(holds: () => Promise<boolean>, options: UntilOptions): Promise<boolean> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    if (options.stop?.()) return false;
    if (await holds()) return true;
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 50));
  }
}
