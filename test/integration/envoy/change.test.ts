import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundle, bundleTexts, type Bundle } from '../../../constructs/gateway/render/bundle';
import { encodeIndex, packText } from '../../../core/contract/bundle-codec';
import { BundleFile } from '../../../core/contract/bundle-files';
import { indexDigest } from '../../../core/contract/bundle-codec';
import type { ResolvedModel } from '../../../schema/resolved';
import { method, model, version } from '../../constructs/gateway/platform';
import { until } from '../../support/envoy';
import { LiveGateway } from './gateway';

const body = '{"x":1}';
let gateway: LiveGateway;
let token: string;

beforeEach(async () => {
  gateway = new LiveGateway();
  await gateway.start([model('credit')]);
  token = gateway.tokens.token({ roles: ['credit:score', 'iris:score', 'credit:explain', 'late:score'] });
}, 40_000);
afterEach(() => gateway.stop());

const bundleOf = (...models: readonly ResolvedModel[]): Bundle => buildBundle(gateway.platformOf(models));
const score = (name = 'credit'): Promise<{ status: number; json: { readonly [key: string]: unknown } }> =>
  gateway.call('POST', `/models/${name}/v1/score`, { token, body });

/** Calls without pause until told to stop; answers every status but 200. */
function steadyCalls(): { stop(): Promise<{ readonly failed: readonly unknown[]; readonly total: number }> } {
  let stopped = false;
  const failed: unknown[] = [];
  let total = 0;
  const line = async (): Promise<void> => {
    while (!stopped) {
      total += 1;
      await score().then(
        ({ status, json }) => (status === 200 ? undefined : failed.push([status, json])),
        (error: Error) => failed.push(error.message),
      );
    }
  };
  const lines = [line(), line(), line(), line()];
  return { stop: async () => ((stopped = true), await Promise.all(lines), { failed, total }) };
}

test('models come, change and go without one failed call', async () => {
  const calls = steadyCalls();
  const everything = [
    model('credit', {
      methods: [method('credit', 'score', { timeoutMs: 1500 }), method('credit', 'explain')],
      versions: [version('1.0.0'), version('1.1.0')],
    }),
    model('iris'),
  ];
  gateway.writeEndpoints(
    Object.fromEntries(
      ['credit-v1-0-0', 'credit-v1-1-0', 'iris-v1-0-0'].map((name) => [name, [{ address: '127.0.0.1', port: gateway.modelPort }]]),
    ),
  );
  const grown = bundleOf(...everything);
  gateway.writeBundle(grown);
  await gateway.untilServing(grown);
  expect((await score('iris')).status).toBe(200);
  expect((await gateway.call('POST', '/models/credit/v1/explain', { token, body })).status).toBe(200);

  const shrunk = bundleOf(
    model('credit', { versions: [version('1.1.0')], routing: { weights: { '1.1.0': 100 }, sticky: 'request', match: [], shadow: {} } }),
  );
  gateway.writeBundle(shrunk);
  await gateway.untilServing(shrunk);
  expect((await score('iris')).status).toBe(403);
  await until(async () => !(await gateway.envoy.admin('/clusters')).includes('iris-v1-0-0'), 'the cluster of the removed model is gone');
  const { failed, total } = await calls.stop();
  expect(failed).toEqual([]);
  // Calls ran all the while; how many depends on the machine.
  expect(total).toBeGreaterThan(0);
}, 30_000);

function tampered(bundle: Bundle, change: (index: { [key: string]: unknown }) => void): string {
  const index = JSON.parse(encodeIndex(bundle.index)) as { [key: string]: unknown };
  change(index);
  return JSON.stringify({ ...index, digest: indexDigest(index as never) });
}

/** Lays the parts down; the index is the caller's to write. */
function withParts(bundle: Bundle): string {
  for (const [name, text] of bundleTexts(bundle)) writeFileSync(join(gateway.folder, 'bundle', name), packText(text));
  return encodeIndex(bundle.index);
}

test('a broken bundle is refused whole, the old one keeps serving, and everybody can see why', async () => {
  const before = (await gateway.status()).digest;
  const next = bundleOf(model('credit'), model('iris'));
  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['not JSON', '{"format":1', /not JSON/],
    ['another format', tampered(next, (index) => (index['format'] = 2)), /format 2/],
    ['a digest that is not its own', encodeIndex({ ...next.index, stack: 'other' }), /digest/],
    ['a part that is not there', encodeIndex(next.index), /iris-v1.*cannot be read|credit-v1.*cannot be read/],
    [
      'a name that leaves the folder',
      tampered(next, (index) => (index['parts'] = [{ name: '../../etc/passwd', digest: 'a'.repeat(64) }])),
      /names a part in a way/,
    ],
    [
      // Synth refuses it, so this bundle was made by hand.
      'a pattern that takes exponential time',
      withParts(
        bundleOf(
          model('credit', {
            methods: [
              method('credit', 'score', { request: { type: 'object', properties: { x: { type: 'string', pattern: '^(a+)+$' } } } }),
            ],
          }),
        ),
      ),
      /part credit-v1: the pattern .* of a schema takes time that grows exponentially/,
    ],
    [
      'a route without a rule',
      tampered(
        bundleOf(model('credit')),
        (index) => (index['platformRoutes'] = [{ name: 'open', match: { prefix: '/' }, route: { cluster: 'processor', timeout: '1s' } }]),
      ),
      /route open is refused: it has no rbac rule/,
    ],
    [
      'a field that Envoy does not know',
      tampered(bundleOf(model('credit')), (index) => (index['platformClusters'] = [{ name: 'extra', tpye: 'STATIC' }])),
      /tpye: is unknown/,
    ],
    [
      'a cluster that Envoy refuses',
      tampered(bundleOf(model('credit')), (index) => (index['platformClusters'] = [{ name: 'extra', type: 'EDS', connect_timeout: '1s' }])),
      /envoy: /,
    ],
    [
      'a stack that the workers refuse',
      tampered(bundleOf(model('credit')), (index) => (index['stack'] = 'refused-by-workers')),
      /not served/,
    ],
  ];
  for (const [what, text, reason] of broken) {
    gateway.writeAtomically(BundleFile.index, text);
    await until(async () => reason.test((await gateway.status()).refused?.reason ?? ''), `${what} is refused`).catch(
      async (error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify((await gateway.status()).refused)}\n${gateway.supervisorLog}`);
      },
    );
    expect((await gateway.status()).digest).toBe(before);
    expect((await score()).status).toBe(200);
  }
  expect((await gateway.management('/-/metrics')).text).toMatch(/^kea_bundles_refused_total\{by="reader"\} 8$/m);
  expect((await gateway.management('/-/ready')).status).toBe(200);
  expect(gateway.supervisorLog).toContain('a bundle was refused; the previous one keeps serving');

  gateway.writeBundle(next);
  await gateway.untilServing(next);
  expect((await gateway.status()).refused).toBeNull();
}, 60_000);

test('a killed worker is replaced, and the other answers meanwhile', async () => {
  const victim = (await gateway.status()).workers[0];
  const calls = steadyCalls();
  process.kill(victim?.pid ?? 0, 'SIGKILL');
  await until(
    async () => (await gateway.status()).workers.every(({ state, pid }) => state === 'serving' && pid !== victim?.pid),
    'a new worker serves',
  );
  const { failed, total } = await calls.stop();
  // Only calls that were in flight in the killed process may fail: at most one a line.
  expect({ failed, few: failed.length <= 4 }).toMatchObject({ few: true });
  expect(total).toBeGreaterThan(10);
  expect((await gateway.status()).workers[0]?.restarts).toBe(1);
  expect((await gateway.management('/-/metrics')).text).toMatch(/^kea_worker_restarts_total 1$/m);
}, 30_000);

test('without the supervisor Envoy keeps its configuration, judges callers, and answers processor-unavailable', async () => {
  const ended = new Promise((resolve) => gateway.supervisor?.once('exit', resolve));
  gateway.supervisor?.kill('SIGKILL');
  await ended;
  await until(async () => (await score()).status === 503, 'the workers are gone too');
  expect((await score()).json).toMatchObject({ status: 503, type: 'https://kea.dev/problems/processor-unavailable' });
  expect((await gateway.call('POST', '/models/credit/v1/score', { body })).status).toBe(401);
  expect((await score('iris')).status).toBe(403);

  gateway.startSupervisor();
  await gateway.untilReady();
  expect((await score()).status).toBe(200);
}, 40_000);

test('a worker that hangs lets nothing pass: the edge answers for it', async () => {
  const answer = await gateway.call('POST', '/models/credit/v1/score', { token, body, headers: { 'test-hang': '1' } });
  expect(answer.json).toMatchObject({ status: 503, type: 'https://kea.dev/problems/processor-unavailable' });
  expect(answer.headers['retry-after']).toBe('1');
}, 10_000);

test('instances come and go; a model without any is told to the worker by the inner listener', async () => {
  gateway.writeEndpoints({});
  await until(async () => (await score()).status === 502, 'no instance is left');
  expect((await score()).json['model']).toMatchObject({ status: 503, inner: 'UH;no_healthy_upstream' });
  gateway.writeAtomically(BundleFile.endpoints, '{"credit-v1-0-0":[{"address":"models.example.com","port":80}]}');
  await until(async () => (await gateway.management('/-/config')).text.includes('no IP address'), 'host names are refused');
  gateway.writeEndpoints({ 'credit-v1-0-0': [{ address: '127.0.0.1', port: gateway.modelPort, zone: 'a' }] });
  await until(async () => (await score()).status === 200, 'the instance is back');
}, 30_000);

test('the inner listener keeps the worker’s deadline and names what happened', async () => {
  const answer = await gateway.call('POST', '/models/credit/v1/score', { token, body: '{"sleep":1}', headers: { 'test-timeout': '300' } });
  expect(answer.json['model']).toMatchObject({ status: 504, inner: expect.stringContaining('UT;') });
});
