import { method, model } from '../../constructs/gateway/platform';
import { LiveGateway } from '../envoy/gateway';

// Group 12: every error is one problem document, whoever made it; answers are never touched.

const gateway = new LiveGateway('real', (request, response) => {
  request.resume().on('end', () => {
    switch (request.url) {
      case '/fail':
        return response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>secret stack trace</h1>');
      case '/teapot':
        return response.writeHead(418).end('secret');
      case '/cut':
        return response.destroy();
      case '/slow':
        return void setTimeout(() => response.end('{"y":1}'), 3000);
      default:
        return response
          .writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'a=b', 'x-secret': '1', server: 'model' })
          .end('{"y":0.5}');
    }
  });
});
let token: string;
const names = ['score', 'fail', 'teapot', 'cut', 'slow'];
beforeAll(async () => {
  const limited = method('credit', 'few', { rateLimit: { requests: 1, per: 'hour', by: 'subject' } });
  await gateway.start([
    model('credit', { methods: [...names.map((name) => method('credit', name, { timeoutMs: 500, maxBodyBytes: 100 })), limited] }),
    model('old', { lifecycle: { retired: true } }),
  ]);
  token = gateway.tokens.token({ roles: [...names.map((name) => `credit:${name}`), 'credit:few', 'credit:pin', 'old:score'] });
}, 40_000);
afterAll(() => gateway.stop());

interface Case {
  readonly verb?: string;
  readonly path: string;
  readonly token?: string | undefined;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}
const at = (name: string): string => `/models/credit/v1/${name}`;
test.each([
  [400, 'malformed-request', (): Case => ({ path: at('score'), body: '{' })],
  [400, 'bad-request', (): Case => ({ path: '/models%2fcredit/v1/score' })],
  [401, 'unauthenticated', (): Case => ({ path: at('score'), token: undefined })],
  [403, 'forbidden', (): Case => ({ path: '/models/secret/v1/score' })],
  [404, 'not-found', (): Case => ({ path: at('nothing') })],
  [404, 'not-found', (): Case => ({ path: at('score'), headers: { 'kea-version': '9.9.9' } })],
  [405, 'method-not-allowed', (): Case => ({ verb: 'DELETE', path: at('score') })],
  [410, 'gone', (): Case => ({ path: '/models/old/v1/score' })],
  [413, 'body-too-large', (): Case => ({ path: at('score'), body: `{"x":1${' '.repeat(200)}}` })],
  [415, 'unsupported-media-type', (): Case => ({ path: at('score'), headers: { 'content-type': 'text/plain' } })],
  [422, 'invalid-request', (): Case => ({ path: at('score'), body: '{"x":"secret"}' })],
  [502, 'model-failed', (): Case => ({ path: at('fail') })],
  [502, 'invalid-response', (): Case => ({ path: at('teapot') })],
  [502, 'model-failed', (): Case => ({ path: at('cut') })],
  [504, 'timeout', (): Case => ({ path: at('slow') })],
])('%i %s', async (status, problem, make) => {
  const { verb = 'POST', path, body = '{"x":1}', headers = {}, ...rest } = make();
  const credential = 'token' in rest ? rest.token : token;
  const answer = await gateway.call(verb, path, {
    ...(credential === undefined ? {} : { token: credential }),
    headers,
    ...(verb === 'DELETE' ? {} : { body }),
  });
  expect([answer.status, answer.headers['content-type'], answer.json['type']]).toEqual([
    status,
    'application/problem+json',
    `https://kea.dev/problems/${problem}`,
  ]);
  expect(answer.json['status']).toBe(status);
  const id = answer.headers['x-request-id'];
  expect(answer.json['instance']).toBe(id === undefined ? undefined : `urn:uuid:${id}`);
  expect(answer.text).not.toMatch(/secret|<h1>|dist\/|\.ts:|node:/);
  for (const name of ['set-cookie', 'x-secret']) expect(answer.headers[name]).toBeUndefined();
});

test('429 says when to come again, and what the limit is', async () => {
  // Each worker counts its own share while there is no store, and nobody knows which of them is next.
  let last = await gateway.call('POST', at('few'), { token, body: '{"x":1}' });
  for (let turn = 0; turn < 40 && last.status === 200; turn++) last = await gateway.call('POST', at('few'), { token, body: '{"x":1}' });
  expect([last.status, last.json['type']]).toEqual([429, 'https://kea.dev/problems/too-many-requests']);
  expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
  expect(last.headers['ratelimit-policy']).toContain('w=3600');
});

test('an answer is the model’s own, without what it had no business to say', async () => {
  const answer = await gateway.call('POST', at('score'), { token, body: '{"x":1}' });
  expect([answer.status, answer.text]).toEqual([200, '{"y":0.5}']);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.headers['server']).toBe('kea');
  for (const name of ['set-cookie', 'x-secret', 'x-kea-inner', 'x-envoy-upstream-service-time'])
    expect(answer.headers[name]).toBeUndefined();
});

test('without a processor calls end in 503, to be tried again', async () => {
  const pids = (await gateway.status()).workers.flatMap(({ pid }) => (pid === null ? [] : [pid]));
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  const answer = await gateway.call('POST', at('score'), { token, body: '{"x":1}' });
  for (const pid of pids) process.kill(pid, 'SIGCONT');
  expect([answer.status, answer.json['type'], answer.headers['retry-after']]).toEqual([
    503,
    'https://kea.dev/problems/processor-unavailable',
    '1',
  ]);
}, 10_000);
