import { randomBytes } from 'node:crypto';
import type { CacheEpochs } from '../../../../core/decide/cache-epoch';
import type { CacheEntry, Found, Lease, ResponseCache } from './entry';

/** What an entry costs besides its body: key, object, map slot. */
const ENTRY_OVERHEAD = 400;

/** Least recently used answers leave first; bounded by bytes. Who fetches what is told apart within a process by `SingleFlight`. */
export class MemoryCache implements ResponseCache {
  readonly epochs: CacheEpochs = { base: randomEpoch(), purged: {} };
  private readonly entries = new Map<string, CacheEntry>();
  private used = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly now: () => number = Date.now,
  ) {}

  get bytes(): number {
    return this.used;
  }

  peek(key: string): CacheEntry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    if (entry.staleUntil <= this.now()) {
      this.used -= cost(entry);
      return undefined;
    }
    this.entries.set(key, entry);
    return entry;
  }

  look(key: string): Found {
    const entry = this.peek(key);
    return entry === undefined ? { kind: 'lead', lease: this.renew(key) } : { kind: 'entry', entry };
  }

  renew(key: string): Lease {
    return { store: (entry) => this.set(key, entry), release: () => undefined };
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
  readonly epochs = undefined;

  peek(): undefined {
    return undefined;
  }

  look(): Found {
    return { kind: 'lead', lease: NO_LEASE };
  }

  renew(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Of one who fetches for itself alone. */
export const NO_LEASE: Lease = { store: () => undefined, release: () => undefined };

/** Fresh, so that nothing stored before is found. */
export function randomEpoch(): string {
  return randomBytes(16).toString('hex');
}
