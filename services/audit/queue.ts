/** Records wait here and are written in batches, one batch at a time; those that somebody waits for go at once. */
export interface QueueOptions<Item> {
  /** Writes a batch as a whole or throws; `awaited` says that somebody waits for it. */
  readonly write: (batch: readonly Item[], awaited: boolean) => Promise<void>;
  /** Items in one batch: enough to share a disk sync, few enough to keep the event loop free. */
  readonly maxBatch: number;
  /** Best-effort items wait at most this long. @default 100 ms */
  readonly flushMs?: number;
  /** Best-effort items beyond this many are lost, and counted. @default 20000 */
  readonly maxQueued?: number;
  /** Told once for each outage. */
  readonly onError?: (error: Error) => void;
}

interface Queued<Item> {
  readonly item: Item;
  readonly done: ((written: boolean) => void) | undefined;
}

export class BatchQueue<Item> {
  private readonly queue: Queued<Item>[] = [];
  private awaited = 0;
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  /** Items that were dropped since the start. */
  lost = 0;
  /** Items that were written since the start. */
  written = 0;
  /** False while the last write failed. */
  available = true;

  constructor(private readonly options: QueueOptions<Item>) {}

  /** Best effort: returns at once. */
  append(item: Item): void {
    if (this.queue.length >= (this.options.maxQueued ?? 20_000)) {
      this.lost++;
      return;
    }
    this.queue.push({ item, done: undefined });
    this.later();
  }

  /** Resolves once the item was written; false when it could not be. */
  appendDurable(item: Item): Promise<boolean> {
    return new Promise((done) => {
      this.queue.push({ item, done });
      this.awaited++;
      this.run();
    });
  }

  /** Writes what is queued. */
  async close(): Promise<void> {
    this.closed = true;
    this.run();
    await this.running;
  }

  private later(): void {
    this.timer ??= setTimeout(() => this.run(), this.options.flushMs ?? 100);
  }

  private run(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running ??= this.drain().finally(() => {
      this.running = undefined;
      // What arrived between the last look at the queue and now.
      if (this.awaited > 0 || (this.closed && this.queue.length > 0)) this.run();
      else if (this.queue.length > 0) this.later();
    });
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, this.options.maxBatch);
      const awaited = batch.filter(({ done }) => done !== undefined);
      this.awaited -= awaited.length;
      const written = await this.write(batch, awaited.length > 0);
      for (const { done } of awaited) done?.(written);
    }
  }

  private async write(batch: readonly Queued<Item>[], awaited: boolean): Promise<boolean> {
    try {
      await this.options.write(
        batch.map(({ item }) => item),
        awaited,
      );
      this.available = true;
      this.written += batch.length;
    } catch (error) {
      if (this.available) this.options.onError?.(error as Error);
      this.available = false;
      this.lost += batch.length;
    }
    return this.available;
  }
}
