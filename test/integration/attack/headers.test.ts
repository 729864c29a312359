import { method, model } from '../../constructs/gateway/platform';
import { LiveGateway } from '../envoy/gateway';

// Group 14: headers that only the gateway may say, sent by clients on every kind of route.

const gateway = new LiveGateway();
let token: string;
beforeAll(async () => {
  await gateway.start([
    model('credit', { methods: [method('credit', 'score')] }, { cors: { origins: ['https://app.example.com'] } }),
    model('open', { methods: [method('open', 'look', { public: true, roles: [] })] }),
  ]);
  token = gateway.tokens.token({ roles: ['credit:score'] });
}, 40_000);
afterAll(() => gateway.stop());

const FORGED = {
  'x-kea-route': 'secret/v1/score',
  'x-kea-part': '00',
  'x-kea-front': 'infer',
  'x-kea-pinned': 'true',
  'x-kea-subject': 'root',
  'x-kea-issuer': 'me',
  'x-kea-client': 'me',
  'x-kea-roles': Buffer.from('["admin"]').toString('base64'),
  'x-kea-cluster': 'secret-v1-0-0',
  'x-kea-new-one': 'x',
  'x-jwt-payload': 'x',
  'x-envoy-upstream-rq-timeout-ms': '1',
  'x-envoy-retry-on': '5xx',
  'x-envoy-original-path': '/models/secret/v1/score',
  'x-envoy-internal': 'true',
  'x-envoy-external-address': '10.0.0.1',
  'x-envoy-decorator-operation': 'x',
  'x-envoy-peer-metadata': 'x',
  'x-forwarded-client-cert': 'By=me;Hash=00',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-proto': 'https',
  'x-request-id': '00000000-0000-4000-8000-000000000000',
  'proxy-authorization': 'Basic eA==',
} as const;

test.each([
  ['a method', 'POST', '/models/credit/v1/score', true, 'credit/v1/score'],
  ['a public method without a token', 'POST', '/models/open/v1/look', false, 'open/v1/look'],
  ['a public method with a token', 'POST', '/models/open/v1/look', true, 'open/v1/look'],
  ['a document', 'GET', '/models/credit/v1/openapi.json', true, 'credit/v1/openapi.json'],
  ['the catalogue', 'GET', '/models', true, 'platform/models'],
])('%s', async (_what, verb, path, known, route) => {
  const { status, json } = await gateway.call(verb, path, {
    ...(known ? { token } : {}),
    headers: FORGED,
    ...(verb === 'POST' ? { body: '{}' } : {}),
  });
  expect(status).toBe(200);
  const seen = json.headers ?? {};
  expect(seen['x-kea-route']).toBe(route);
  for (const [name, value] of Object.entries(FORGED)) {
    if (name === 'x-forwarded-for' || name === 'x-forwarded-proto' || name === 'x-jwt-payload' || name === 'proxy-authorization') continue;
    expect([name, seen[name] === value]).toEqual([name, false]);
  }
  const allowed = ['x-kea-route', 'x-kea-part', ...(known ? ['x-kea-subject', 'x-kea-issuer', 'x-kea-client', 'x-kea-roles'] : [])];
  expect(
    Object.keys(seen)
      .filter((name) => name.startsWith('x-kea-'))
      .sort(),
  ).toEqual([...allowed].sort());
  expect(
    Object.keys(seen).filter(
      (name) => name.startsWith('x-envoy-') && name !== 'x-envoy-external-address' && name !== 'x-envoy-expected-rq-timeout-ms',
    ),
  ).toEqual([]);
});

test('a header by another spelling, twice, or joined is still none', async () => {
  const lines = [
    'X-KEA-Subject: root',
    'x-kea-subject: root',
    'x-kea-roles: a',
    'X-Kea-Roles: b',
    'connection: close, x-kea-subject, authorization',
  ];
  const { text } = await gateway.raw(
    [
      `POST /models/credit/v1/score HTTP/1.1`,
      'host: x',
      `authorization: Bearer ${token}`,
      'content-type: application/json',
      ...lines,
      'content-length: 2',
      '',
      '{}',
    ].join('\r\n'),
  );
  expect(text).not.toContain('root');
  if (text.startsWith('HTTP/1.1 200')) expect(text).toContain('"x-kea-subject":"ada"');
});

test('who calls from where is what the connection says', async () => {
  await gateway.call('POST', '/models/credit/v1/score', { headers: { 'x-forwarded-for': '203.0.113.9' }, body: '{}' });
  expect(JSON.stringify(gateway.refusals())).not.toContain('203.0.113.9');
});
