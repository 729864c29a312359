import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { sealEntry } from '../../../services/processor/worker/cache/entry';
import { json } from '../../support/stand-in-inner';
import { RedisServer, sealFile } from '../../support/redis';
import { until } from '../../support/until';
import { makePart, WorkerFixture, type Reply } from '../../support/worker-fixture';

const part = makePart({ methods: [{ method: 'score', cache: { scope: 'shared', ttlSeconds: 60 } }] });
const body = (amount: number) => ({ body: { income: 1, age: 1, amount } });

let redis: RedisServer;
let fixture: WorkerFixture;

async function start(...args: string[]): Promise<void> {
  redis = await RedisServer.start(...args);
  fixture = await WorkerFixture.start([part], {
    cache: { kind: 'redis', addresses: [redis.address], mode: 'single', tls: false, prefix: 'kea:cache:', sealFile: sealFile() },
  });
  await fixture.load([part], { epoch: '1' });
  fixture.inner.answer = (call, response) => json(response, 200, { score: Number(/"amount":(\d+)/.exec(call.body)?.[1]) / 1000 });
  await until(async () => isHit(await fixture.call(body(0))));
}

afterEach(async () => {
  redis.resume();
  await fixture.stop();
  await redis.stop();
});

/** Keys of answers; the epoch of all gateways stands beside them. */
const entries = async (client: Redis): Promise<string[]> => (await client.keys('*')).filter((key) => key !== 'kea:cache:epochs');

const isHit = (reply: Reply): boolean => String(reply.headers['cache-status']).includes('hit');

/** Every call is answered, rightly and soon, whatever the cache does. */
async function answersWithoutCache(from: number, count = 5): Promise<void> {
  for (let amount = from; amount < from + count; amount++) {
    const started = performance.now();
    const reply = await fixture.call(body(amount));
    expect([reply.status, reply.json, isHit(reply)]).toEqual([200, { score: amount / 1000 }, false]);
    expect(performance.now() - started).toBeLessThan(1000);
  }
}

test('two workers share answers; keys stand under the prefix', async () => {
  await start();
  const second = await WorkerFixture.start([part], {
    cache: { kind: 'redis', addresses: [redis.address], mode: 'single', tls: false, prefix: 'kea:cache:', sealFile: sealFile() },
  });
  await second.load([part], { epoch: '1' });
  await until(async () => isHit(await second.call(body(0))));
  const client = redis.client();
  const keys = await entries(client);
  expect(keys).toHaveLength(1);
  expect(keys[0]).toMatch(/^kea:cache:\{[0-9a-f]{64}\}$/);
  const ttl = await client.pttl(keys[0] as string);
  expect(ttl).toBeGreaterThan(50_000);
  expect(ttl).toBeLessThanOrEqual(60_000);
  client.disconnect();
  await second.stop();
});

test('killed: a miss, and hits again once it is back', async () => {
  await start();
  await redis.kill();
  await answersWithoutCache(100);
  await redis.up();
  await until(async () => isHit(await fixture.call(body(100))));
});

test('paused: a short wait, then none at all, and hits again afterwards', async () => {
  await start();
  redis.pause();
  await answersWithoutCache(200, 8);
  const started = performance.now();
  await answersWithoutCache(300, 3);
  // The breaker is open: three calls together take less than one wait for Redis would.
  expect(performance.now() - started).toBeLessThan(150);
  redis.resume();
  await until(async () => isHit(await fixture.call(body(200))), 15_000);
});

test('full: answers are not stored, and those that are still come', async () => {
  await start('--maxmemory', '3mb', '--maxmemory-policy', 'noeviction');
  const client = redis.client();
  await client.config('SET', 'maxmemory', '1');
  await answersWithoutCache(400);
  await answersWithoutCache(400);
  expect(isHit(await fixture.call(body(0)))).toBe(true);
  client.disconnect();
});

test('read-only: as full', async () => {
  await start();
  const client = redis.client();
  await client.replicaof('127.0.0.1', '1');
  await client.config('SET', 'replica-serve-stale-data', 'yes');
  await answersWithoutCache(500);
  await answersWithoutCache(500);
  client.disconnect();
});

test('without a seal or a password nobody else can make an answer: what a stranger sealed is a miss', async () => {
  redis = await RedisServer.start();
  fixture = await WorkerFixture.start([part], {
    cache: { kind: 'redis', addresses: [redis.address], mode: 'single', tls: false, prefix: 'kea:cache:' },
  });
  await fixture.load([part], { epoch: '1' });
  fixture.inner.answer = (_call, response) => json(response, 200, { score: 0.25 });
  await until(async () => isHit(await fixture.call(body(7))));
  const client = redis.client();
  const [name = '', ...others] = await entries(client);
  expect(others).toEqual([]);
  const key = /^kea:cache:[0-9a-f]{12}:\{(.+)\}$/.exec(name)?.[1] ?? '';
  const now = Date.now();
  const entry = { body: Buffer.from('{"score":0.99}'), version: '1.0.0', storedAt: now, expiresAt: now + 60_000, staleUntil: now + 60_000 };
  // What a stranger could guess: no secret at all, and the name of the entry.
  for (const secret of ['', 'kea-cache-seal\n', name].map((text) => createHash('sha256').update(text).digest())) {
    await client.set(name, sealEntry(secret, key, entry), 'PX', 60_000);
    const reply = await fixture.call(body(7));
    expect([reply.status, reply.json]).toEqual([200, { score: 0.25 }]);
  }
  client.disconnect();
});

test('corrupted, exchanged, of another type: a miss, and the right answer', async () => {
  await start();
  await fixture.call(body(1));
  const client = redis.client();
  await until(async () => (await entries(client)).length === 2);
  const [first, second] = (await entries(client)) as [string, string];
  const values = [await client.getBuffer(first), await client.getBuffer(second)] as [Buffer, Buffer];
  // Two good values under each other's keys: both are whole, neither belongs there.
  await client.set(first, values[1]);
  await client.set(second, values[0]);
  for (const amount of [0, 1]) expect([(await fixture.call(body(amount))).json]).toEqual([{ score: amount / 1000 }]);
  for (const wrong of ['', 'kea1', 'x'.repeat(200), values[0].subarray(0, 60)]) {
    await client.set(first, wrong);
    await client.set(second, wrong);
    for (const amount of [0, 1]) {
      const reply = await fixture.call(body(amount));
      expect([reply.status, reply.json, isHit(reply)]).toEqual([200, { score: amount / 1000 }, false]);
    }
  }
  await client.del(first, second);
  await client.lpush(first, 'x');
  await client.lpush(second, 'x');
  for (const amount of [0, 1]) expect((await fixture.call(body(amount))).json).toEqual({ score: amount / 1000 });
  client.disconnect();
});

test('never there: calls are answered from the start', async () => {
  redis = await RedisServer.start();
  await redis.kill();
  fixture = await WorkerFixture.start([part], {
    cache: { kind: 'redis', addresses: [redis.address], mode: 'single', tls: false, prefix: 'kea:cache:', sealFile: sealFile() },
  });
  fixture.inner.answer = (call, response) => json(response, 200, { score: Number(/"amount":(\d+)/.exec(call.body)?.[1]) / 1000 });
  await answersWithoutCache(0);
});
