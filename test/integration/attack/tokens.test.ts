import { createServer, type Server } from 'node:http';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { identity, method, model } from '../../constructs/gateway/platform';
import { freePorts, until } from '../../support/envoy';
import { LiveGateway } from '../envoy/gateway';

// Group 13: tokens, with the provider's keys fetched over the network: absent at the start, rotated, and gone again.

const keys = { one: pair(), two: pair() };
function pair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function tokenBy(key: keyof typeof keys, claims: object = {}, header: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const body = {
    iss: identity.issuer,
    aud: identity.audience,
    sub: 'ada',
    azp: 'cli',
    roles: ['credit:score'],
    iat: now,
    exp: now + 600,
    ...claims,
  };
  const text = `${encode({ alg: 'RS256', kid: key, typ: 'JWT', ...header })}.${encode(body)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), keys[key].privateKey).toString('base64url')}`;
}

let withoutKeys = 0;
const served: readonly (keyof typeof keys)[] = ['one'];
let fetched = 0;
let provider: Server | undefined;
let port = 0;
const jwk = (key: keyof typeof keys): object => ({ ...keys[key].publicKey.export({ format: 'jwk' }), kid: key, use: 'sig', alg: 'RS256' });
function startProvider(): void {
  provider = createServer((_request, response) => {
    fetched += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: served.map(jwk) }));
  }).listen(port, '127.0.0.1');
}

class Remote extends LiveGateway {
  // Keys come from the provider; two seconds stand for the five minutes between fetches.
  override platformOf(models: Parameters<LiveGateway['platformOf']>[0]): ReturnType<LiveGateway['platformOf']> {
    const whole = super.platformOf(models);
    const { jwks: _, ...rest } = whole.stack.identity;
    return { ...whole, stack: { ...whole.stack, identity: { ...rest, jwksUri: `http://127.0.0.1:${port}/keys` } } };
  }
}
const gateway = new Remote();
const path = '/models/credit/v1/score';
const status = async (token: string, headers: { readonly [name: string]: string } = {}): Promise<number> =>
  (await gateway.call('POST', path, { token, headers, body: '{"x":1}' })).status;

beforeAll(async () => {
  [port = 0] = await freePorts(1);
  await gateway.start([model('credit', { methods: [method('credit', 'score')] })]);
  withoutKeys = await status(tokenBy('one'));
  startProvider();
  await until(async () => (await status(tokenBy('one'))) === 200, 'the keys are fetched', 15_000);
}, 60_000);
afterAll(async () => {
  provider?.closeAllConnections();
  provider?.close();
  await gateway.stop();
});

test('without keys the gateway runs and admits nobody', () => {
  expect(withoutKeys).toBe(401);
});

test('keys that are there outlive the provider', async () => {
  provider?.closeAllConnections();
  await new Promise((resolve) => provider?.close(resolve));
  expect(await status(tokenBy('one'))).toBe(200);
  expect(await status(tokenBy('two'))).toBe(401);
  startProvider();
});

const now = Math.floor(Date.now() / 1000);
test.each([
  ['an end that is past', () => tokenBy('one', { exp: now - 300 })],
  ['no end', () => tokenBy('one', { exp: undefined })],
  ['a beginning to come', () => tokenBy('one', { nbf: now + 300 })],
  ['another issuer', () => tokenBy('one', { iss: 'https://other.example.com' })],
  ['a longer issuer', () => tokenBy('one', { iss: `${identity.issuer}/` })],
  ['another audience, as an ID token has', () => tokenBy('one', { aud: 'portal', typ: 'ID' })],
  ['no audience', () => tokenBy('one', { aud: undefined })],
  ['an unknown key', () => tokenBy('one', {}, { kid: 'three' })],
  ['the other key under its name', () => tokenBy('two', {}, { kid: 'one' })],
  ['another algorithm by its header', () => tokenBy('one', {}, { alg: 'RS512' })],
  ['no algorithm', () => `${encode({ alg: 'none' })}.${tokenBy('one').split('.')[1]}.`],
  ['a signature cut short', () => tokenBy('one').slice(0, -4)],
  [
    'a changed claim',
    () =>
      tokenBy('one').replace(
        /\.[^.]+\./,
        `.${encode({ iss: identity.issuer, aud: 'kea', sub: 'root', roles: ['credit:score'], exp: now + 600 })}.`,
      ),
  ],
  ['a key of its own in the header', () => tokenBy('two', {}, { kid: 'two', jwk: jwk('two'), jku: 'http://127.0.0.1/keys' })],
  ['no dots', () => 'abc'],
  ['four parts', () => `${tokenBy('one')}.x`],
])('a token with %s is 401', async (_what, token) => {
  expect(await status(token())).toBe(401);
});

test('a token is taken from one Authorization header and nowhere else', async () => {
  const token = tokenBy('one');
  expect((await gateway.call('POST', `${path}?access_token=${token}`, { body: '{}' })).status).toBe(401);
  expect(
    (await gateway.call('POST', path, { headers: { cookie: `BearerToken=${token}; access_token=${token}` }, body: '{}' })).status,
  ).toBe(401);
  expect((await gateway.call('POST', path, { headers: { 'x-authorization': `Bearer ${token}` }, body: '{}' })).status).toBe(401);
  for (const scheme of ['bearer ', 'BEARER ', 'Basic ', 'Bearer', ''])
    expect([scheme, (await gateway.call('POST', path, { headers: { authorization: scheme + token }, body: '{}' })).status]).toEqual([
      scheme,
      401,
    ]);
  const twice = (first: string, second: string): string =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${first}\r\nauthorization: Bearer ${second}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
  expect((await gateway.raw(twice('bad', token))).status).toBe(401);
  expect([400, 401]).toContain((await gateway.raw(twice(token, 'bad'))).status);
});

test('a token of 8 KB with 400 roles is read whole', async () => {
  const roles = [...Array.from({ length: 400 }, (_, index) => `team:${index}`), 'credit:score'];
  const token = tokenBy('one', { roles });
  expect(token.length).toBeGreaterThan(6000);
  expect(await status(token)).toBe(200);
  expect(await status(tokenBy('one', { roles: roles.slice(0, -1) }))).toBe(403);
});

test('the gateway asks for the keys by itself, not once for each bad token', async () => {
  const before = fetched;
  await Promise.all(Array.from({ length: 50 }, () => status(tokenBy('one', {}, { kid: 'nobody' }))));
  expect(fetched - before).toBeLessThanOrEqual(2);
});
