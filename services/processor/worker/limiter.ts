import { takeToken, windowSeconds, type Bucket, type RateLimit } from '../../../core/decide/rate-limit';
import { MAX_LIMITED_CALLERS } from './settings';

export interface LimitVerdict {
  readonly allowed: boolean;
  /** `ratelimit` and `ratelimit-policy`, and `retry-after` when refused (draft-ietf-httpapi-ratelimit-headers). */
  readonly headers: { readonly [name: string]: string };
}

/** Counts calls per caller and method. A shared implementation (Redis) answers later, hence the promise. */
export interface RateLimiter {
  /** `key` names method and caller; a call is counted whether or not it is answered from the cache. */
  take(key: string, limit: RateLimit): LimitVerdict | Promise<LimitVerdict>;
}

/** This worker's share of every limit, in memory. The least recently seen caller is forgotten first. */
export class MemoryRateLimiter implements RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly workers: number,
    private readonly clock: () => number = () => performance.now(),
    private readonly capacity: number = MAX_LIMITED_CALLERS,
  ) {}

  take(key: string, limit: RateLimit): LimitVerdict {
    const share = Math.ceil(limit.requests / this.workers);
    const verdict = takeToken(this.buckets.get(key), limit, this.clock(), share);
    this.buckets.delete(key);
    if (this.buckets.size >= this.capacity) this.buckets.delete(this.buckets.keys().next().value as string);
    this.buckets.set(key, verdict.bucket);
    return {
      allowed: verdict.allowed,
      headers: {
        ratelimit: `"default";r=${verdict.remaining};t=${verdict.resetSeconds}`,
        'ratelimit-policy': `"default";q=${limit.requests};w=${windowSeconds(limit)}`,
        ...(verdict.allowed ? {} : { 'retry-after': String(verdict.retryAfterSeconds) }),
      },
    };
  }
}
