import type { ServerResponse } from 'node:http';
import { sendJson } from '../../support/recording-model';
import { until } from '../../support/until';
import { LiveCache } from './live';

// Group 11: many who ask the same at once cost one call of the model, and nobody waits for one who is gone.

let live: LiveCache;
let held: ServerResponse[] = [];
let x = 100;

beforeAll(async () => {
  live = await LiveCache.start({
    shared: { cache: { scope: 'shared', ttlSeconds: 600 }, timeoutMs: 20_000 },
    own: { cache: { scope: 'principal', ttlSeconds: 600 }, timeoutMs: 20_000 },
  });
  await live.untilCaching();
}, 60_000);
afterAll(() => live.stop(), 20_000);

// The model answers when the test says so; each answer has a number of its own.
beforeEach(() => {
  x += 1;
  held = [];
  live.model.reset();
  live.model.answer = (_call, response) => void held.push(response);
});
const release = (): void => held.splice(0).forEach((response) => sendJson(response, `{"y":${live.model.calls.length}}`));
const active = () => live.gateway.envoy.stat('cluster.processor.upstream_rq_active');

test('a thousand equal calls are one call of the model, one a worker where Redis is too slow to tell them of each other', async () => {
  const replies = live.many('shared', x, 1000);
  await until(async () => held.length > 0 && (await active()) >= 1000, 20_000);
  expect(live.model.calls.length).toBeLessThanOrEqual(2);
  const pulse = setInterval(release, 20);
  const told = (await replies.finally(() => clearInterval(pulse))).map(({ status, text }) => `${status} ${text}`);
  expect(['200 {"y":1}', '200 {"y":2}']).toEqual(expect.arrayContaining([...new Set(told)]));
  expect(live.model.calls.length).toBeLessThanOrEqual(2);
}, 40_000);

test('the first one leaves: those who joined it get their answer', async () => {
  const leaving = live.leaver('shared', x);
  await until(() => held.length === 1);
  const staying = live.many('shared', x, 20);
  await until(async () => (await active()) >= 21);
  leaving();
  await until(async () => (await active()) <= 20);
  const pulse = setInterval(release, 20);
  const replies = await staying.finally(() => clearInterval(pulse));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  // A second one only where nobody of the first one's worker had joined it.
  expect(live.model.calls.length).toBeLessThanOrEqual(2);
}, 30_000);

test.each([0, 1])(
  'worker %i dies while one of the two leads: the other’s callers get their answer',
  async (number) => {
    // A worker that the case before has killed takes calls again only once Envoy has met it.
    await until(async () => (await live.gateway.envoy.stat('cluster.processor.membership_healthy')) === 2);
    const replies = live.many('shared', x, 60);
    await until(async () => held.length === 1 && (await active()) >= 60);
    const { workers } = await live.gateway.status();
    process.kill(workers[number]?.pid ?? 0, 'SIGKILL');
    // Its right ends a second later at most, and the next one asks.
    const pulse = setInterval(release, 20);
    const statuses = (await replies.finally(() => clearInterval(pulse))).map(({ status }) => status);
    expect([...new Set(statuses)].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    expect(live.model.calls.length).toBeLessThanOrEqual(2);
    await until(async () => (await live.gateway.status()).workers.every(({ state }) => state === 'serving'), 15_000);
  },
  40_000,
);

test('a model that fails under a stampede fails once for all of them, and is asked again afterwards', async () => {
  live.model.answer = (_call, response) => void held.push(response);
  const replies = live.many('shared', x, 100);
  await until(async () => held.length >= 1 && (await active()) >= 100);
  const fail = (): void => held.splice(0).forEach((response) => sendJson(response, '{}', 500));
  const pulse = setInterval(fail, 20);
  const statuses = (await replies.finally(() => clearInterval(pulse))).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([502]));
  // One call a worker: the second worker's turn comes when the first has failed. A caller whom Envoy had not handed on by then asks for himself.
  expect(live.model.calls.length).toBeLessThanOrEqual(5);
  live.model.answer = (_call, response) => sendJson(response, '{"y":7}');
  expect((await live.call('shared', x)).json).toEqual({ y: 7 });
}, 30_000);

test('principals stay apart: none gets what another was given', async () => {
  live.model.answer = (_call, response) => sendJson(response, `{"y":${live.model.calls.length}}`);
  const names = Array.from({ length: 10 }, (_, index) => `person-${index}`);
  const all = await Promise.all(names.map((name) => live.many('own', x, 30, live.token(name))));
  const texts = all.map((replies) => new Set(replies.map(({ status, text }) => `${status} ${text}`)));
  // One call each, some more where Redis is too slow; never an answer that another got too.
  const given = texts.flatMap((each) => [...each]);
  expect(given.filter((text) => !text.startsWith('200 '))).toEqual([]);
  expect(new Set(given).size).toBe(given.length);
  expect(live.model.calls.length).toBe(given.length);
  expect(given.length).toBeLessThan(150);
}, 30_000);
