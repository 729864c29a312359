import { MemoryRateLimiter } from '../../../services/processor/worker/limiter';
import type { Answer } from '../envoy/gateway';
import { isHit, LiveCache } from './live';

// Group 19: limits through the edge: each caller its own, hits too, headers as they are agreed on, and a share while Redis is away.

let live: LiveCache;
let turn = 0;
const perHour = (requests: number, by: 'subject' | 'client') => ({ rateLimit: { requests, per: 'hour', by } as const });

beforeAll(async () => {
  live = await LiveCache.start({
    shared: { cache: { scope: 'shared', ttlSeconds: 600 } },
    own: perHour(2, 'subject'),
    plain: perHour(3, 'client'),
    limited: { ...perHour(10, 'subject') },
    both: { ...perHour(4, 'subject'), cache: { scope: 'shared', ttlSeconds: 600 } },
  });
  await live.untilCaching();
}, 60_000);
afterAll(() => live.stop(), 20_000);
beforeEach(() => (turn += 1));

const who = (name: string): string => `${name}-${turn}`;
async function inTurn(count: number, call: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let each = 0; each < count; each++) answers.push(await call());
  return answers;
}
const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status);

test('two hundred callers, each of whom has the whole limit', async () => {
  for (let block = 0; block < 10; block++) {
    const found = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const token = live.token(who(`caller-${block}-${index}`));
        return statuses(await inTurn(3, () => live.call('own', 1, token)));
      }),
    );
    expect(found).toEqual(Array(20).fill([200, 200, 429]));
  }
}, 30_000);

test('what is remembered of callers is bounded: the one unseen for longest is forgotten, the others are not', () => {
  const limiter = new MemoryRateLimiter(1, () => 0, 3);
  const take = (name: string): boolean => limiter.take(name, { requests: 1, per: 'hour', by: 'subject' }).allowed;
  expect(['a', 'b', 'c'].map(take)).toEqual([true, true, true]);
  expect(['a', 'd', 'a', 'c'].map(take)).toEqual([false, true, false, false]);
  for (let index = 0; index < 1000; index++) take(`flood-${index}`);
  expect(take('flood-999')).toBe(false);
});

test('a burst over many connections passes exactly as often as it may', async () => {
  const token = live.token(who('burst'));
  const found = statuses(await Promise.all(Array.from({ length: 30 }, () => live.call('limited', 1, token))));
  expect([200, 429].map((status) => found.filter((each) => each === status).length)).toEqual([10, 20]);
});

test('hits count, and bodies that are refused do not', async () => {
  const token = live.token(who('reader'));
  const wrong = await live.gateway.call('POST', '/models/credit/v1/both', { token, body: '{"x":"one"}' });
  expect(wrong.status).toBe(422);
  const answers = await inTurn(6, () => live.call('both', turn, token));
  expect(statuses(answers)).toEqual([200, 200, 200, 200, 429, 429]);
  expect(answers.slice(1, 4).some(isHit)).toBe(true);
});

test('headers tell the policy, what is left and when to come again', async () => {
  const token = live.token(who('header'));
  const [first, second, third] = await inTurn(3, () => live.call('own', 1, token));
  expect([first, second, third].map((each) => each?.headers['ratelimit-policy'])).toEqual(Array(3).fill('"default";q=2;w=3600'));
  expect([first, second, third].map((each) => each?.headers['ratelimit']?.replace(/;t=\d+$/, ''))).toEqual([
    '"default";r=1',
    '"default";r=0',
    '"default";r=0',
  ]);
  expect(first?.headers['retry-after']).toBeUndefined();
  const retryAfter = Number(third?.headers['retry-after']);
  expect(retryAfter).toBeGreaterThan(1000);
  expect(retryAfter).toBeLessThanOrEqual(1800);
  expect(third?.json).toMatchObject({ type: 'https://kea.dev/problems/too-many-requests', status: 429 });
});

test('by client: shared by its people; a token without the claim counts by person, and never with those of another', async () => {
  const of = (subject: string, client?: string): string => live.token(who(subject), ['plain'], { azp: client });
  expect(statuses(await inTurn(2, () => live.call('plain', 1, of('ada', who('app')))))).toEqual([200, 200]);
  expect(statuses(await inTurn(2, () => live.call('plain', 1, of('bob', who('app')))))).toEqual([200, 429]);
  expect(statuses(await inTurn(4, () => live.call('plain', 1, of('ada'))))).toEqual([200, 200, 200, 429]);
  expect(statuses(await inTurn(1, () => live.call('plain', 1, of('bob'))))).toEqual([200]);
  // A client that is named as a person is not that person.
  expect(statuses(await inTurn(1, () => live.call('plain', 1, of('eve', who('ada')))))).toEqual([200]);
  // A header of the caller's own is no claim.
  const forged = await live.call('plain', 1, of('ada'), { 'x-kea-client': 'fresh', 'x-kea-subject': 'fresh' });
  expect(forged.status).toBe(429);
});

test('Redis away: each worker gives its share, so that all together give no more than the limit', async () => {
  await live.redis.kill();
  try {
    const token = live.token(who('share'));
    const found = statuses(await Promise.all(Array.from({ length: 40 }, () => live.call('limited', 1, token))));
    const passed = found.filter((status) => status === 200).length;
    expect(found.filter((status) => status !== 200 && status !== 429)).toEqual([]);
    expect(passed).toBeGreaterThanOrEqual(5);
    expect(passed).toBeLessThanOrEqual(10);
  } finally {
    await live.redis.up();
    await live.untilCaching('shared', turn * 1000);
  }
}, 30_000);
