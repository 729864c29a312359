import { randomBytes } from 'node:crypto';
import type { CacheEntry, ResponseCache } from './entry';

/** What an entry costs besides its body: key, object, map slot. */
const ENTRY_OVERHEAD = 400;

/** Least recently used answers leave first; bounded by bytes. */
export class MemoryCache implements ResponseCache {
  readonly epoch = randomEpoch();
  private readonly entries = new Map<string, CacheEntry>();
  private used = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly now: () => number = Date.now,
  ) {}

  get bytes(): number {
    return this.used;
  }

  get(key: string): CacheEntry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    if (entry.expiresAt <= this.now()) {
      this.used -= cost(entry);
      return undefined;
    }
    this.entries.set(key, entry);
    return entry;
  }

  set(key: string, entry: CacheEntry): void {
    if (cost(entry) > this.maxBytes) return;
    const old = this.entries.get(key);
    if (old !== undefined) {
      this.used -= cost(old);
      this.entries.delete(key);
    }
    // A copy, because a small body may be a view into a large network buffer.
    const own = { ...entry, body: Buffer.from(entry.body) };
    this.entries.set(key, own);
    this.used += cost(own);
    for (const [oldest, each] of this.entries) {
      if (this.used <= this.maxBytes) return;
      this.entries.delete(oldest);
      this.used -= cost(each);
    }
  }

  close(): Promise<void> {
    this.entries.clear();
    this.used = 0;
    return Promise.resolve();
  }
}

function cost(entry: CacheEntry): number {
  return entry.body.length + ENTRY_OVERHEAD;
}

/** For stacks without a cache. */
export class NoCache implements ResponseCache {
  readonly epoch = undefined;

  get(): undefined {
    return undefined;
  }

  set(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Fresh, so that nothing stored before is found. */
export function randomEpoch(): string {
  return randomBytes(16).toString('hex');
}
