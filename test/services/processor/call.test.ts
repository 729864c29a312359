import { json } from '../../support/stand-in-inner';
import { makePart, WorkerFixture } from '../../support/worker-fixture';

const GOOD = { income: 52000, age: 41, amount: 9000 };
let fixture: WorkerFixture;
afterEach(() => fixture.stop());

test('a good call reaches the model and its answer comes back', async () => {
  fixture = await WorkerFixture.start();
  fixture.inner.answer = (_call, response) => json(response, 200, { score: 0.87 });
  const reply = await fixture.call({ body: GOOD });
  expect(reply.status).toBe(200);
  expect(reply.json).toEqual({ score: 0.87 });
  expect(reply.headers['content-type']).toBe('application/json');
  expect(reply.headers['kea-model-version']).toBe('1.4.0');
  expect(fixture.inner.calls).toHaveLength(1);
  expect(fixture.inner.calls[0]).toMatchObject({ path: '/score', body: JSON.stringify(GOOD) });
});

test('the second equal call is a hit', async () => {
  fixture = await WorkerFixture.start([makePart({ methods: [{ method: 'score', cache: { scope: 'shared', ttlSeconds: 60 } }] })]);
  const first = await fixture.call({ body: GOOD });
  expect(first.headers['cache-status']).toBe('kea; fwd=miss; stored');
  const second = await fixture.call({ body: { amount: 9000, age: 41, income: 52000.0 } });
  expect(second.status).toBe(200);
  expect(second.headers['cache-status']).toMatch(/^kea; hit; ttl=5\d$/);
  expect(second.headers['age']).toBe('0');
  expect(fixture.inner.calls).toHaveLength(1);
});
