import {
  drawn,
  isOpen,
  limitHeaders,
  quotasOf,
  quotaState,
  refilled,
  type Bucket,
  type Quota,
  type RateLimit,
} from '../../../core/decide/rate-limit';
import { sha256Hex } from '../../../core/digests';
import type { RedisConnection, Script } from './redis/connection';
import { MAX_LIMITED_CALLERS } from './settings';

export interface LimitVerdict {
  readonly allowed: boolean;
  /** `ratelimit` and `ratelimit-policy`, and `retry-after` when refused. */
  readonly headers: { readonly [name: string]: string };
}

/** Counts calls and tokens per caller and method; `key` names both. */
export interface RateLimiter {
  /** One more call: refused when requests or tokens are used up. It counts whether or not the cache will answer it. */
  take(key: string, limit: RateLimit): LimitVerdict | Promise<LimitVerdict>;
  /** Tokens that a call has used; they may be more than were left. */
  charge(key: string, limit: RateLimit, tokens: number): void;
}

/** This process's share of every limit, in memory. The least recently seen caller is forgotten first. */
export class MemoryRateLimiter implements RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly sharers: number,
    private readonly clock: () => number = () => performance.now(),
    private readonly capacity: number = MAX_LIMITED_CALLERS,
  ) {}

  take(key: string, limit: RateLimit): LimitVerdict {
    const now = this.clock();
    const quotas = quotasOf(limit, this.sharers);
    const buckets = quotas.map((quota) => refilled(this.buckets.get(bucketKey(key, quota)), quota, now));
    const allowed = buckets.every(isOpen);
    const states = quotas.map((quota, index) => {
      const bucket = buckets[index] as Bucket;
      const after = allowed && quota.unit === 'requests' ? drawn(bucket, 1) : bucket;
      this.keep(bucketKey(key, quota), after);
      return quotaState(quota, after.left);
    });
    return { allowed, headers: limitHeaders(limit, states, !allowed) };
  }

  charge(key: string, limit: RateLimit, tokens: number): void {
    const quota = quotasOf(limit, this.sharers).find(({ unit }) => unit === 'tokens');
    if (quota === undefined) return;
    const name = bucketKey(key, quota);
    this.keep(name, drawn(refilled(this.buckets.get(name), quota, this.clock()), tokens));
  }

  private keep(name: string, bucket: Bucket): void {
    this.buckets.delete(name);
    if (this.buckets.size >= this.capacity) this.buckets.delete(this.buckets.keys().next().value as string);
    this.buckets.set(name, bucket);
  }
}

function bucketKey(key: string, { unit }: Quota): string {
  return `${unit}\n${key}`;
}

/**
 * The token buckets of `core/decide/rate-limit`, on Redis's own clock, so that all gateways count as one; all quotas of a call in one step.
 * KEYS: one a quota. ARGV: 1 = only if every quota has a whole unit left, then for each quota amount, window in milliseconds, units drawn.
 * → 1 or 0, then what each has left. A bucket that would be full again is not kept.
 */
const COUNT: readonly Script[] = [1, 2].map((keys) => ({
  name: `keaCount${keys}`,
  keys,
  lua: `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local left, open = {}, 1
for i = 1, #KEYS do
  local amount, window = tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
  left[i] = amount
  local kept, at = string.match(redis.call('GET', KEYS[i]) or '', '^(%S+) (%S+)$')
  if kept then left[i] = math.min(amount, tonumber(kept) + math.max(0, now - tonumber(at)) * amount / window) end
  if left[i] < 1 then open = 0 end
end
local answer = { open }
for i = 1, #KEYS do
  local amount, window = tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
  if open == 1 or ARGV[1] == '0' then left[i] = left[i] - tonumber(ARGV[i * 3 + 1]) end
  local full = math.ceil((amount - left[i]) * window / amount)
  if full > 0 then redis.call('SET', KEYS[i], string.format('%.6f %d', left[i], now), 'PX', full) end
  answer[i + 1] = string.format('%.6f', left[i])
end
return answer`,
}));

/** The limits of all gateways together, in Redis; this process's share of them while Redis does not answer. */
export class RedisRateLimiter implements RateLimiter {
  constructor(
    private readonly redis: RedisConnection,
    private readonly local: MemoryRateLimiter,
  ) {}

  async take(key: string, limit: RateLimit): Promise<LimitVerdict> {
    const quotas = quotasOf(limit);
    const answer = await this.count(
      key,
      quotas,
      1,
      quotas.map(({ unit }) => (unit === 'requests' ? 1 : 0)),
    );
    if (answer === undefined) return this.local.take(key, limit);
    const [open, ...left] = answer;
    const states = quotas.map((quota, index) => quotaState(quota, left[index] ?? 0));
    return { allowed: open === 1, headers: limitHeaders(limit, states, open !== 1) };
  }

  charge(key: string, limit: RateLimit, tokens: number): void {
    const quotas = quotasOf(limit).filter(({ unit }) => unit === 'tokens');
    if (quotas.length === 0) return;
    void this.count(key, quotas, 0, [tokens]).then((answer) => {
      if (answer === undefined) this.local.charge(key, limit, tokens);
    });
  }

  /** Callers' names are not kept in Redis, only their digests. */
  private async count(
    key: string,
    quotas: readonly Quota[],
    onlyOpen: 0 | 1,
    draws: readonly number[],
  ): Promise<readonly number[] | undefined> {
    const script = COUNT[quotas.length - 1];
    if (script === undefined) return undefined;
    const place = `${this.redis.config.prefix}limit:{${sha256Hex(key).slice(0, 32)}}:`;
    const answer = await this.redis.run(
      script,
      quotas.map(({ unit }) => place + unit),
      [onlyOpen, ...quotas.flatMap(({ amount, windowMs }, index) => [amount, windowMs, draws[index] ?? 0])],
    );
    return Array.isArray(answer) ? answer.map(Number) : undefined;
  }
}
