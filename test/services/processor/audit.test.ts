import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundleContract } from '../../../core/contract/bundle';
import { payloadHash } from '../../../services/audit/payload';
import { readChain } from '../../../services/audit/chain';
import { makePart, SCORE_REQUEST, WorkerFixture } from '../../support/worker-fixture';

const GOOD = { income: 52000, age: 41, amount: 9000 };
const ID = '11111111-2222-4333-8444-555555555555';
let fixture: WorkerFixture;
afterEach(() => fixture.stop());

const audited = (level: BundleContract['audit']['level'], payload: BundleContract['audit']['payload'] = 'none', method: object = {}) =>
  makePart({ contract: { audit: { level, payload } }, methods: [{ method: 'score', ...method }] });

test('who, what, decision, configuration, result and timings', async () => {
  fixture = await WorkerFixture.start([audited('durable', 'none', { cache: { scope: 'shared', ttlSeconds: 60 } })]);
  await fixture.call({ body: GOOD });
  const [record] = await fixture.records();
  expect(record).toMatchObject({
    class_uid: 6003,
    id: ID,
    source: 'processor',
    writer: 'test-0',
    sequence: 1,
    actor: { subject: 'ada', client: 'tests', issuer: 'https://issuer.example' },
    request: {
      model: 'credit-score',
      contract: 'v1',
      method: 'score',
      path: '/models/credit-score/v1/score',
      bytes: JSON.stringify(GOOD).length,
    },
    decision: { outcome: 'answered', cache: 'stored' },
    configuration: { bundle: fixture.index.digest, part: fixture.index.parts[0]?.digest },
    result: { status: 200, version: '1.4.0', digest: '1'.repeat(64), bytes: 13 },
  });
  expect(Math.abs(record.time - Date.now())).toBeLessThan(10_000);
  expect(record.timings.totalMs).toBeGreaterThanOrEqual(record.timings.upstreamMs);
  expect(JSON.stringify(record)).not.toContain('52000');
});

test('every refusal leaves a record, with pointers and without values', async () => {
  fixture = await WorkerFixture.start([audited('metadata')]);
  await fixture.call({ body: { ...GOOD, age: 'secret-value' } });
  await fixture.call({ raw: '{"age":"secret-value","age":1}' });
  await fixture.call({ body: GOOD, roles: [] });
  await fixture.call({ body: GOOD, part: 'f'.repeat(64) });
  await fixture.call({ body: GOOD, headers: { 'kea-version': '9.9.9', 'x-kea-pinned': 'true' } });
  await fixture.call({ raw: 'x', headers: { 'content-type': 'text/plain' }, path: '/models/credit-score/v1/score?token=secret-value' });
  const records = await fixture.records();
  expect(
    records.map((record) => [record.result.status, record.decision.outcome, record.decision.problem, record.decision.pointers]),
  ).toEqual([
    [422, 'refused', 'invalid-request', ['/age']],
    [400, 'refused', 'malformed-request', ['/age']],
    [403, 'refused', 'forbidden', undefined],
    [503, 'failed', 'configuration-pending', undefined],
    [404, 'refused', 'not-found', undefined],
    [415, 'refused', 'unsupported-media-type', undefined],
  ]);
  expect(JSON.stringify(records)).not.toContain('secret-value');
});

test('payload hashed is keyed; redacted hides marked fields', async () => {
  const request = { ...SCORE_REQUEST, properties: { income: { type: 'number', 'x-kea-pii': true }, age: {}, amount: {} } };
  fixture = await WorkerFixture.start([audited('metadata', 'hashed')]);
  await fixture.call({ body: GOOD });
  await fixture.load([audited('metadata', 'redacted', { request })]);
  await fixture.call({ body: GOOD });
  await fixture.call({ body: { ...GOOD, extra: 1 } });
  const [hashed, redacted, refused] = await fixture.records();
  const hash = payloadHash(fixture.worker.services.payloadKey, Buffer.from(JSON.stringify(GOOD)));
  expect(hashed.request).toMatchObject({ hash });
  expect(hashed.request.redacted).toBeUndefined();
  expect(redacted.request).toMatchObject({ hash, redacted: { income: '[redacted]', age: 41, amount: 9000 } });
  expect(refused.request.redacted).toBeUndefined();
});

describe('a disk that takes nothing', () => {
  const broken = async (level: BundleContract['audit']['level']): Promise<void> => {
    fixture = await WorkerFixture.start([audited(level)]);
    writeFileSync(join(fixture.folder, 'audit'), 'a file where the folder should be');
  };
  const repaired = (): void => rmSync(join(fixture.folder, 'audit'));

  test('strict: no record, no answer; later calls do not even reach the model until a record can be written', async () => {
    await broken('strict');
    const first = await fixture.call({ body: GOOD });
    expect([first.status, first.json.type]).toEqual([503, 'https://kea.dev/problems/audit-unavailable']);
    expect(first.text).not.toContain('score"');
    expect(fixture.inner.calls).toHaveLength(1);
    expect((await fixture.call({ body: GOOD })).status).toBe(503);
    expect(fixture.inner.calls).toHaveLength(1);
    repaired();
    expect((await fixture.call({ body: GOOD })).status).toBe(503);
    expect((await fixture.call({ body: GOOD })).status).toBe(200);
    expect((await fixture.records()).map((record) => [record.sequence, record.result.status])).toEqual([
      [1, 503],
      [2, 200],
    ]);
  });

  test.each(['durable', 'metadata'] as const)('%s: the answer leaves and the loss is counted', async (level) => {
    await broken(level);
    expect((await fixture.call({ body: GOOD })).status).toBe(200);
    await fixture.worker.services.audit.appendDurable({ id: 'mark' } as never);
    expect(fixture.worker.services.audit.lost).toBe(2);
    repaired();
    expect((await fixture.call({ body: GOOD })).status).toBe(200);
    expect((await fixture.records())[0]).toMatchObject({ sequence: 1, lost: 2 });
  });
});

test('the chain of a worker under load has no gap', async () => {
  fixture = await WorkerFixture.start([audited('durable')]);
  await Promise.all(Array.from({ length: 200 }, () => fixture.call({ body: GOOD })));
  const lines = (await fixture.records()).map((record) => JSON.stringify(record));
  expect(readChain(`${lines.join('\n')}\n`)).toMatchObject({ ok: true, records: 200 });
});
