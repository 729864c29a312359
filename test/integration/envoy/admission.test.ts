import { Problem } from '../../../core/contract/problems';
import { method, model, version } from '../../constructs/gateway/platform';
import { until } from '../../support/envoy';
import { LiveGateway } from './gateway';

const gateway = new LiveGateway();
const score = '/models/credit/v1/score';
const body = '{"x":1}';
let caller: string;

beforeAll(async () => {
  await gateway.start([
    model(
      'credit',
      { methods: [method('credit', 'score'), method('credit', 'explain')], versions: [version('1.0.0'), version('1.1.0')] },
      { cors: { origins: ['https://app.example.com'] } },
    ),
    model('secret'),
    model('open', { methods: [method('open', 'look', { public: true, roles: [] })] }),
    model('old', { lifecycle: { retired: true } }),
  ]);
  caller = gateway.tokens.token({ roles: ['credit:score', 'old:score'] });
}, 40_000);
afterAll(() => gateway.stop());

test('a call with the role reaches the model, and the worker learns who calls what from the edge alone', async () => {
  const answer = await gateway.call('POST', score, { token: caller, body });
  expect(answer.status).toBe(200);
  expect(answer.json.headers).toMatchObject({
    'x-kea-route': 'credit/v1/score',
    'x-kea-subject': 'ada',
    'x-kea-issuer': 'https://login.example.com/x',
    'x-kea-client': 'cli',
  });
  expect(JSON.parse(Buffer.from(answer.json.headers?.['x-kea-roles'] ?? '', 'base64').toString())).toEqual(['credit:score', 'old:score']);
  expect(answer.json.headers?.['x-kea-part']).toMatch(/^[0-9a-f]{64}$/);
  expect(answer.json.headers).not.toHaveProperty('authorization');
  expect(answer.json.headers).not.toHaveProperty('x-kea-pinned');
});

const now = Math.floor(Date.now() / 1000);
const refusedTokens: readonly (readonly [string, () => string | undefined])[] = [
  ['no token', () => undefined],
  ['an expired token', () => gateway.tokens.token({ roles: ['credit:score'], exp: now - 120 })],
  ['a token without an end', () => gateway.tokens.token({ roles: ['credit:score'], exp: undefined })],
  ['another issuer', () => gateway.tokens.token({ roles: ['credit:score'], iss: 'https://other.example.com' })],
  ['another audience', () => gateway.tokens.token({ roles: ['credit:score'], aud: 'account' })],
  ['no audience', () => gateway.tokens.token({ roles: ['credit:score'], aud: undefined })],
  ['algorithm none', () => gateway.tokens.forged('none', { roles: ['credit:score'] })],
  ['HS256 with the public key', () => gateway.tokens.forged('hs256', { roles: ['credit:score'] })],
  ['another key', () => gateway.tokens.forged('otherKey', { roles: ['credit:score'] })],
  ['no token at all but noise', () => 'noise'],
];

test.each(refusedTokens)('%s is 401 on every path', async (_what, token) => {
  for (const path of [
    score,
    '/models/unknown/v1/score',
    '/models',
    '/openapi.json',
    '/docs',
    '/',
    '/-/ready',
    '/models/credit/v1/openapi.json',
    '/models/old/v1/score',
  ]) {
    const answer = await gateway.call('POST', path, { ...(token() === undefined ? {} : { token: token() as string }), body });
    expect([path, answer.status, answer.headers['content-type']]).toEqual([path, 401, 'application/problem+json']);
    expect(answer.json).toEqual({
      type: 'https://kea.dev/problems/unauthenticated',
      title: 'A valid token is needed',
      status: 401,
      instance: `urn:uuid:${answer.headers['x-request-id']}`,
    });
    expect(answer.headers['www-authenticate']).toBe(
      token() === undefined ? 'Bearer realm="kea"' : 'Bearer realm="kea", error="invalid_token"',
    );
  }
});

test('a token in the query is no token', async () => {
  expect((await gateway.call('POST', `${score}?access_token=${caller}`, { body })).status).toBe(401);
});

test.each([
  ['a forbidden method', '/models/credit/v1/explain'],
  ['a forbidden model', '/models/secret/v1/score'],
  ['a forbidden method that does not exist', '/models/secret/v1/nothing'],
  ['an unknown model', '/models/unknown/v1/score'],
  ['an unknown contract', '/models/credit/v2/score'],
  ['another version of a forbidden model', '/models/secret/v2/score'],
  ['a path of nothing', '/nowhere'],
  ['the root', '/'],
])('%s answers the same 403', async (_what, path) => {
  const answer = await gateway.call('POST', path, { token: caller, body });
  expect(answer.status).toBe(403);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect({ ...answer.json, instance: 'x' }).toEqual({
    type: 'https://kea.dev/problems/forbidden',
    title: Problem.forbidden.title,
    status: 403,
    instance: 'x',
  });
  // Not even the names of the headers may differ.
  expect(Object.keys(answer.headers).sort()).toEqual(['connection', 'content-length', 'content-type', 'date', 'server', 'x-request-id']);
});

test('another HTTP method on a forbidden path looks like on an unknown one', async () => {
  const [known, unknown] = await Promise.all(
    ['secret', 'unknown'].map((name) => gateway.call('GET', `/models/${name}/v1/score`, { token: caller })),
  );
  expect([known?.status, unknown?.status]).toEqual([403, 403]);
  expect(Object.keys(known?.headers ?? {}).sort()).toEqual(Object.keys(unknown?.headers ?? {}).sort());
});

test('below a contract that the caller may call, an unknown path is 404 and another HTTP method 405', async () => {
  const unknown = await gateway.call('POST', '/models/credit/v1/nothing', { token: caller, body });
  expect(unknown.json).toMatchObject({ status: 404, type: 'https://kea.dev/problems/not-found' });
  const get = await gateway.call('GET', score, { token: caller });
  expect(get.json).toMatchObject({ status: 405, type: 'https://kea.dev/problems/method-not-allowed' });
  expect(get.headers['allow']).toBe('POST');
  expect((await gateway.call('POST', `${score}/`, { token: caller, body })).status).toBe(404);
  expect((await gateway.call('POST', '/models/credit/v1/openapi.json', { token: caller, body })).headers['allow']).toBe('GET');
});

test('a retired contract is gone for those who could call it, and nothing for others', async () => {
  expect((await gateway.call('POST', '/models/old/v1/score', { token: caller, body })).json).toMatchObject({
    status: 410,
    type: 'https://kea.dev/problems/gone',
  });
  expect((await gateway.call('POST', '/models/old/v1/score', { token: gateway.tokens.token(), body })).status).toBe(403);
});

test('a pinned version needs the pin role besides', async () => {
  const headers = { 'kea-version': '1.1.0' };
  expect((await gateway.call('POST', score, { token: caller, headers, body })).status).toBe(403);
  expect((await gateway.call('POST', score, { token: gateway.tokens.token({ roles: ['credit:pin'] }), headers, body })).status).toBe(403);
  const answer = await gateway.call('POST', score, {
    token: gateway.tokens.token({ roles: ['credit:pin', 'credit:score'] }),
    headers,
    body,
  });
  expect(answer.json).toMatchObject({ version: '1.1.0', headers: { 'x-kea-pinned': 'true' } });
});

test('a public method takes no token or a good one, never a bad one; pinning it needs a role', async () => {
  expect((await gateway.call('POST', '/models/open/v1/look', { body })).status).toBe(200);
  expect((await gateway.call('POST', '/models/open/v1/look', { token: caller, body })).json.headers).toMatchObject({
    'x-kea-subject': 'ada',
  });
  expect((await gateway.call('POST', '/models/open/v1/look', { token: gateway.tokens.forged('otherKey'), body })).status).toBe(401);
  expect((await gateway.call('POST', '/models/open/v1/look', { headers: { 'kea-version': '1.0.0' }, body })).status).toBe(401);
  expect(
    (await gateway.call('POST', '/models/open/v1/look', { headers: { 'x-kea-subject': 'root', 'x-kea-issuer': 'me' }, body })).json.headers,
  ).not.toHaveProperty('x-kea-subject');
  expect((await gateway.call('GET', '/models/open/v1/look', {})).status).toBe(401);
});

test.each([
  ['without a subject', { sub: undefined }],
  ['with an empty subject', { sub: '' }],
  ['with a subject that is no text', { sub: { admin: true } }],
])('a token %s is nobody', async (_what, claims) => {
  for (const path of [score, '/models']) {
    const answer = await gateway.call(path === score ? 'POST' : 'GET', path, {
      token: gateway.tokens.token({ roles: ['credit:score'], ...claims }),
      ...(path === score ? { body } : {}),
    });
    expect([401, 403]).toContain(answer.status);
  }
});

test.each([
  ['a text', 'credit:score'],
  ['a text with several', 'credit:score credit:explain'],
  ['a list in a list', [['credit:score']]],
  ['an object', { 'credit:score': true }],
  ['other case', ['Credit:score']],
  ['a longer name', ['credit:score2', 'xcredit:score']],
  ['a wildcard', ['*', 'credit:*']],
])('roles as %s admit to nothing', async (_what, roles) => {
  expect((await gateway.call('POST', score, { token: gateway.tokens.token({ roles }), body })).status).toBe(403);
});

test('platform pages need a token only, and tell the worker which page', async () => {
  const token = gateway.tokens.token();
  expect((await gateway.call('GET', '/models', { token })).json.headers).toMatchObject({ 'x-kea-route': 'platform/models' });
  expect((await gateway.call('GET', '/openapi.json', { token })).json.headers).toMatchObject({ 'x-kea-route': 'platform/openapi' });
  expect((await gateway.call('GET', '/models/credit/v1/openapi.json', { token: caller })).json.headers).toMatchObject({
    'x-kea-route': 'credit/v1/openapi.json',
  });
  expect((await gateway.call('GET', '/models/secret/v1/openapi.json', { token: caller })).status).toBe(403);
  expect((await gateway.call('GET', '/docs', { token })).json).toMatchObject({
    status: 503,
    type: 'https://kea.dev/problems/portal-unavailable',
  });
});

test('preflights are answered for declared origins only', async () => {
  const preflight = (origin: string, path = score): Promise<{ status: number; headers: { readonly [name: string]: string | undefined } }> =>
    gateway.call('OPTIONS', path, {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
  expect((await preflight('https://app.example.com')).headers).toMatchObject({ 'access-control-allow-origin': 'https://app.example.com' });
  expect((await preflight('https://evil.example.com')).status).toBe(401);
  expect((await preflight('https://app.example.com', '/models/secret/v1/score')).status).toBe(401);
});

test('what the edge refused is in its log, without tokens and queries', async () => {
  await gateway.call('POST', `${score}?secret=1`, { token: gateway.tokens.token({ roles: [] }), body });
  const written = (): object | undefined =>
    gateway.refusals().find((line) => line['path'] === score && line['status'] === 403 && line['subject'] === 'ada');
  await until(() => written() !== undefined, 'the refusal is written');
  expect(written()).toMatchObject({
    source: 'edge',
    issuer: 'https://login.example.com/x',
    method: 'POST',
    details: 'rbac_access_denied_matched_policy[none]',
  });
  expect(JSON.stringify(gateway.refusals())).not.toMatch(/secret=|eyJ/);
});
