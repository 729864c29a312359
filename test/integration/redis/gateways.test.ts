import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { purgeStore } from '../../../cli/run/purge';
import type { ProcessorConfig } from '../../../core/contract/processor-config';
import { NO_LEASE } from '../../../services/processor/worker/cache/memory';
import { RedisCache } from '../../../services/processor/worker/cache/redis';
import { RedisConnection } from '../../../services/processor/worker/redis/connection';
import { RedisServer, sealFile } from '../../support/redis';
import { json } from '../../support/stand-in-inner';
import { until } from '../../support/until';
import { makePart, WorkerFixture, type Reply } from '../../support/worker-fixture';

const cached = { scope: 'shared', ttlSeconds: 60 } as const;
const part = makePart({ methods: [{ method: 'score', cache: cached, timeoutMs: 5000 }] });
const body = (amount: number) => ({ body: { income: 1, age: 1, amount } });
const hit = (reply: Reply): boolean => String(reply.headers['cache-status']).includes('hit');

let redis: RedisServer;
let gateways: WorkerFixture[] = [];
const config = (): Extract<ProcessorConfig['cache'], { kind: 'redis' }> => ({
  kind: 'redis',
  patienceMs: 500,
  addresses: [redis.address],
  mode: 'single',
  tls: false,
  prefix: 'kea:',
  sealFile: sealFile(),
});

async function gateway(parts = [part], more: Partial<ProcessorConfig> = {}): Promise<WorkerFixture> {
  const made = await WorkerFixture.start(parts, { cache: config(), ...more });
  gateways.push(made);
  made.inner.answer = (call, response) => json(response, 200, { score: Number(/"amount":(\d+)/.exec(call.body)?.[1]) / 1000 });
  await until(() => made.worker.services.cache.epochs !== undefined);
  return made;
}

beforeEach(async () => {
  redis = await RedisServer.start();
}, 20_000);

afterEach(async () => {
  await Promise.all(gateways.map((each) => each.stop()));
  gateways = [];
  await redis.stop();
});

const modelCalls = (): number => gateways.reduce((sum, { inner }) => sum + inner.calls.length, 0);

test('a thousand equal calls at four gateways ask the model once', async () => {
  const four = [await gateway(), await gateway(), await gateway(), await gateway()];
  for (const { inner } of four)
    inner.answer = (_call, response) => {
      setTimeout(() => json(response, 200, { score: 0.25 }), 300);
    };
  const replies = await Promise.all(four.flatMap((each) => Array.from({ length: 250 }, () => each.call(body(1)))));
  expect(new Set(replies.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['200 {"score":0.25}']));
  expect(modelCalls()).toBe(1);
});

test('a slow leader keeps its right for as long as it works', async () => {
  const [first, second] = [await gateway(), await gateway()];
  for (const { inner } of [first, second])
    inner.answer = (_call, response) => {
      setTimeout(() => json(response, 200, { score: 0.25 }), 1600);
    };
  const replies = await Promise.all([first.call(body(1)), second.call(body(1))]);
  expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  expect(modelCalls()).toBe(1);
});

test('a leader that dies: the others go on, and in time', async () => {
  const [first, second] = [await gateway(), await gateway()];
  first.inner.answer = () => undefined;
  const lost = first.call(body(1)).catch(() => 'cut');
  await until(() => first.inner.calls.length === 1);
  const started = performance.now();
  const waiting = second.call(body(1));
  await first.worker.stop();
  expect(await lost).toBe('cut');
  expect((await waiting).json).toEqual({ score: 0.001 });
  expect(performance.now() - started).toBeLessThan(2500);
});

test('a leader whose model fails lets the next one try', async () => {
  const [first, second] = [await gateway(), await gateway()];
  first.inner.answer = (_call, response) => {
    setTimeout(() => json(response, 500, {}), 100);
  };
  const replies = await Promise.all([first.call(body(1)), second.call(body(1))]);
  expect(replies.map(({ status }) => status)).toEqual([502, 200]);
});

test('an old leader never overwrites what a newer one stored', async () => {
  const connections = [new RedisConnection(config()), new RedisConnection(config())] as const;
  const [first, second] = connections.map((each) => new RedisCache(each, Buffer.alloc(32))) as [RedisCache, RedisCache];
  await until(() => first.epochs !== undefined && second.epochs !== undefined);
  const later = Date.now() + 60_000;
  const entry = (text: string) => ({
    body: Buffer.from(text),
    version: '1.0.0',
    storedAt: Date.now(),
    expiresAt: later,
    staleUntil: later,
  });
  const old = await first.look('k');
  const client = redis.client();
  // The old one's right ends while it still works, as after a pause of its process.
  await client.del('kea:{k}:lock');
  const young = await second.look('k');
  if (old.kind !== 'lead' || young.kind !== 'lead') throw new Error('both should lead in turn');
  young.lease.store(entry('young'));
  await until(async () => (await first.look('k')).kind === 'entry');
  old.lease.store(entry('old'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await second.look('k')).toMatchObject({ kind: 'entry', entry: { body: Buffer.from('young') } });
  expect(old.lease).not.toBe(NO_LEASE);
  client.disconnect();
  for (const each of [first, second, ...connections]) await each.close();
});

test('stale answers are given while one call of all gateways asks anew', async () => {
  const stale = makePart({ methods: [{ method: 'score', cache: { ...cached, ttlSeconds: 1, staleSeconds: 30 } }] });
  const [first, second] = [await gateway([stale]), await gateway([stale])];
  await first.call(body(1));
  await until(async () => hit(await second.call(body(1))));
  expect(modelCalls()).toBe(1);
  for (const { inner } of [first, second])
    inner.answer = (_call, response) => {
      setTimeout(() => json(response, 200, { score: 0.5 }), 100);
    };
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const started = performance.now();
  const replies = await Promise.all([first, second, first, second].map((each) => each.call(body(1))));
  expect(performance.now() - started).toBeLessThan(90);
  for (const reply of replies) {
    expect([reply.json, reply.headers['cache-status']]).toEqual([{ score: 0.001 }, 'kea; hit; ttl=-1']);
    expect(Number(reply.headers['age'])).toBeGreaterThanOrEqual(1);
  }
  await until(async () => (await second.call(body(1))).json.score === 0.5);
  expect(modelCalls()).toBe(2);
});

test('what is purged by name is forgotten by all, and nothing else is', async () => {
  const other = makePart({ model: 'other', methods: [{ method: 'score', cache: cached }] });
  const [first, second] = [await gateway([part, other]), await gateway([part, other])];
  const kept = async (model: string): Promise<boolean> => hit(await second.call({ ...body(1), model }));
  const fill = async (): Promise<void> => {
    for (const model of ['credit-score', 'other']) {
      await first.call({ ...body(1), model });
      await until(() => kept(model));
    }
  };
  const file = join(first.folder, 'processor.json');
  writeFileSync(file, JSON.stringify({ cache: config() }));
  const purge = (name: string) => purgeStore({ root: first.folder, name, processor: file });
  for (const name of ['credit-score', 'credit-score/v1', 'credit-score/v1/1.4.0']) {
    await fill();
    expect(await purge(name)).toBe(redis.address);
    await until(async () => !(await kept('credit-score')), 3000);
    expect(await kept('other')).toBe(true);
  }
  await fill();
  await purge('credit-score/v1/9.9.9');
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(await kept('credit-score')).toBe(true);
  await purge('*');
  await until(async () => !(await kept('credit-score')), 3000);
  expect(hit(await first.call({ ...body(1), model: 'other' }))).toBe(false);
}, 20_000);

test('a store that lost purges, as a replica that was behind, forgets everything', async () => {
  const one = await gateway();
  const client = redis.client();
  const file = join(one.folder, 'processor.json');
  writeFileSync(file, JSON.stringify({ cache: config() }));
  await purgeStore({ root: one.folder, name: 'other', processor: file });
  await until(() => Object.keys(one.worker.services.cache.epochs?.purged ?? {}).length === 1);
  const { base } = one.worker.services.cache.epochs as { base: string };
  await client.hset('kea:epochs', 'count', '0');
  await client.hdel('kea:epochs', 'purged:other');
  await until(() => one.worker.services.cache.epochs?.base !== base, 3000);
  client.disconnect();
});

describe('limits', () => {
  const limited = makePart({ methods: [{ method: 'score', rateLimit: { requests: 10, per: 'minute', by: 'subject' } }] });

  test('are one for all gateways, and each falls back to its share while Redis is away', async () => {
    const sharers = { gateways: 2 };
    const [first, second] = [await gateway([limited], sharers), await gateway([limited], sharers)];
    const statuses = async (count: number): Promise<number[]> => {
      const found = [];
      for (let call = 0; call < count; call++) found.push((await (call % 2 === 0 ? first : second).call(body(1))).status);
      return found;
    };
    expect((await statuses(13)).filter((status) => status === 200)).toHaveLength(10);
    const refused = await first.call(body(1));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(refused.headers['ratelimit-policy']).toBe('"default";q=10;w=60');
    await redis.kill();
    expect((await statuses(14)).filter((status) => status === 200)).toHaveLength(10);
    await redis.up();
    await until(async () => (await first.call({ ...body(1), subject: 'bob' })).headers['ratelimit'] === '"default";r=9;t=6');
  });

  test('a burst from many connections passes exactly as often as it may', async () => {
    const [first, second] = [await gateway([limited]), await gateway([limited])];
    const replies = await Promise.all(Array.from({ length: 60 }, (_, index) => (index % 2 ? first : second).call(body(1))));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(50);
  });

  test('callers’ names do not stand in Redis', async () => {
    const one = await gateway([limited]);
    await one.call(body(1));
    const client = redis.client();
    const keys = await client.keys('kea:limit:*');
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(/^kea:limit:\{[0-9a-f]{32}\}:requests$/);
    client.disconnect();
  });
});
