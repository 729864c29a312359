import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { keysOf, signatureFact } from '../../../cli/access/signature';
import type { JsonObject } from '../../../core/json';

async function signed(alg: string, kid = 'one') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const token = await new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg, kid }).sign(privateKey);
  return { token, key: { ...(await exportJWK(publicKey)), kid, use: 'sig' } as JsonObject };
}

test.each(['RS256', 'PS384', 'ES256', 'ES512', 'EdDSA'])('%s is verified, and a changed or foreign token is not', async (alg) => {
  const [{ token, key }, other] = await Promise.all([signed(alg), signed(alg)]);
  expect(signatureFact(token, [other.key, key])).toEqual({ about: 'signature', holds: true, said: `by key "one" (${alg})` });
  const [head = '', , signature = ''] = token.split('.');
  const forged = `${head}.${Buffer.from('{"sub":"eve"}').toString('base64url')}.${signature}`;
  const said = 'not by key "one": the token was changed, or another provider signed it';
  expect(signatureFact(forged, [key])).toEqual({ about: 'signature', holds: false, said });
  expect(signatureFact(other.token, [key])).toEqual({ about: 'signature', holds: false, said });
});

test('a key that is not there, and an algorithm that is none', async () => {
  const { token, key } = await signed('RS256', 'old');
  expect(signatureFact(token, [{ ...key, kid: 'new' }]).said).toBe(
    'signed by key "old", and the provider has "new": the token is of before a change of keys, or of another provider',
  );
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`;
  expect(signatureFact(none, [key]).said).toBe('signed by "none", and the gateway takes RS, PS, ES and EdDSA');
});

test('keys that are a web page, another document, an error, and nowhere', async () => {
  const pages: { readonly [path: string]: readonly [number, string] } = {
    '/page': [200, '<!doctype html><title>Sign in</title>'],
    '/discovery': [200, '{"issuer":"x"}'],
    '/gone': [404, ''],
    '/keys': [200, '{"keys":[{"kid":"a"}]}'],
  };
  const server = createServer((request, response) => {
    const [status, body] = pages[request.url ?? ''] ?? [500, ''];
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    expect(await keysOf({ jwksUri: `${base}/page` })).toBe(`${base}/page holds a web page and no keys`);
    expect(await keysOf({ jwksUri: `${base}/discovery` })).toBe(
      `${base}/discovery holds JSON without a list "keys"; is it the discovery document? \`jwksUri\` is the address of the keys`,
    );
    expect(await keysOf({ jwksUri: `${base}/gone` })).toBe(`${base}/gone answers 404 instead of keys`);
    expect(await keysOf({ jwksUri: `${base}/keys` })).toEqual([{ kid: 'a' }]);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  expect(await keysOf({ jwksUri: `${base}/keys` })).toMatch(/does not answer from here: (ECONNREFUSED|UND_ERR_SOCKET)$/);
});
