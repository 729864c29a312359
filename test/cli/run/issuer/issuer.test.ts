import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose';
import { loadKeys, publicJwks } from '../../../../cli/run/issuer/keys';
import { sampleDirectory } from '../../../../cli/run/issuer/people';
import { issuerHandler } from '../../../../cli/run/issuer/server';
import { Client, LOCAL_GRANT, type IssuerSettings } from '../../../../cli/run/issuer/settings';
import { model, platform } from '../../../schema/openapi/platform';
import type { AddressInfo } from 'node:net';

const GATEWAY = 'http://localhost:8080';
const VERIFIER = 'a-verifier-that-is-long-enough-for-pkce-0123456789';
let folder: string;
let keysFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kea-issuer-'));
  keysFile = join(folder, 'issuer', 'keys.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function running<T>(use: (base: string, settings: IssuerSettings, change: (next: IssuerSettings) => void) => Promise<T>): Promise<T> {
  const keys = await loadKeys(keysFile, ['batch']);
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let settings: IssuerSettings = { port, origins: [GATEWAY], directory: sampleDirectory(platform()), keys };
  server.on(
    'request',
    issuerHandler(() => settings),
  );
  try {
    return await use(`http://localhost:${port}`, settings, (next) => (settings = next));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function token(
  base: string,
  form: { [name: string]: string },
): Promise<{ status: number; body: { access_token: string; error?: string } }> {
  const answer = await fetch(`${base}/token`, { method: 'POST', body: new URLSearchParams(form) });
  return { status: answer.status, body: (await answer.json()) as { access_token: string } };
}

function local(settings: IssuerSettings, person: string): { [name: string]: string } {
  return { grant_type: LOCAL_GRANT, person, client_id: Client.cli, client_secret: settings.keys.secrets[Client.cli] ?? '' };
}

test('the local grant gives a signed token for a person, with roles of the loaded models', async () => {
  await running(async (base, settings) => {
    const { status, body } = await token(base, local(settings, 'ada'));
    expect(status).toBe(200);
    const keys = createRemoteJWKSet(new URL(`${base}/jwks`));
    const { payload, protectedHeader } = await jwtVerify(body.access_token, keys, { issuer: base, audience: 'kea' });
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({ sub: 'ada', azp: 'kea-cli', roles: ['credit-score:pin', 'credit-score:score'] });
    expect(payload.exp! - payload.iat!).toBe(3600);
    await jwtVerify(body.access_token, createLocalJWKSet(JSON.parse(publicJwks(settings.keys))), { audience: 'kea' });
  });
});

test('the local grant refuses strangers, wrong secrets and other clients', async () => {
  await running(async (base, settings) => {
    expect((await token(base, local(settings, 'mallory'))).body.error).toBe('invalid_grant');
    expect((await token(base, { ...local(settings, 'ada'), client_secret: 'guess' })).status).toBe(401);
    const other = { ...local(settings, 'ada'), client_id: 'batch', client_secret: settings.keys.secrets['batch'] ?? '' };
    expect((await token(base, other)).body.error).toBe('invalid_request');
  });
});

test('the machine client gets a token by client credentials', async () => {
  await running(async (base, settings) => {
    const { body } = await token(base, {
      grant_type: 'client_credentials',
      client_id: 'batch',
      client_secret: settings.keys.secrets['batch'] ?? '',
    });
    const { payload } = await jwtVerify(body.access_token, createLocalJWKSet(JSON.parse(publicJwks(settings.keys))), { audience: 'kea' });
    expect(payload).toMatchObject({ sub: 'batch', azp: 'batch', client_id: 'batch', roles: ['credit-score:score'] });
  });
});

test('roles follow the models', async () => {
  await running(async (base, settings, change) => {
    change({ ...settings, directory: sampleDirectory(platform([model({ name: 'iris' })])) });
    const { body } = await token(base, local(settings, 'ada'));
    const { payload } = await jwtVerify(body.access_token, createLocalJWKSet(JSON.parse(publicJwks(settings.keys))));
    expect(payload['roles']).toEqual(['credit-score:score', 'iris:pin', 'iris:score']);
  });
});

test('tokens outlive a restart, and the keys belong to their owner only', async () => {
  const before = await running(async (base, settings) => (await token(base, local(settings, 'sam'))).body.access_token);
  expect(statSync(keysFile).mode & 0o777).toBe(0o600);
  await running(async (base) => {
    const { payload } = await jwtVerify(before, createRemoteJWKSet(new URL(`${base}/jwks`)));
    expect(payload.sub).toBe('sam');
  });
});

test('a keys file that is not one is replaced', async () => {
  await loadKeys(keysFile, []);
  writeFileSync(keysFile, '{"signing":');
  const keys = await loadKeys(keysFile, ['batch']);
  expect(Object.keys(keys.secrets)).toEqual(['kea-login', 'kea-cli', 'batch']);
});

test('a name that merely points to this machine is refused', async () => {
  await running(async (base) => {
    const { port } = new URL(base);
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) =>
      request({ host: '127.0.0.1', port, path: '/jwks', headers: { host: `evil.example:${port}` } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end(),
    );
    expect(status).toBe(403);
  });
});

test('a browser logs in with PKCE by choosing a person', async () => {
  await running(async (base) => {
    const cookies = new Map<string, string>();
    const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
      const header = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(new URL(url, base), { redirect: 'manual', ...init, headers: { cookie: header, ...init.headers } });
      for (const cookie of answer.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';');
        cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      return answer;
    };
    const { createHash } = await import('node:crypto');
    const query = new URLSearchParams({
      client_id: Client.portal,
      redirect_uri: `${GATEWAY}/docs/authorized`,
      response_type: 'code',
      scope: 'openid',
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const toLogin = await go(`/auth?${query.toString()}`);
    const login = toLogin.headers.get('location') ?? '';
    expect(login).toMatch(/^\/login\//);

    const page = await go(login);
    const html = await page.text();
    expect(html).toContain('not for production');
    expect(html).toContain('value="tina"');
    expect(page.headers.get('content-security-policy')).toContain(`form-action 'self' ${GATEWAY}`);

    const resume = await go(login, { method: 'POST', body: new URLSearchParams({ person: 'tina' }) });
    const back = await go(resume.headers.get('location') ?? '');
    const location = new URL(back.headers.get('location') ?? '');
    expect(location.href).toContain(`${GATEWAY}/docs/authorized?code=`);

    const code = location.searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', client_id: Client.portal, code, redirect_uri: `${GATEWAY}/docs/authorized` };
    expect((await token(base, { ...form, code_verifier: 'x'.repeat(43) })).status).toBe(400);
    const again = await go(`/auth?${query.toString()}`);
    const second = new URL(again.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const { status, body } = await token(base, { ...form, code: second, code_verifier: VERIFIER });
    expect(status).toBe(200);
    const payload = JSON.parse(Buffer.from(body.access_token.split('.')[1] ?? '', 'base64url').toString()) as {
      sub: string;
      aud: string;
      roles: string[];
    };
    expect(payload).toMatchObject({ sub: 'tina', aud: 'kea', azp: 'kea-portal', roles: ['teacher'] });
  });
});
