import { request as httpRequest } from 'node:http';
import { sendJson } from '../../support/recording-model';
import { until } from '../../support/until';
import { isHit, LiveCache } from './live';

// Group 8: an answer from the cache goes only to whom the model would have answered, and only whole, good answers are kept.

const shared = { cache: { scope: 'shared', ttlSeconds: 600 } } as const;
let live: LiveCache;
let x = 1;

beforeAll(async () => {
  live = await LiveCache.start({
    shared,
    own: { cache: { scope: 'principal', ttlSeconds: 600 } },
    limited: { ...shared, rateLimit: { requests: 5, per: 'hour', by: 'subject' } },
  });
  await live.untilCaching();
}, 60_000);
afterAll(() => live.stop(), 20_000);

// Every test asks something that nobody asked before; the model numbers its answers.
beforeEach(() => {
  x += 1;
  live.model.reset();
  live.model.answer = (_call, response) => sendJson(response, `{"y":${live.model.calls.length}}`);
});

test('answers of one principal are another’s neither by subject nor by client', async () => {
  const [ada, bob] = [live.token('ada'), live.token('bob')];
  expect((await live.call('own', x, ada)).json).toEqual({ y: 1 });
  await until(async () => isHit(await live.call('own', x, ada)));
  expect((await live.call('own', x, bob)).json).toEqual({ y: live.model.calls.length });
  // The same person through another client is the same person.
  expect(isHit(await live.call('own', x, live.token('ada', ['own'], { azp: 'other' })))).toBe(true);
  // Lookalikes of the name are others.
  const before = live.model.calls.length;
  for (const name of ['Ada', 'ada\u0301', 'ada,bob', 'ad\u0430', 'ada ada']) {
    expect([name, isHit(await live.call('own', x, live.token(name)))]).toEqual([name, false]);
  }
  expect(live.model.calls.length).toBe(before + 5);
  // Outer blanks do not survive a header: such a name is no name.
  for (const name of ['ada ', ' ada', '\tada', 'ada\n']) expect((await live.call('own', x, live.token(name))).status).toBe(401);
  // A token without a subject is nobody's: it shares nothing.
  const nobody = live.token('', undefined, { sub: undefined });
  for (let turn = 0; turn < 3; turn++) expect(isHit(await live.call('own', x, nobody))).toBe(false);
});

test('a shared answer is everybody’s who has the role, and nobody’s who has not', async () => {
  await live.call('shared', x);
  await until(async () => isHit(await live.call('shared', x, live.token('bob'))));
  const revoked = live.token('ada', ['own']);
  const refused = await live.call('shared', x, revoked);
  expect([refused.status, refused.headers['cache-status'], refused.headers['age']]).toEqual([403, undefined, undefined]);
  expect(refused.text).not.toContain('"y"');
  expect((await live.gateway.call('POST', '/models/credit/v1/shared', { body: `{"x":${x}}` })).status).toBe(401);
  expect(live.model.calls.length).toBe(1);
});

test('hits count against the caller’s limit', async () => {
  const token = live.token(`person-${x}`);
  const statuses: number[] = [];
  for (let turn = 0; turn < 8; turn++) statuses.push((await live.call('limited', x, token)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  expect(live.model.calls.length).toBeLessThan(5);
});

test('callers’ own wishes about caching change nothing', async () => {
  await live.call('shared', x);
  await until(async () => isHit(await live.call('shared', x)));
  for (const headers of [
    { 'cache-control': 'no-cache' },
    { 'cache-control': 'no-store' },
    { pragma: 'no-cache' },
    { 'x-kea-epoch': '9' },
  ]) {
    const answer = await live.call('shared', x, undefined, headers as unknown as { readonly [name: string]: string });
    expect(isHit(answer)).toBe(true);
  }
  expect(live.model.calls.length).toBe(1);
});

test.each(['no-store', 'private', 'public, NO-STORE', 'max-age=0, no-store'])(
  'an answer with cache-control: %s is not kept',
  async (value) => {
    live.model.answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': value }).end('{"y":9}');
    };
    for (let turn = 0; turn < 4; turn++) {
      const answer = await live.call('shared', x);
      expect([answer.status, isHit(answer)]).toEqual([200, false]);
    }
    expect(live.model.calls.length).toBe(4);
  },
);

test.each([
  ['500', 502, 500, '{"y":1}'],
  ['503', 502, 503, '{"y":1}'],
  ['404', 502, 404, '{"y":1}'],
  ['400', 422, 400, '{"error":"no"}'],
  ['a redirect', 502, 302, '{"y":1}'],
  ['no JSON', 502, 200, '<html>'],
  ['half of JSON', 502, 200, '{"y":'],
] as const)('an answer that is %s is not kept, and the next good one is given', async (_what, told, status, text) => {
  live.model.answer = (_call, response) => sendJson(response, text, status);
  for (let turn = 0; turn < 3; turn++) {
    const answer = await live.call('shared', x);
    expect([answer.status, isHit(answer)]).toEqual([told, false]);
  }
  expect(live.model.calls.length).toBe(3);
  live.model.answer = (_call, response) => sendJson(response, '{"y":5}');
  const good = await live.call('shared', x);
  expect([good.status, good.json, isHit(good)]).toEqual([200, { y: 5 }, false]);
});

test.each([
  ['by length', { 'content-type': 'application/json', 'content-length': '50' }, '{"y":1}'],
  ['in chunks', { 'content-type': 'application/json' }, '{"y":1}'],
] as const)(
  'an answer that breaks off (%s) is an error and is not kept, even where what came is whole JSON',
  async (_what, headers, text) => {
    live.model.answer = (_call, response) => {
      response.writeHead(200, headers);
      response.write(text, () => response.destroy());
    };
    for (let turn = 0; turn < 3; turn++) {
      const answer = await live.call('shared', x);
      expect([answer.status, isHit(answer)]).toEqual([502, false]);
    }
    live.model.answer = (_call, response) => sendJson(response, '{"y":5}');
    expect((await live.call('shared', x)).json).toEqual({ y: 5 });
  },
);

test.each(['before the answer', 'in the middle of it'])(
  'a caller that leaves %s: the model is told, and nothing of it is kept',
  async (when) => {
    live.model.answer = (_call, response) => {
      if (when === 'before the answer') return;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '7' });
      response.write('{"y":');
    };
    const sent = httpRequest({
      host: '127.0.0.1',
      port: live.gateway.edgePort,
      method: 'POST',
      path: '/models/credit/v1/shared',
      headers: { authorization: `Bearer ${live.token()}`, 'content-type': 'application/json' },
      agent: false,
    });
    sent.on('error', () => undefined);
    sent.end(`{"x":${x}}`);
    await until(() => live.model.calls.length === 1);
    sent.destroy();
    await until(() => live.model.left === 1);
    live.model.answer = (_call, response) => sendJson(response, '{"y":5}');
    const next = await live.call('shared', x, live.token('bob'));
    expect([next.status, next.json, isHit(next)]).toEqual([200, { y: 5 }, false]);
  },
);

test('no answer, subject, role or body stands in Redis by name', async () => {
  await live.call('own', 123_456, live.token('secret-person'));
  const client = live.redis.client();
  await until(async () => (await client.keys('kea:{*}')).length > 0);
  const keys = await client.keys('*');
  expect(keys.filter((key) => /secret-person|credit|123456/.test(key))).toEqual([]);
  client.disconnect();
});
