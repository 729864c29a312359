import { json, text } from '../../support/stand-in-inner';
import { until } from '../../support/until';
import { makePart, WorkerFixture } from '../../support/worker-fixture';

const GOOD = { income: 52_000, age: 41, amount: 9000 };
const LIVE = 'credit-score-v1-4-0';
const TRIAL = 'credit-score-v1-5-0';

const part = (method: object = {}, shadow: { readonly [version: string]: number } = { '1.5.0': 100 }) =>
  makePart({
    versions: [{ version: '1.4.0' }, { version: '1.5.0' }],
    methods: [{ method: 'score', ...method }],
    contract: { routing: { weights: { '1.4.0': 100 }, sticky: 'principal', match: [], shadow } },
  });

let fixture: WorkerFixture;
afterEach(() => fixture.stop());

/** Values of `kea_shadow_total` by outcome. */
const counts = (): { readonly [outcome: string]: number } =>
  Object.fromEntries(
    Object.entries(fixture.worker.services.metrics.all())
      .filter(([series]) => series.startsWith('kea_shadow_total{model="credit-score",contract="v1",version="1.5.0"'))
      .map(([series, value]) => [/outcome="([^"]+)"/.exec(series)?.[1] ?? '', value]),
  );
const seen = (cluster: string) => fixture.inner.calls.filter(({ headers }) => headers['x-kea-cluster'] === cluster);

test('a copy goes to the version on trial after the caller was answered, with nothing of the caller', async () => {
  fixture = await WorkerFixture.start([
    part({ examples: [{ name: 'typical', request: GOOD, response: { score: 0.5 }, tolerance: 0.01 }] }),
  ]);
  let release: (() => void) | undefined;
  fixture.inner.answer = async (call, response) => {
    if (call.headers['x-kea-cluster'] === TRIAL) await new Promise<void>((resolve) => (release = resolve));
    json(response, 200, { score: call.headers['x-kea-cluster'] === TRIAL ? 0.505 : 0.5 });
  };
  const answer = await fixture.call({ body: GOOD, headers: { cookie: 'a=b', traceparent: '00-'.padEnd(40, '1') } });
  expect([answer.status, answer.json, answer.headers['kea-model-version']]).toEqual([200, { score: 0.5 }, '1.4.0']);
  await until(() => release !== undefined);
  expect(counts()).toEqual({});
  release?.();
  await until(() => counts()['agreed'] === 1);
  const [copy] = seen(TRIAL);
  expect(copy?.body).toBe(seen(LIVE)[0]?.body);
  const own = ['accept', 'connection', 'content-length', 'content-type', 'host', 'x-kea-cluster', 'x-request-id'];
  const others = Object.keys(copy?.headers ?? {}).filter((name) => !own.includes(name) && !name.startsWith('x-envoy-'));
  expect(others).toEqual([]);
  // What the mirrored version did is not in the record of the call.
  expect(await fixture.records()).toMatchObject([{ result: { version: '1.4.0', status: 200 } }]);
});

test('answers that differ by more than the tolerance, and failures of either side, are told apart', async () => {
  fixture = await WorkerFixture.start([part()]);
  const answers: { [cluster: string]: number } = {};
  fixture.inner.answer = (call, response) => {
    const status = answers[String(call.headers['x-kea-cluster'])] ?? 200;
    if (status !== 200) return text(response, status, 'broken');
    return json(response, 200, { score: call.headers['x-kea-cluster'] === TRIAL ? 0.51 : 0.5 });
  };
  await fixture.call({ body: GOOD });
  await until(() => counts()['differed'] === 1);
  answers[TRIAL] = 500;
  await fixture.call({ body: GOOD });
  await until(() => counts()['shadow-failed'] === 1);
  answers[LIVE] = 500;
  await fixture.call({ body: GOOD });
  await until(() => counts()['both-failed'] === 1);
  answers[TRIAL] = 200;
  expect((await fixture.call({ body: GOOD })).status).toBe(502);
  await until(() => counts()['live-failed'] === 1);
});

test.each([
  ['a method that is not idempotent', { idempotent: false }, {}],
  ['a body that does not fit', {}, { body: { income: 'much' } }],
  ['a pinned call', {}, { body: GOOD, headers: { 'kea-version': '1.4.0', 'x-kea-pinned': 'true' } }],
])('%s is not mirrored', async (_what, method, options) => {
  fixture = await WorkerFixture.start([part(method)]);
  await fixture.call({ body: GOOD, ...options });
  await fixture.call({ body: GOOD, ...options });
  expect(seen(TRIAL)).toEqual([]);
});

test('a hit of the cache asks no model, so it is not mirrored either', async () => {
  fixture = await WorkerFixture.start([part({ cache: { scope: 'shared', ttlSeconds: 60 } })]);
  await fixture.call({ body: GOOD });
  await until(() => seen(TRIAL).length === 1);
  expect((await fixture.call({ body: GOOD })).headers['cache-status']).toContain('hit');
  expect(seen(TRIAL)).toHaveLength(1);
});

test('a version on trial that hangs makes nobody wait, and what is too much is dropped and counted', async () => {
  fixture = await WorkerFixture.start([part()]);
  fixture.inner.answer = (call, response) => (call.headers['x-kea-cluster'] === TRIAL ? undefined : json(response, 200, { score: 0.5 }));
  const answers = await Promise.all(Array.from({ length: 60 }, () => fixture.call({ body: GOOD })));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  // 8 of them ask at once (the version's concurrency), others wait for their turn; beyond 32 there is no place to wait in.
  await until(() => (counts()['dropped'] ?? 0) >= 28);
  expect(fixture.worker.services.memory.bytes).toBeLessThan(32 * 10_000);
});
