import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CanaryReport } from '../../../core/contract/canary';
import { canaryVerdict } from '../../../core/decide/canary-verdict';
import { method, model, version } from '../../constructs/gateway/platform';
import { until } from '../../support/until';
import { LiveGateway } from './gateway';

// The real way: edge, worker, inner listener, two versions of a model; the mirrored one misbehaves.
const seen: { readonly host: string; readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
let trial: 'same' | 'other' | 'hangs' = 'same';

function answer(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const host = request.headers.host ?? '';
    seen.push({ host, headers: request.headers, body });
    const mirrored = host === 'credit-v1-1-0';
    if (mirrored && trial === 'hangs') return;
    response.writeHead(200, { 'content-type': 'application/json' }).end(mirrored && trial === 'other' ? '{"y":9}' : '{"y":1}');
  });
}

const gateway = new LiveGateway('real', answer);
let token: string;
beforeAll(async () => {
  await gateway.start([
    model('credit', {
      versions: ['1.0.0', '1.1.0'].map((number) => version(number, { framework: 'container' })),
      routing: { weights: { '1.0.0': 100 }, sticky: 'request', match: [], shadow: { '1.1.0': 100 } },
      methods: [method('credit', 'score', { timeoutMs: 4000, maxBodyBytes: 1024 })],
    }),
  ]);
  token = gateway.tokens.token({ roles: ['credit:score'] });
}, 40_000);
afterAll(() => gateway.stop(), 20_000);

const call = (body: string) => gateway.call('POST', '/models/credit/v1/score', { token, body, headers: { cookie: 'session=1' } });
const evidence = async () => {
  const { contracts } = JSON.parse((await gateway.management('/-/canary')).text) as CanaryReport;
  return contracts[0]!;
};
const shadowed = async () => (await evidence()).versions[1]!.shadowed;

test('what is mirrored is the same question without credentials, and the gateway counts how both answers compare', async () => {
  for (let serial = 0; serial < 20; serial += 1) expect((await call(`{"x":${serial}}`)).json).toEqual({ y: 1 });
  await until(async () => (await shadowed()).agreed === 20);
  const copies = seen.filter(({ host }) => host === 'credit-v1-1-0');
  expect(copies.map(({ body }) => body).sort()).toEqual(
    seen
      .filter(({ host }) => host === 'credit-v1-0-0')
      .map(({ body }) => body)
      .sort(),
  );
  for (const { headers } of copies)
    expect(Object.keys(headers).filter((name) => /authorization|cookie|x-kea|x-envoy|forwarded/.test(name))).toEqual([]);
  trial = 'other';
  for (let serial = 0; serial < 5; serial += 1) await call(`{"x":${100 + serial}}`);
  await until(async () => (await shadowed()).differed === 5);
  expect(canaryVerdict(await evidence(), '1.1.0', { minCalls: 25, minAgreement: 0.99, maxMoreErrors: 0.01, maxSlower: 100 })).toMatchObject(
    {
      verdict: 'abort',
      reasons: ['80 % of the answers agree; 99 % must'],
    },
  );
  expect((await gateway.management('/-/metrics')).text).toMatch(
    /^kea_shadow_total\{model="credit",contract="v1",version="1.1.0",outcome="differed"\} 5$/m,
  );
}, 30_000);

test('a body beyond the limit is refused and mirrored nowhere; a version that hangs makes no caller wait', async () => {
  const before = seen.length;
  expect((await call(`{"x":1${' '.repeat(2000)}}`)).status).toBe(413);
  expect(seen).toHaveLength(before);
  trial = 'hangs';
  const started = performance.now();
  const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => call(`{"x":${index}}`)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  // The mirrored version's time is four seconds.
  expect(performance.now() - started).toBeLessThan(3500);
}, 30_000);
