import type { BundleMethod } from '../contract/bundle';

export type RateLimit = NonNullable<BundleMethod['rateLimit']>;

/** A token bucket: starts full, refills evenly, holds at most `requests`. */
export interface Bucket {
  /** Tokens left at `time`, a fraction. */
  readonly tokens: number;
  /** Milliseconds, monotonic. */
  readonly time: number;
}

export interface RateVerdict {
  readonly allowed: boolean;
  readonly bucket: Bucket;
  readonly limit: number;
  /** Whole requests left after this one. */
  readonly remaining: number;
  /** Seconds until the bucket is full again. */
  readonly resetSeconds: number;
  /** Seconds until one request is possible; 0 when allowed. */
  readonly retryAfterSeconds: number;
}

const WINDOW_MS = { second: 1000, minute: 60_000, hour: 3_600_000 } as const;

/** Length of the limit's window. */
export function windowSeconds(limit: RateLimit): number {
  return WINDOW_MS[limit.per] / 1000;
}

/** Takes one token if there is one. A clock that runs backwards adds nothing. `requests` is the whole limit or this process's share of it. */
export function takeToken(bucket: Bucket | undefined, limit: RateLimit, now: number, requests: number = limit.requests): RateVerdict {
  const window = WINDOW_MS[limit.per];
  const before = bucket === undefined ? requests : Math.min(requests, bucket.tokens + (Math.max(0, now - bucket.time) * requests) / window);
  const allowed = before >= 1;
  const tokens = allowed ? before - 1 : before;
  return {
    allowed,
    bucket: { tokens, time: bucket === undefined ? now : Math.max(now, bucket.time) },
    limit: requests,
    remaining: Math.floor(tokens),
    resetSeconds: seconds(((requests - tokens) * window) / requests),
    retryAfterSeconds: allowed ? 0 : Math.max(1, seconds(((1 - tokens) * window) / requests)),
  };
}

/** Whole seconds, rounded up; what floating point adds below a microsecond does not count. */
function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000 - 1e-9);
}

/** Whose bucket it is: the client application, or the person; a token without a client counts by subject. Always within an issuer. */
export function limitKey(
  by: RateLimit['by'],
  actor: { readonly issuer: string; readonly subject: string; readonly client: string },
): string {
  const name = by === 'client' && actor.client !== '' ? `c:${actor.client}` : `s:${actor.subject}`;
  return `${actor.issuer}\n${name}`;
}
