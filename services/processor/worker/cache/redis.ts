import { Redis } from 'ioredis';
import { log } from '../../../shared/log';
import { Breaker } from './breaker';
import { randomEpoch } from './memory';
import { openEntry, sealEntry, type CacheEntry, type ResponseCache } from './entry';

export interface RedisCacheOptions {
  /** `host:port` or a Unix socket's path. */
  readonly address: string;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** Every key starts with it; the ACL user needs no other. */
  readonly prefix: string;
  /** Seals the values. */
  readonly secret: Uint8Array;
  /** Longest wait for an answer of the cache. @default 50 ms */
  readonly timeoutMs?: number;
}

const FAILURES = 3;
const PAUSE_MS = 1000;
/** Writes that may be under way; beyond it an answer is not stored. */
const MAX_WRITES = 1000;
/** How soon all gateways know of a new epoch. */
const EPOCH_MS = 2000;

/** Redis as a lossy memo: slow, down, full, read-only or corrupted, it simply has no entry. */
export class RedisCache implements ResponseCache {
  private readonly client: Redis;
  private readonly breaker = new Breaker(FAILURES, PAUSE_MS);
  private readonly timeoutMs: number;
  private writes = 0;
  private told = false;
  private known: string | undefined;
  private readonly asking: NodeJS.Timeout;

  constructor(private readonly options: RedisCacheOptions) {
    this.timeoutMs = options.timeoutMs ?? 50;
    this.client = new Redis({
      ...place(options.address),
      ...(options.tls ? { tls: {} } : {}),
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
      // A question is asked now or not at all: nothing waits for a connection to come back.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      connectTimeout: 1000,
      // Breaks a connection whose far end is gone without a word.
      socketTimeout: 5000,
      retryStrategy: (attempt) => Math.min(2000, 50 * 2 ** Math.min(attempt, 6)),
      lazyConnect: false,
    });
    this.client.on('error', (error: Error) => this.tell(error));
    this.client.on('ready', () => {
      this.told = false;
      void this.askEpoch();
    });
    this.asking = setInterval(() => void this.askEpoch(), EPOCH_MS);
    this.asking.unref();
  }

  get epoch(): string | undefined {
    return this.known;
  }

  /** The epoch stands in the store, so that all gateways share answers and one command can make them all forgotten. A store that lost it gets a fresh one. */
  private async askEpoch(): Promise<void> {
    if (this.client.status !== 'ready') return;
    const name = `${this.options.prefix}epoch`;
    try {
      const found = await within(this.client.get(name), this.timeoutMs);
      if (found === null) await within(this.client.set(name, randomEpoch(), 'NX'), this.timeoutMs);
      this.known = found ?? (await within(this.client.get(name), this.timeoutMs)) ?? undefined;
    } catch (error) {
      this.tell(error as Error);
    }
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    if (this.client.status !== 'ready' || !this.breaker.allows()) return undefined;
    const name = this.options.prefix + key;
    try {
      const bytes = await within(this.client.getBuffer(name), this.timeoutMs);
      this.breaker.succeeded();
      return bytes === null ? undefined : openEntry(this.options.secret, key, bytes, Date.now());
    } catch (error) {
      this.breaker.failedOnce();
      this.tell(error as Error);
      return undefined;
    }
  }

  set(key: string, entry: CacheEntry): void {
    const ttl = entry.expiresAt - Date.now();
    if (ttl <= 0 || this.client.status !== 'ready' || this.breaker.open || this.writes >= MAX_WRITES) return;
    this.writes++;
    // A full or read-only Redis answers with an error: it still answers reads, so the breaker is not told.
    this.client
      .set(this.options.prefix + key, sealEntry(this.options.secret, key, entry), 'PX', Math.ceil(ttl))
      .catch((error: Error) => this.tell(error))
      .finally(() => this.writes--);
  }

  close(): Promise<void> {
    clearInterval(this.asking);
    this.client.disconnect();
    return Promise.resolve();
  }

  /** Once for each outage: a cache that is down must not fill the log. */
  private tell(error: Error): void {
    if (this.told) return;
    this.told = true;
    log('warn', 'the cache does not answer; calls go on without it', { reason: error.message });
  }
}

function place(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('/')) return { path: address };
  const colon = address.lastIndexOf(':');
  const host = colon === -1 ? address : address.slice(0, colon);
  return { host: host.replace(/^\[|\]$/g, ''), port: colon === -1 ? 6379 : Number(address.slice(colon + 1)) };
}

function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
