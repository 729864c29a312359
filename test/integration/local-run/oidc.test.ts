import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestPlatform, type TestPlatform } from '../../support/local';
import { tokenMaker, type TokenMaker } from '../envoy/tokens';

// A provider that runs elsewhere: real Envoy, discovery and keys over the network.
let provider: Server;
let issuer: string;
let tokens: TokenMaker;
let kea: TestPlatform;

beforeAll(async () => {
  provider = createServer((request, response) => {
    const body = request.url === '/keys' ? tokens.jwks : JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` });
    response.setHeader('content-type', 'application/json').end(body);
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  issuer = `http://localhost:${(provider.address() as AddressInfo).port}`;
  tokens = tokenMaker(issuer, 'kea');
  kea = await startTestPlatform({ oidc: issuer });
}, 60_000);
afterAll(async () => {
  await kea.stop();
  provider.closeAllConnections();
  provider.close();
}, 30_000);

async function score(token: string): Promise<number> {
  const body = JSON.stringify({ income: 52_000, age: 41, amount: 9000 });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return (await fetch(`${kea.url}/models/credit-score/v1/score`, { method: 'POST', headers, body })).status;
}

test('its tokens are taken, by role and audience, and it is asked for them', async () => {
  expect(await score(tokens.token({ roles: ['credit-analyst'] }))).toBe(200);
  expect(await score(tokens.token({ roles: ['student'] }))).toBe(403);
  expect(await score(tokens.token({ roles: ['credit-analyst'], aud: 'other' }))).toBe(401);
  await expect(kea.token('ada')).rejects.toThrow(`tokens are given out by ${issuer}, which knows no sample people`);
});

test.each([
  ['a slash at the end', () => `${issuer}/`, 'tokens name it to the letter'],
  ['nobody there', () => 'http://127.0.0.1:9', 'http://127.0.0.1:9/.well-known/openid-configuration does not answer'],
  ['no address', () => 'login', '"login" is no address'],
])(
  '%s is refused',
  async (_what, given, message) => {
    await expect(startTestPlatform({ oidc: given() })).rejects.toMatchObject({
      findings: [{ code: 'KEA4013', message: expect.stringContaining(message) as string }],
    });
  },
  30_000,
);
