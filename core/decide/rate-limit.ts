import type { BundleMethod } from '../contract/bundle';

export type RateLimit = NonNullable<BundleMethod['rateLimit']>;

/** One thing that a limit counts. `amount` is the whole limit, or one process's share of it. */
export interface Quota {
  readonly unit: 'requests' | 'tokens';
  readonly amount: number;
  readonly windowMs: number;
}

/** Starts full, refills evenly, holds at most the quota's amount. Tokens are drawn when their number is known, so it may hold less than nothing. */
export interface Bucket {
  /** What is left at `time`, a fraction. */
  readonly left: number;
  /** Milliseconds on one clock. */
  readonly time: number;
}

/** What a caller is told of one quota. */
export interface QuotaState {
  readonly quota: Quota;
  /** Whole units left. */
  readonly remaining: number;
  /** Seconds until the bucket is full again. */
  readonly resetSeconds: number;
  /** Seconds until a call is possible; 0 when one is. */
  readonly retryAfterSeconds: number;
}

const WINDOW_MS = { second: 1000, minute: 60_000, hour: 3_600_000 } as const;

/** What a limit counts, requests first. `sharers`: processes that each count for themselves. */
export function quotasOf(limit: RateLimit, sharers = 1): readonly Quota[] {
  const windowMs = WINDOW_MS[limit.per];
  return (['requests', 'tokens'] as const).flatMap((unit) => {
    const amount = limit[unit];
    return amount === undefined ? [] : [{ unit, amount: Math.ceil(amount / sharers), windowMs }];
  });
}

/** The bucket at `now`. A clock that runs backwards adds nothing. */
export function refilled(bucket: Bucket | undefined, { amount, windowMs }: Quota, now: number): Bucket {
  if (bucket === undefined) return { left: amount, time: now };
  const left = Math.min(amount, bucket.left + (Math.max(0, now - bucket.time) * amount) / windowMs);
  return { left, time: Math.max(now, bucket.time) };
}

/** Whether a call may pass: one whole unit is left. */
export function isOpen(bucket: Bucket): boolean {
  return bucket.left >= 1;
}

export function drawn({ left, time }: Bucket, units: number): Bucket {
  return { left: left - units, time };
}

/** What `left` units mean to the caller. */
export function quotaState(quota: Quota, left: number): QuotaState {
  const { amount, windowMs } = quota;
  return {
    quota,
    remaining: Math.max(0, Math.floor(left)),
    resetSeconds: seconds(((amount - left) * windowMs) / amount),
    retryAfterSeconds: left >= 1 ? 0 : Math.max(1, seconds(((1 - left) * windowMs) / amount)),
  };
}

/**
 * `ratelimit`, `ratelimit-policy`, and `retry-after` for a refused call.
 * Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (draft 10); the policy of requests is called `default`.
 */
export function limitHeaders(limit: RateLimit, states: readonly QuotaState[], refused: boolean): { readonly [name: string]: string } {
  const left = states.map(({ quota, remaining, resetSeconds }) => `"${NAME[quota.unit]}";r=${remaining};t=${resetSeconds}`);
  const policies = states.map(
    ({ quota: { unit, windowMs } }) => `"${NAME[unit]}";q=${limit[unit]};w=${windowMs / 1000}${unit === 'tokens' ? ';qu="tokens"' : ''}`,
  );
  return {
    ratelimit: left.join(', '),
    'ratelimit-policy': policies.join(', '),
    ...(refused ? { 'retry-after': String(Math.max(1, ...states.map(({ retryAfterSeconds }) => retryAfterSeconds))) } : {}),
  };
}

const NAME = { requests: 'default', tokens: 'tokens' } as const;

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
