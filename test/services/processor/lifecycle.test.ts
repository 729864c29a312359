import { lifecycleHeaders } from '../../../services/processor/worker/lifecycle';
import { makePart, WorkerFixture } from '../../support/worker-fixture';

test('dates become a structured date and an HTTP date', () => {
  expect(lifecycleHeaders({ deprecated: '2027-01-01', sunset: '2027-06-30', retired: false })).toEqual({
    deprecation: '@1798761600',
    sunset: 'Wed, 30 Jun 2027 00:00:00 GMT',
  });
  expect(lifecycleHeaders({ retired: false })).toEqual({});
});

test('every answer of a contract says so, also a refused body; who may not call is told nothing', async () => {
  const contract = { lifecycle: { deprecated: '2027-01-01', sunset: '2027-06-30', retired: false } };
  const fixture = await WorkerFixture.start([makePart({ contract })]);
  try {
    const answers = await Promise.all([
      fixture.call({ body: { income: 1, age: 1, amount: 1 } }),
      fixture.call({ body: { income: 'much' } }),
      fixture.call({ body: {}, roles: ['iris:predict'] }),
    ]);
    expect(answers.map((answer) => [answer.status, answer.headers['deprecation'], answer.headers['sunset']])).toEqual([
      [200, '@1798761600', 'Wed, 30 Jun 2027 00:00:00 GMT'],
      [422, '@1798761600', 'Wed, 30 Jun 2027 00:00:00 GMT'],
      [403, undefined, undefined],
    ]);
  } finally {
    await fixture.stop();
  }
});

test('once the day of the sunset is over whoever may call is told that the contract is gone, and nobody else', async () => {
  const contract = { lifecycle: { deprecated: '2020-01-01', sunset: '2020-06-30', retired: false } };
  const fixture = await WorkerFixture.start([makePart({ contract })]);
  try {
    const gone = await fixture.call({ body: { income: 1, age: 1, amount: 1 } });
    expect([gone.status, gone.json.type, gone.headers['sunset']]).toEqual([
      410,
      'https://kea.dev/problems/gone',
      'Tue, 30 Jun 2020 00:00:00 GMT',
    ]);
    expect((await fixture.call({ body: {}, roles: ['iris:predict'] })).status).toBe(403);
    expect(fixture.inner.calls).toEqual([]);
  } finally {
    await fixture.stop();
  }
});
