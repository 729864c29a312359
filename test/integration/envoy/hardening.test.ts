import { method, model, version } from '../../constructs/gateway/platform';
import { LiveGateway } from './gateway';

const gateway = new LiveGateway();
const score = '/models/credit/v1/score';
const body = '{"x":1}';
let caller: string;
let stranger: string;

beforeAll(async () => {
  await gateway.start(
    [
      model('credit', {
        methods: [method('credit', 'score'), method('credit', 'explain', { maxBodyBytes: 1024 })],
        versions: [version('1.0.0')],
      }),
      model('secret'),
    ],
    {
      maxBodyBytes: 4096,
    },
  );
  caller = gateway.tokens.token({ roles: ['credit:score'] });
  stranger = gateway.tokens.token({ roles: [] });
}, 40_000);
afterAll(() => gateway.stop());

test('headers that only the edge may set never come from a client, in any spelling', async () => {
  const headers = {
    'x-kea-route': 'secret/v1/score',
    'X-KEA-Part': 'forged',
    'x-kea-pinned': 'true',
    'x-kea-subject': 'root',
    'x-kea-issuer': 'me',
    'x-kea-client': 'me',
    'x-kea-roles': 'WyJhZG1pbiJd',
    'x-kea-cluster': 'secret-v1-0-0',
    'x-kea-inner': 'UH;none',
    'x-kea-anything': 'x',
    'x-envoy-upstream-rq-timeout-ms': '1',
    'x-envoy-retry-on': '5xx',
    'x-envoy-max-retries': '9',
    'x-request-id': '11111111-1111-4111-8111-111111111111',
    'x-forwarded-client-cert': 'By=me',
    'x-http-method-override': 'GET',
    'x-original-url': '/models/secret/v1/score',
    forwarded: 'for=10.0.0.1',
    cookie: 'session=1',
  };
  const { json, status } = await gateway.call('POST', score, { token: caller, headers, body });
  expect(status).toBe(200);
  expect(json.headers).toMatchObject({
    'x-kea-route': 'credit/v1/score',
    'x-kea-subject': 'ada',
    'x-kea-issuer': 'https://login.example.com/x',
    'x-kea-client': 'cli',
  });
  expect(json.headers?.['x-kea-part']).toMatch(/^[0-9a-f]{64}$/);
  for (const name of [
    'x-kea-pinned',
    'x-kea-cluster',
    'x-kea-inner',
    'x-kea-anything',
    'x-envoy-upstream-rq-timeout-ms',
    'x-envoy-retry-on',
    'x-envoy-max-retries',
    'x-forwarded-client-cert',
    'x-http-method-override',
    'x-original-url',
    'forwarded',
    'cookie',
    'authorization',
  ]) {
    expect(json.headers).not.toHaveProperty(name);
  }
  expect(json.headers?.['x-request-id']).not.toBe(headers['x-request-id']);
});

test('the model sees no header of the pod, and cannot speak as the inner listener', async () => {
  const { json } = await gateway.call('POST', score, { token: caller, body });
  const model = json['model'] as { readonly inner?: string; readonly text: string };
  expect(model.inner).toBeUndefined();
  const seen = Object.keys((JSON.parse(model.text) as { headers: object }).headers);
  expect(seen.filter((name) => name.startsWith('x-kea-') || name.startsWith('x-envoy-'))).toEqual([]);
  expect(seen).not.toContain('authorization');
});

test('headers with underscores are refused', async () => {
  expect((await gateway.call('POST', score, { token: caller, headers: { x_kea_subject: 'root' }, body })).json).toMatchObject({
    status: 400,
    type: 'https://kea.dev/problems/bad-request',
  });
});

// Path as written → canonical path that Envoy may make of it, or undefined where only a refusal is right.
const spellings: readonly (readonly [string, string | undefined])[] = [
  ['//models/credit/v1/score', score],
  ['/models//credit/v1///score', score],
  ['/models/./credit/v1/score', score],
  ['/models/x/../credit/v1/score', score],
  ['/models/credit/v1/../v1/score', score],
  ['/../models/credit/v1/score', score],
  ['/models/credit/v1/score/', undefined],
  ['/models/credit/v1/score/..', undefined],
  ['/models/credit/v1/score;a=b', undefined],
  ['/models/credit/v1;a=b/score', undefined],
  ['/models/secret/..;/credit/v1/score', score],
  ['/models/credit/..;/secret/v1/score', undefined],
  ['/models%2fcredit/v1/score', undefined],
  ['/models/credit%2Fv1/score', undefined],
  ['/models/credit/v1/score%2f..%2fexplain', undefined],
  ['/models/credit/v1/%73core', score],
  ['/models/%2e%2e/models/credit/v1/score', score],
  ['/models/credit/v1/score%00', undefined],
  ['/models/credit/v1/score%00.json', undefined],
  ['/models\\credit\\v1\\score', score],
  ['/models/credit/v1%5cscore', undefined],
  ['/Models/credit/v1/score', undefined],
  ['/models/CREDIT/v1/score', undefined],
  ['/models/credit/V1/score', undefined],
  ['/models/credit/v1/Score', undefined],
  ['/models/credit/v1/score%20', undefined],
  ['/models/credit/v1/score#x', undefined],
  ['/models/credit/v1/score?x=/models/secret/v1/score', score],
  ['*', undefined],
];

test.each(spellings)('the spelling %s changes no verdict', async (path, canonical) => {
  const request = (token?: string): string =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\n${token ? `authorization: Bearer ${token}\r\n` : ''}content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
  const [nobody, other, mine] = [await gateway.raw(request()), await gateway.raw(request(stranger)), await gateway.raw(request(caller))];
  expect([400, 401]).toContain(nobody.status);
  expect([400, 403]).toContain(other.status);
  if (mine.status === 200) {
    expect(canonical).toBe(score);
    expect(mine.text).toContain('"x-kea-route":"credit/v1/score"');
  } else {
    expect([400, 403, 404]).toContain(mine.status);
  }
});

test.each([
  [
    'an absolute form of another path',
    (token: string) => `POST http://x${'/models/secret/v1/score'} HTTP/1.1\r\nhost: x\r\n${token}content-length: 0\r\n\r\n`,
  ],
  ['no host', (token: string) => `POST ${score} HTTP/1.1\r\n${token}content-length: 0\r\n\r\n`],
  ['two lengths', (token: string) => `POST ${score} HTTP/1.1\r\nhost: x\r\n${token}content-length: 0\r\ncontent-length: 7\r\n\r\n`],
  [
    'a length and chunks',
    (token: string) => `POST ${score} HTTP/1.1\r\nhost: x\r\n${token}content-length: 7\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'an unknown transfer encoding',
    (token: string) => `POST ${score} HTTP/1.1\r\nhost: x\r\n${token}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`,
  ],
  ['a tunnel', (token: string) => `CONNECT x:80 HTTP/1.1\r\nhost: x:80\r\n${token}\r\n`],
  ['a trace', (token: string) => `TRACE ${score} HTTP/1.1\r\nhost: x\r\n${token}\r\n`],
  ['an upgrade', (token: string) => `GET ${score} HTTP/1.1\r\nhost: x\r\n${token}connection: upgrade\r\nupgrade: websocket\r\n\r\n`],
  [
    'two authorizations, the bad one first',
    (token: string) => `POST /models/secret/v1/score HTTP/1.1\r\nhost: x\r\nauthorization: Bearer bad\r\n${token}content-length: 0\r\n\r\n`,
  ],
  ['HTTP/1.0', (token: string) => `POST ${score} HTTP/1.0\r\nhost: x\r\n${token}content-length: 0\r\n\r\n`],
])('%s is refused', async (_what, request) => {
  for (const token of ['', `authorization: Bearer ${caller}\r\n`]) {
    const { status } = await gateway.raw(request(token));
    expect([400, 401, 403, 404, 405, 426, 501]).toContain(status);
  }
});

test('two hosts are judged as one: by the path', async () => {
  const request = (path: string, token = ''): string => `POST ${path} HTTP/1.1\r\nhost: x\r\nhost: y\r\n${token}content-length: 0\r\n\r\n`;
  expect((await gateway.raw(request(score))).status).toBe(401);
  expect((await gateway.raw(request(score, `authorization: Bearer ${stranger}\r\n`))).status).toBe(403);
  expect((await gateway.raw(request('/models/secret/v1/score', `authorization: Bearer ${caller}\r\n`))).status).toBe(403);
});

test('an absolute form is judged by its path', async () => {
  const { status, text } = await gateway.raw(
    `POST http://other.example.com${score} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${caller}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
  );
  expect(status).toBe(200);
  expect(text).toContain('"x-kea-route":"credit/v1/score"');
});

test('a body beyond the edge is 413, by its length and in chunks', async () => {
  const large = 'x'.repeat(5000);
  expect((await gateway.call('POST', score, { token: caller, body: large })).json).toMatchObject({
    status: 413,
    type: 'https://kea.dev/problems/body-too-large',
  });
  const chunk = `1388\r\n${large}\r\n0\r\n\r\n`;
  const { status, text } = await gateway.raw(
    `POST ${score} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${caller}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunk}`,
  );
  expect(status).toBe(413);
  expect(text).toContain('application/problem+json');
});

test('headers beyond the edge are 431', async () => {
  const { status, text } = await gateway.raw(`GET /models HTTP/1.1\r\nhost: x\r\n${`x-a: ${'y'.repeat(8000)}\r\n`.repeat(7)}\r\n`);
  expect(status).toBe(431);
  expect(text).toContain('headers-too-large');
});

test('an error of the edge has an id that is the answer’s', async () => {
  const answer = await gateway.call('POST', score, { token: stranger, body });
  expect(answer.json['instance']).toBe(`urn:uuid:${answer.headers['x-request-id']}`);
  expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
