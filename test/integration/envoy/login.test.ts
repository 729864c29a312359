import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundle } from '../../../constructs/gateway/render/bundle';
import type { LoginOptions } from '../../../constructs/gateway/render/options';
import { model } from '../../constructs/gateway/platform';
import { LiveGateway } from './gateway';

const gateway = new LiveGateway();
const file = (name: string): string => join(gateway.folder, `${name}.json`);
const login: LoginOptions = {
  clientId: 'portal',
  origin: 'https://models.example.com',
  authorizationEndpoint: 'https://login.example.com/x/authorize',
  tokenEndpoint: 'https://login.example.com/x/token',
  secrets: { tokenFile: file('login-token'), hmacFile: file('login-hmac') },
};

beforeAll(async () => {
  for (const name of ['login-token', 'login-hmac']) {
    const secret = {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
      name,
      generic_secret: { secret: { inline_string: 'a secret' } },
    };
    writeFileSync(file(name), JSON.stringify({ resources: [secret] }));
  }
  await gateway.start([model('credit')], { login });
  const bundle = buildBundle(gateway.platformOf([model('credit')]), { login });
  gateway.writeBundle(bundle);
  await gateway.untilServing(bundle);
}, 40_000);
afterAll(() => gateway.stop());

test('a browser on a documentation page is sent to the login, with PKCE and without an open redirect', async () => {
  const answer = await gateway.call('GET', '/docs', { headers: { accept: 'text/html' } });
  expect(answer.status).toBe(302);
  const to = new URL(answer.headers['location'] ?? '');
  expect(`${to.origin}${to.pathname}`).toBe('https://login.example.com/x/authorize');
  expect(Object.fromEntries(to.searchParams)).toMatchObject({
    client_id: 'portal',
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: 'https://models.example.com/docs/callback',
    code_challenge_method: 'S256',
  });
});

test('scripts get 401 instead of a page', async () => {
  for (const headers of [{ 'x-requested-with': 'XMLHttpRequest' }, { 'sec-fetch-mode': 'cors' }, { accept: 'application/json' }]) {
    expect((await gateway.call('GET', '/docs', { headers })).status).toBe(401);
  }
});

test('a bearer token is judged as everywhere, a bad one and a forged session are refused', async () => {
  expect((await gateway.call('GET', '/docs', { token: gateway.tokens.token() })).json).toMatchObject({
    type: 'https://kea.dev/problems/portal-unavailable',
  });
  expect((await gateway.call('GET', '/docs', { token: gateway.tokens.forged('otherKey') })).status).toBe(401);
  const session = `BearerToken=${gateway.tokens.token()}; OauthHMAC=AAAA; OauthExpires=9999999999`;
  expect((await gateway.call('GET', '/docs', { headers: { cookie: session } })).status).toBe(302);
});

test('no model path knows the login', async () => {
  expect((await gateway.call('POST', '/models/credit/v1/score', { body: '{}' })).status).toBe(401);
  expect((await gateway.call('GET', '/models', { headers: { accept: 'text/html' } })).status).toBe(401);
});
