import type { IncomingMessage, ServerResponse } from 'node:http';
import { buildBundle } from '../../../constructs/gateway/render/bundle';
import { method, model, version } from '../../constructs/gateway/platform';
import { until } from '../../support/until';
import { LiveGateway } from './gateway';

// Versions change while calls are under way, and models break connections: the answer is always that of the version which the answer names.
const OWN: { readonly [host: string]: number } = { 'credit-v1-0-0': 1, 'credit-v1-1-0': 2 };
let held: (() => void)[] = [];
let broken = 0;

function answer(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const end = (): void =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ y: OWN[request.headers.host ?? ''] }));
    if (body === '{"x":-1}') held.push(end);
    else if (body.startsWith('{"x":7') && (broken += 1) % 2 === 1) request.socket.destroy();
    else end();
  });
}

const gateway = new LiveGateway('real', answer, { kind: 'memory', maxBytes: 1_000_000 });
let token: string;
const versions = ['1.0.0', '1.1.0'].map((number) => version(number, { framework: 'container' }));
const credit = (weights: { readonly [version: string]: number }) =>
  model('credit', {
    versions: versions.filter((each) => each.version in weights),
    routing: { weights, sticky: 'request', match: [], shadow: {} },
    methods: [method('credit', 'score', { cache: { scope: 'shared', ttlSeconds: 600 }, timeoutMs: 10_000 })],
  });
const score = (x: number) => gateway.call('POST', '/models/credit/v1/score', { token, body: JSON.stringify({ x }) });

async function serve(weights: { readonly [version: string]: number }): Promise<void> {
  const bundle = buildBundle(gateway.platformOf([credit(weights)]));
  gateway.writeBundle(bundle);
  await gateway.untilServing(bundle);
}

beforeAll(async () => {
  await gateway.start([credit({ '1.0.0': 100, '1.1.0': 0 })]);
  token = gateway.tokens.token({ roles: ['credit:score'] });
}, 40_000);
afterAll(() => gateway.stop(), 20_000);

test('a call that is under way ends at the version that it began with, even when that is removed meanwhile', async () => {
  await serve({ '1.0.0': 100, '1.1.0': 0 });
  const slow = score(-1);
  await until(() => held.length === 1);
  await serve({ '1.1.0': 100 });
  expect((await score(1)).json).toEqual({ y: 2 });
  for (const end of held) end();
  const answered = await slow;
  expect([answered.status, answered.json, answered.headers['kea-model-version']]).toEqual([200, { y: 1 }, '1.0.0']);
  held = [];
}, 30_000);

test('of two versions, with retries, each answer is that of the version it names', async () => {
  await serve({ '1.0.0': 50, '1.1.0': 50 });
  const seen = new Set<string>();
  for (let call = 0; call < 40; call += 1) {
    const { status, json, headers } = await score(call % 2 === 0 ? 100 + call : 7000 + call);
    expect(status).toBe(200);
    const named = headers['kea-model-version'] ?? '';
    expect(json).toEqual({ y: named === '1.0.0' ? 1 : 2 });
    seen.add(named);
  }
  expect([...seen].sort()).toEqual(['1.0.0', '1.1.0']);
  expect(broken).toBeGreaterThan(0);
}, 30_000);

test('a cached answer belongs to its version: not given after a promotion, given again after the way back', async () => {
  const answers = async (): Promise<readonly unknown[]> => {
    const all = [];
    for (let call = 0; call < 8; call += 1) all.push((await score(555)).json['y']);
    return all;
  };
  await serve({ '1.0.0': 100, '1.1.0': 0 });
  expect(new Set(await answers())).toEqual(new Set([1]));
  await serve({ '1.0.0': 0, '1.1.0': 100 });
  expect(new Set(await answers())).toEqual(new Set([2]));
  await serve({ '1.0.0': 100, '1.1.0': 0 });
  expect(new Set(await answers())).toEqual(new Set([1]));
  const again = await score(555);
  expect([again.json['y'], again.headers['cache-status']]).toEqual([1, expect.stringContaining('hit')]);
}, 30_000);
