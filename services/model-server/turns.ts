/** Nobody else may wait: 503. */
export class QueueFull extends Error {}

/** Lets `atOnce` tasks run and `waiting` more wait, first come first served. */
export class Turns {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly mostWaiting: number,
  ) {}

  get waiting(): number {
    return this.queue.length;
  }

  /** Runs the task when its turn comes; rejects with `QueueFull` at once when too many wait, with the signal's reason when it was given up. */
  async take<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.running >= this.atOnce) {
      if (this.queue.length >= this.mostWaiting) throw new QueueFull('too many requests are waiting');
      await this.turn(signal);
    } else {
      this.running++;
    }
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      // The turn goes straight to the next one, so that nobody can slip in between.
      const next = this.queue.shift();
      if (next) next();
      else this.running--;
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        const index = this.queue.indexOf(go);
        if (index >= 0) this.queue.splice(index, 1);
        reject(signal.reason);
      };
      this.queue.push(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
