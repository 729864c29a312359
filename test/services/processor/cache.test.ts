import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { MemoryCache } from '../../../services/processor/worker/cache/memory';
import { openEntry, sealEntry, type CacheEntry } from '../../../services/processor/worker/cache/entry';
import { Breaker } from '../../../services/processor/worker/redis/breaker';
import { CALL_OVERHEAD_BYTES } from '../../../services/processor/worker/settings';
import { json, text } from '../../support/stand-in-inner';
import { until } from '../../support/until';
import { makePart, SCORE_RESPONSE, WorkerFixture, type ContractFixture } from '../../support/worker-fixture';

const GOOD = { income: 52000, age: 41, amount: 9000 };
let fixture: WorkerFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

const cached = (scope: 'shared' | 'principal' = 'shared', more: ContractFixture = {}, method: object = {}) =>
  makePart({ ...more, methods: [{ method: 'score', cache: { scope, ttlSeconds: 60 }, ...method }] });

async function start(...parts: ReturnType<typeof makePart>[]): Promise<WorkerFixture> {
  fixture = await WorkerFixture.start(parts);
  let answers = 0;
  fixture.inner.answer = (_call, response) => json(response, 200, { score: ++answers / 1000 });
  return fixture;
}

describe('whose answer it is', () => {
  test('scope principal never shares, also between issuers', async () => {
    const f = await start(cached('principal'));
    const ada = await f.call({ body: GOOD, subject: 'ada' });
    const bob = await f.call({ body: GOOD, subject: 'bob' });
    const otherAda = await f.call({ body: GOOD, subject: 'ada', headers: { 'x-kea-issuer': 'https://elsewhere' } });
    expect([ada.json.score, bob.json.score, otherAda.json.score]).toEqual([0.001, 0.002, 0.003]);
    expect((await f.call({ body: GOOD, subject: 'ada' })).json.score).toBe(0.001);
    expect((await f.call({ body: GOOD, subject: 'bob' })).json.score).toBe(0.002);
  });

  test('scope shared shares, but not with one whose role was taken', async () => {
    const f = await start(cached('shared'));
    expect((await f.call({ body: GOOD, subject: 'ada' })).json.score).toBe(0.001);
    expect((await f.call({ body: GOOD, subject: 'bob' })).json.score).toBe(0.001);
    expect((await f.call({ body: GOOD, subject: 'eve', roles: [] })).status).toBe(403);
  });

  test('a client cannot ask for or around the cache', async () => {
    const f = await start(cached('shared'));
    await f.call({ body: GOOD });
    const reply = await f.call({ body: GOOD, headers: { 'cache-control': 'no-cache, no-store', pragma: 'no-cache' } });
    expect(reply.headers['cache-status']).toContain('hit');
  });
});

describe('what the key depends on', () => {
  test('equal values in other words share, other values do not', async () => {
    const f = await start(cached());
    await f.call({ raw: '{"income":52000,"age":41,"amount":9000}' });
    for (const raw of ['{ "amount": 9e3, "age": 41.0, "income": 5.2E4 }', '{"\\u0061ge":41,"income":52000,"amount":9000}']) {
      expect((await f.call({ raw })).headers['cache-status']).toContain('hit');
    }
    expect((await f.call({ raw: '{"income":52000.01,"age":41,"amount":9000}' })).headers['cache-status']).toContain('miss');
    expect(f.inner.calls).toHaveLength(2);
  });

  test('numbers that do not survive are never cached, and reach the model as they were written', async () => {
    const f = await start(cached());
    for (const income of ['9007199254740993', '9007199254740993', '9007199254740992']) {
      await f.call({ raw: `{"income":${income},"age":1,"amount":1}` });
    }
    expect(f.inner.calls.map((call) => /"income":(\d+)/.exec(call.body)?.[1])).toEqual([
      '9007199254740993',
      '9007199254740993',
      '9007199254740992',
    ]);
    expect((await f.records()).map((record) => record.decision.cache)).toEqual(['bypass', 'bypass', 'stored']);
  });

  test('another version, digest, schema, translation or epoch starts empty; going back finds the old answers', async () => {
    const f = await start(cached());
    const digest = (letter: string) => ({ versions: [{ version: '1.4.0', digest: letter.repeat(64) }] });
    const bundles: [string, ReturnType<typeof makePart>, string | undefined][] = [
      ['digest', cached('shared', digest('a')), undefined],
      ['version', cached('shared', { versions: [{ version: '1.5.0', digest: 'a'.repeat(64) }] }), undefined],
      ['response schema', cached('shared', digest('a'), { response: { ...SCORE_RESPONSE, description: 'x' } }), undefined],
      ['translation', cached('shared', digest('a'), { call: { kind: 'json', path: '/other' } }), undefined],
      ['epoch', cached('shared', digest('a')), '2'],
    ];
    await f.call({ body: GOOD });
    for (const [, part, epoch] of bundles) {
      await f.load([part], epoch === undefined ? {} : { epoch });
      expect((await f.call({ body: GOOD })).headers['cache-status']).toContain('fwd=miss');
      expect((await f.call({ body: GOOD })).headers['cache-status']).toContain('hit');
    }
    await f.load([cached('shared', digest('a'))]);
    expect((await f.call({ body: GOOD })).json.score).toBe(0.002);
    expect(f.inner.calls).toHaveLength(6);
  });
});

describe('what is stored', () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['500', (response) => text(response, 500, '')],
    ['201', (response) => json(response, 201, { score: 0.5 })],
    ['outside the schema', (response) => json(response, 200, { score: 9 })],
    ['set-cookie', (response) => json(response, 200, { score: 0.5 }, { 'set-cookie': 'a=b' })],
    ['no-store', (response) => json(response, 200, { score: 0.5 }, { 'cache-control': 'no-store' })],
    ['truncated', (response) => void response.writeHead(200, { 'content-length': '99' }).write('{"score":0.5}', () => response.destroy())],
  ])('not: %s', async (_name, answer) => {
    const f = await start(cached());
    f.inner.answer = (_call, response) => answer(response);
    await f.call({ body: GOOD });
    await f.call({ body: GOOD });
    expect(f.inner.calls).toHaveLength(2);
  });

  test('an entry ends with its time', async () => {
    const f = await start(cached('shared', {}, { cache: { scope: 'shared', ttlSeconds: 0.05 } }));
    await f.call({ body: GOOD });
    await until(async () => (await f.call({ body: GOOD })).json.score === 0.002);
  });

  test('headers of the model do not leave with the answer', async () => {
    const f = await start(cached());
    f.inner.answer = (_call, response) => json(response, 200, { score: 0.5 }, { server: 'secret', 'x-model': 'secret' });
    for (let call = 0; call < 2; call++) expect(JSON.stringify((await f.call({ body: GOOD })).headers)).not.toContain('secret');
  });
});

describe('equal questions at the same time', () => {
  test('1,000 of them ask the model once', async () => {
    const f = await start(cached());
    // The model answers once all callers wait for it.
    const waiting = 1000 * (CALL_OVERHEAD_BYTES + JSON.stringify(GOOD).length);
    f.inner.answer = (_call, response) =>
      until(() => f.worker.services.memory.bytes >= waiting).then(() => json(response, 200, { score: 0.5 }));
    const replies = await Promise.all(Array.from({ length: 1000 }, () => f.call({ body: GOOD })));
    expect(replies.every((reply) => reply.status === 200 && reply.json.score === 0.5)).toBe(true);
    expect(f.inner.calls).toHaveLength(1);
    expect(replies.filter((reply) => String(reply.headers['cache-status']).includes('collapsed'))).toHaveLength(999);
  });

  test('the first caller leaves: the others still get the answer', async () => {
    const f = await start(cached());
    let release: (() => void) | undefined;
    f.inner.answer = (_call, response) => {
      release = () => json(response, 200, { score: 0.5 });
    };
    const { path, headers } = f.envelope({});
    const body = JSON.stringify(GOOD);
    const leader = connect(f.worker.socketPath);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
    leader.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await until(() => release !== undefined);
    const waiter = f.call({ body: GOOD, subject: 'bob' });
    // The waiter is in when its memory is counted beside the leader's.
    await until(() => f.worker.services.memory.bytes > 8192);
    leader.destroy();
    await until(() => f.worker.services.memory.bytes < 8192);
    expect(f.inner.calls[0]?.aborted).toBe(false);
    release?.();
    expect((await waiter).json).toEqual({ score: 0.5 });
    expect(f.inner.calls).toHaveLength(1);
  });

  test('methods without a cache are never joined', async () => {
    const f = await start(makePart());
    await Promise.all(Array.from({ length: 20 }, () => f.call({ body: GOOD })));
    expect(f.inner.calls).toHaveLength(20);
  });
});

describe('memory store', () => {
  const entry = (size: number): CacheEntry => ({
    body: Buffer.alloc(size),
    version: '1.0.0',
    storedAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
    staleUntil: Number.MAX_SAFE_INTEGER,
  });

  test('stays within its bytes and drops the least recently used first', () => {
    const cache = new MemoryCache(5000);
    for (const key of ['a', 'b', 'c']) cache.set(key, entry(1000));
    cache.peek('a');
    cache.set('d', entry(1000));
    expect(['a', 'b', 'c', 'd'].map((key) => cache.peek(key) !== undefined)).toEqual([true, false, true, true]);
    cache.set('huge', entry(10_000));
    expect(cache.peek('huge')).toBeUndefined();
    expect(cache.bytes).toBeLessThanOrEqual(5000);
    cache.set('a', entry(10));
    expect(cache.peek('a')?.body.length).toBe(10);
  });
});

describe('sealed values', () => {
  const secret = Buffer.from('secret');
  const entry: CacheEntry = { body: Buffer.from('{"score":0.5}'), version: '1.4.0', storedAt: 1, expiresAt: 500, staleUntil: 1000 };

  test('open under the same key and secret only, and in time', () => {
    const sealed = sealEntry(secret, 'key', entry);
    expect(openEntry(secret, 'key', sealed, 500)).toEqual(entry);
    expect(openEntry(secret, 'other', sealed, 500)).toBeUndefined();
    expect(openEntry(Buffer.from('x'), 'key', sealed, 500)).toBeUndefined();
    expect(openEntry(secret, 'key', sealed, 1000)).toBeUndefined();
  });

  test('any changed or missing byte is noticed', () => {
    const sealed = sealEntry(secret, 'key', entry);
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] as number) ^ 1;
      expect(openEntry(secret, 'key', changed, 500)).toBeUndefined();
      expect(openEntry(secret, 'key', sealed.subarray(0, index), 500)).toBeUndefined();
    }
  });
});

test('the breaker asks again after its pause, one question at a time', () => {
  let now = 0;
  const breaker = new Breaker(2, 1000, () => now);
  breaker.failedOnce();
  expect(breaker.allows()).toBe(true);
  breaker.failedOnce();
  expect(breaker.allows()).toBe(false);
  now = 1000;
  expect([breaker.allows(), breaker.allows()]).toEqual([true, false]);
  breaker.succeeded();
  expect(breaker.allows()).toBe(true);
});
