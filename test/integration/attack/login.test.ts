import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundle } from '../../../constructs/gateway/render/bundle';
import type { LoginOptions } from '../../../constructs/gateway/render/options';
import { identity, model } from '../../constructs/gateway/platform';
import { freePorts } from '../../support/envoy';
import { LiveGateway } from '../envoy/gateway';

// Groups 17 and 18: the browser's login and what other pages may make a browser do. The identity provider is a stand-in that hands out
// real tokens; the portal is a stand-in that answers the headers that it saw.

const ORIGIN = 'https://models.example.com';
let ports: readonly number[] = [];
const servers: Server[] = [];
const asked: { readonly path: string; readonly body: string }[] = [];

class WithLogin extends LiveGateway {
  override platformOf(models: Parameters<LiveGateway['platformOf']>[0]): ReturnType<LiveGateway['platformOf']> {
    const whole = super.platformOf(models);
    return { ...whole, stack: { ...whole.stack, identity: { ...whole.stack.identity, jwksUri: `http://127.0.0.1:${ports[0]}/keys` } } };
  }
}
const gateway = new WithLogin('real');
const file = (name: string): string => join(gateway.folder, `${name}.json`);
/** What the stand-in provider hands out next. */
let answer: () => object = () => ({});
let login: LoginOptions;

const body = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
  });
function serve(port: number, handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>): void {
  servers.push(createServer((request, response) => void handler(request, response)).listen(port, '127.0.0.1'));
}

beforeAll(async () => {
  ports = await freePorts(2);
  login = {
    clientId: 'portal',
    origin: ORIGIN,
    authorizationEndpoint: 'https://login.example.com/x/authorize',
    tokenEndpoint: `http://127.0.0.1:${ports[0]}/token`,
    endSessionEndpoint: 'https://login.example.com/x/logout',
    secrets: { tokenFile: file('login-token'), hmacFile: file('login-hmac') },
  };
  serve(ports[0] ?? 0, async (request, response) => {
    const text = await body(request);
    asked.push({ path: request.url ?? '', body: text });
    // As a provider does: a session goes on only by the token that was handed out.
    const form = new URLSearchParams(text);
    const known = form.get('grant_type') !== 'refresh_token' || form.get('refresh_token') === 'again';
    response.setHeader('content-type', 'application/json').end(JSON.stringify(known ? answer() : { error: 'invalid_grant' }));
  });
  serve(ports[1] ?? 0, async (request, response) => {
    await body(request);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ portal: true, headers: request.headers }));
  });
  for (const name of ['login-token', 'login-hmac']) {
    const secret = {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
      name,
      generic_secret: { secret: { inline_string: `a secret for ${name}, long enough for a key` } },
    };
    writeFileSync(file(name), JSON.stringify({ resources: [secret] }));
  }
  const models = [model('credit', {}, { cors: { origins: ['https://app.example.com'] } })];
  await gateway.start(models, { login, portal: { host: '127.0.0.1', port: ports[1] ?? 0 } });
  const bundle = buildBundle(gateway.platformOf(models), { login });
  gateway.writeBundle(bundle);
  await gateway.untilServing(bundle);
}, 60_000);
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await gateway.stop();
});

/** Cookies of an answer, with what the browser is told about them. */
function cookiesOf(headers: object): ReadonlyMap<string, { readonly value: string; readonly attributes: string }> {
  const set = ((headers as { 'set-cookie'?: readonly string[] })['set-cookie'] ?? []).map((each) => /^([^=]+)=([^;]*);?(.*)$/.exec(each));
  return new Map(set.map((match) => [match?.[1] ?? '', { value: match?.[2] ?? '', attributes: (match?.[3] ?? '').toLowerCase() }]));
}
const cookieHeader = (cookies: ReadonlyMap<string, { readonly value: string }>): string =>
  [...cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
const page = (path: string, headers: { readonly [name: string]: string } = {}) =>
  gateway.call('GET', path, { headers: { accept: 'text/html', ...headers } });

/** The whole way of a browser: to the provider, back with a code, and the cookies that it then has. */
async function logIn(
  claims: object = {},
  path = '/docs/credit',
): Promise<{ readonly cookies: ReturnType<typeof cookiesOf>; readonly location: string }> {
  const start = await page(path);
  const to = new URL(start.headers['location'] ?? '');
  const access_token = gateway.tokens.token({ roles: ['credit:score'], aud: identity.audience, ...claims });
  answer = () => ({
    access_token,
    id_token: gateway.tokens.token({ aud: 'portal' }),
    refresh_token: 'again',
    token_type: 'Bearer',
    expires_in: 300,
  });
  const back = await page(`/docs/callback?code=abc&state=${encodeURIComponent(to.searchParams.get('state') ?? '')}`, {
    cookie: cookieHeader(cookiesOf(start.headers)),
  });
  return { cookies: cookiesOf(back.headers), location: back.headers['location'] ?? String(back.status) };
}

test('a login ends where it began, and its session opens the documentation', async () => {
  const { cookies, location } = await logIn();
  expect(new URL(location, ORIGIN).pathname).toBe('/docs/credit');
  const open = await page('/docs/credit', { cookie: cookieHeader(cookies) });
  expect([open.status, open.json['portal']]).toEqual([200, true]);
  // The portal learns who it is, and never sees the session or the token.
  expect(open.json.headers).not.toHaveProperty('cookie');
  expect(open.json.headers).not.toHaveProperty('authorization');
  expect(open.json.headers).toMatchObject({ 'x-kea-subject': 'ada' });
});

test('cookies are for these pages only, not for scripts, not for other sites, and say nothing', async () => {
  const { cookies } = await logIn();
  const session = [...cookies].filter(([, { value }]) => value !== '' && value !== 'deleted');
  expect(session.length).toBeGreaterThanOrEqual(3);
  for (const [name, { attributes, value }] of session) {
    expect([name, attributes]).toEqual([name, expect.stringMatching(/path=\/docs(;|$)/)]);
    expect([name, /secure/.test(attributes), /httponly/.test(attributes), /samesite=(lax|strict)/.test(attributes)]).toEqual([
      name,
      true,
      true,
      true,
    ]);
    expect(attributes).not.toContain('domain=');
    expect([name, value.startsWith('eyJ')]).toEqual([name, false]);
  }
});

test('a session opens no model', async () => {
  const { cookies } = await logIn();
  for (const [verb, path] of [
    ['POST', '/models/credit/v1/score'],
    ['GET', '/models'],
    ['GET', '/openapi.json'],
  ] as const)
    expect(
      (await gateway.call(verb, path, { headers: { cookie: cookieHeader(cookies) }, ...(verb === 'POST' ? { body: '{"x":1}' } : {}) }))
        .status,
    ).toBe(401);
});

test('where a login leads back to depends on nothing that a request says', async () => {
  for (const headers of [{ host: 'evil.example.com' }, { 'x-forwarded-host': 'evil.example.com' }, { 'x-forwarded-proto': 'ftp' }]) {
    const to = new URL((await page('/docs', headers)).headers['location'] ?? '');
    expect([to.origin, to.searchParams.get('redirect_uri')]).toEqual(['https://login.example.com', `${ORIGIN}/docs/callback`]);
  }
});

test('no state, a forged one or one of another browser ends no login', async () => {
  const start = await page('/docs');
  const other = await page('/docs');
  const state = (of: typeof start): string => new URL(of.headers['location'] ?? '').searchParams.get('state') ?? '';
  const forged = Buffer.from(JSON.stringify({ url: 'https://evil.example.com/', csrf_token: 'x.y', flow_id: 'z' })).toString('base64url');
  const before = asked.length;
  for (const [given, cookies] of [
    ['', start],
    [forged, start],
    [state(start), other],
  ] as const) {
    const back = await page(`/docs/callback?code=abc&state=${encodeURIComponent(given)}`, {
      cookie: cookieHeader(cookiesOf(cookies.headers)),
    });
    expect([302, 400, 401]).toContain(back.status);
    expect(back.headers['location'] ?? '').not.toContain('evil');
    expect([...cookiesOf(back.headers).keys()].filter((name) => name.startsWith('BearerToken'))).toEqual([]);
  }
  expect(asked.length).toBe(before);
});

test('a session of another key, an altered one and one of a wrong token open nothing', async () => {
  const { cookies } = await logIn();
  // With the refresh token that was handed out a session goes on; with neither it is none.
  const altered = new Map(
    [...cookies].map(([name, { value }]) => [
      name,
      { value: /OauthHMAC|RefreshToken/.test(name) ? `${value.slice(0, -8)}AAAAAAA=` : value },
    ]),
  );
  expect([302, 401]).toContain((await page('/docs', { cookie: cookieHeader(altered) })).status);
  for (const claims of [{ aud: 'account' }, { iss: 'https://other.example.com' }, { sub: undefined }]) {
    const wrong = await logIn(claims);
    expect([302, 401, 403]).toContain((await page('/docs', { cookie: cookieHeader(wrong.cookies) })).status);
  }
});

test('five tabs that log in at once all arrive', async () => {
  const starts = await Promise.all(Array.from({ length: 5 }, (_, tab) => page(`/docs/tab-${tab}`)));
  const jar = new Map(starts.flatMap(({ headers }) => [...cookiesOf(headers)]));
  answer = () => ({ access_token: gateway.tokens.token(), expires_in: 300, token_type: 'Bearer' });
  const ends = await Promise.all(
    starts.map(({ headers }) => {
      const state = new URL(headers['location'] ?? '').searchParams.get('state') ?? '';
      return page(`/docs/callback?code=abc&state=${encodeURIComponent(state)}`, { cookie: cookieHeader(jar) });
    }),
  );
  expect(ends.map(({ headers }) => new URL(headers['location'] ?? 'x:', ORIGIN).pathname).sort()).toEqual(
    [0, 1, 2, 3, 4].map((tab) => `/docs/tab-${tab}`),
  );
});

test('a logout takes the session away here and at the provider, and comes back to one place', async () => {
  const { cookies } = await logIn();
  const out = await page('/docs/logout', { cookie: cookieHeader(cookies) });
  expect(out.status).toBe(302);
  const to = new URL(out.headers['location'] ?? '');
  expect([`${to.origin}${to.pathname}`, to.searchParams.get('post_logout_redirect_uri')]).toEqual([
    'https://login.example.com/x/logout',
    `${ORIGIN}/docs`,
  ]);
  const gone = cookiesOf(out.headers);
  for (const name of ['BearerToken', 'OauthHMAC', 'RefreshToken'])
    expect([name, gone.get(name)?.value ?? 'kept']).toEqual([name, 'deleted']);
  // With the IdP's session or without it, the logout of somebody who has none is no error.
  expect((await page('/docs/logout')).status).toBe(302);
});

test('a provider that fails gives no session', async () => {
  const start = await page('/docs');
  const state = new URL(start.headers['location'] ?? '').searchParams.get('state') ?? '';
  answer = () => ({ error: 'invalid_grant' });
  const back = await page(`/docs/callback?code=abc&state=${encodeURIComponent(state)}`, { cookie: cookieHeader(cookiesOf(start.headers)) });
  expect(back.status).toBe(401);
});

// Group 18: a page of another site that makes the browser send a form, with the session and a body that looks like JSON.
test.each([
  ['another site', { origin: 'https://evil.example.com' }],
  ['no site, as from a file', { origin: 'null' }],
  ['a site that looks alike', { origin: 'https://models.example.com.evil.example.com' }],
  ['no origin at all', {}],
])('a form of %s is refused', async (_what, headers) => {
  const { cookies } = await logIn();
  const form = await gateway.call('POST', '/docs/anything', {
    headers: { cookie: cookieHeader(cookies), 'content-type': 'text/plain', host: 'models.example.com', ...headers },
    body: '{"x":1}',
  });
  expect([form.status, form.json['type']]).toEqual([403, 'https://kea.dev/problems/forbidden']);
});

test('a form of the documentation itself passes', async () => {
  const { cookies } = await logIn();
  const form = await gateway.call('POST', '/docs/anything', {
    headers: { cookie: cookieHeader(cookies), host: 'models.example.com', origin: 'https://models.example.com' },
    body: '{}',
  });
  expect(form.status).toBe(200);
});

test('CORS: declared origins of a model, with tokens and never with cookies', async () => {
  const preflight = (origin: string, path: string, verb = 'POST') =>
    gateway.call('OPTIONS', path, {
      headers: {
        origin,
        'access-control-request-method': verb,
        'access-control-request-headers': 'authorization, content-type, kea-version',
      },
    });
  const good = await preflight('https://app.example.com', '/models/credit/v1/score');
  expect(good.headers).toMatchObject({
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-allow-methods': 'GET, POST',
  });
  expect(good.headers).not.toHaveProperty('access-control-allow-credentials');
  for (const [origin, path] of [
    ['https://evil.example.com', '/models/credit/v1/score'],
    ['https://app.example.com.evil.example.com', '/models/credit/v1/score'],
    ['http://app.example.com', '/models/credit/v1/score'],
    ['null', '/models/credit/v1/score'],
    ['https://app.example.com', '/models'],
    ['https://app.example.com', '/docs'],
    ['https://app.example.com', '/models/other/v1/score'],
  ] as const) {
    const answered = await preflight(origin, path);
    expect([origin, path, answered.headers['access-control-allow-origin']]).toEqual([origin, path, undefined]);
  }
  const refused = await gateway.call('POST', '/models/credit/v1/score', { headers: { origin: 'https://app.example.com' }, body: '{}' });
  expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, 'https://app.example.com']);
});
