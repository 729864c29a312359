/** Stops asking a store that fails: after `failures` in a row it is left alone for `pauseMs`, then one question tries it. */
export class Breaker {
  private failed = 0;
  private closedUntil = 0;

  constructor(
    private readonly failures: number,
    private readonly pauseMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether a question may be asked now. */
  allows(): boolean {
    if (this.failed < this.failures) return true;
    if (this.now() < this.closedUntil) return false;
    // One question is let through; the others wait for its outcome.
    this.closedUntil = this.now() + this.pauseMs;
    return true;
  }

  succeeded(): void {
    this.failed = 0;
  }

  failedOnce(): void {
    this.failed++;
    if (this.failed >= this.failures) this.closedUntil = this.now() + this.pauseMs;
  }

  get open(): boolean {
    return this.failed >= this.failures;
  }
}
