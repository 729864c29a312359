import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from '../../../core/contract/audit';
import { method, model, version } from '../../constructs/gateway/platform';
import { until } from '../../support/until';
import { LiveGateway } from './gateway';

// Every request that Envoy counted stands in exactly one place: in the processor's records, or in the edge's log of what it refused itself.
const gateway = new LiveGateway('real');
const SECRET = 31_415_926;
let token: string;

beforeAll(async () => {
  const json = version('1.0.0', { framework: 'container' });
  await gateway.start([
    model('credit', { versions: [json], methods: [method('credit', 'score', { timeoutMs: 8000 })] }),
    model('durable', {
      versions: [json],
      methods: [method('durable', 'score', { timeoutMs: 8000 })],
      audit: { level: 'durable', payload: 'hashed' },
    }),
  ]);
  // One worker is about to be restarted: Envoy must have met the other one before.
  await until(async () => (await gateway.envoy.stat('cluster.processor.membership_healthy')) === 2);
  token = gateway.tokens.token({ roles: ['credit:score', 'durable:score'] });
}, 40_000);
afterAll(() => gateway.stop(), 20_000);

function records(): readonly AuditRecord[] {
  const folder = join(gateway.folder, 'audit');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(jsonl|ndjson|log)$/.test(file) || file.includes('test-'))
    .flatMap((file) => {
      try {
        return readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean);
      } catch {
        return [];
      }
    })
    .map((line) => JSON.parse(line) as AuditRecord)
    .filter((record) => record.request !== undefined);
}

test('counts reconcile over answers, refusals of both sides and a restart of a worker; no token and no body is written', async () => {
  const before = await gateway.envoy.stat('http.edge.downstream_rq_completed');
  const body = JSON.stringify({ x: SECRET });
  const kinds: readonly (() => ReturnType<LiveGateway['call']>)[] = [
    () => gateway.call('POST', '/models/credit/v1/score', { token, body }),
    () => gateway.call('POST', '/models/durable/v1/score', { token, body }),
    () => gateway.call('POST', '/models/credit/v1/score', { token, body: '{"x":"one"}' }),
    () => gateway.call('POST', '/models/credit/v1/score', { token, body: '{"x":1', headers: {} }),
    () => gateway.call('POST', '/models/credit/v1/score', { body }),
    () => gateway.call('POST', '/models/iris/v1/score', { token, body }),
    () => gateway.call('POST', '/models/credit/v1/none', { token, body }),
    () => gateway.call('GET', '/models/credit/v1/score', { token }),
    () => gateway.call('GET', '/models', { token }),
    () => gateway.call('GET', '/%2f..%2fetc', { token }),
  ];
  const ids: (string | undefined)[] = [];
  const statuses = new Set<number>();
  const odd: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    if (round === 3) process.kill((await gateway.status()).workers[0]?.pid ?? 0, 'SIGTERM');
    const answers = await Promise.all(kinds.map((kind) => kind()));
    for (const { status, headers, text } of answers) {
      if (status >= 500) odd.push(text);
      statuses.add(status);
      ids.push(headers['x-request-id']);
    }
  }
  expect(odd).toEqual([]);
  expect([...statuses].sort()).toEqual([200, 400, 401, 403, 404, 405, 422]);
  await until(async () => (await gateway.envoy.stat('http.edge.downstream_rq_completed')) - before === 60);
  const refused = () => gateway.refusals().map(({ id }) => (typeof id === 'string' ? id : ''));
  await until(() => records().length + refused().length >= 60, 20_000);
  const all = [...records().map(({ id }) => id), ...refused()];
  // A path that is refused before anything else is has no id yet.
  const told = all.filter((id) => id !== '');
  expect([all.length, told.length, new Set(told).size]).toEqual([60, 54, 54]);
  expect(ids.filter((id) => id !== undefined && !told.includes(id))).toEqual([]);
  const written = JSON.stringify([records(), gateway.refusals()]) + gateway.supervisorLog;
  expect(written).not.toContain(String(SECRET));
  expect(written).not.toContain(token);
  expect(written).not.toContain(token.split('.')[2]);
}, 60_000);
