import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBootstrap, buildStatic } from '../../../constructs/gateway/render/bootstrap';
import { buildBundle } from '../../../constructs/gateway/render/bundle';
import type { LoginOptions } from '../../../constructs/gateway/render/options';
import { identity, method, model, platform, version } from '../../constructs/gateway/platform';
import { tokenMaker } from './tokens';
import { validate } from '../../support/envoy';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kea-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const everything = platform([
  model('iris', {}, { cors: { origins: ['https://app.example.com'] } }),
  model('chat', { methods: [method('chat', 'ask', { call: { kind: 'openai', operation: 'chat.completions' } })] }),
  model('open', { methods: [method('open', 'look', { public: true, roles: [] })] }),
  model('old', { lifecycle: { retired: true } }),
  model('ageing', {
    lifecycle: { retired: false, deprecated: '2027-01-01', sunset: '2027-06-30' },
    versions: [version('1.0.0'), version('1.1.0')],
  }),
]);

const login: LoginOptions = {
  clientId: 'portal',
  origin: 'https://models.example.com',
  authorizationEndpoint: 'https://login.example.com/x/authorize',
  tokenEndpoint: 'https://login.example.com/x/token',
  secrets: { tokenFile: '/run/kea/token.yaml', hmacFile: '/run/kea/hmac.yaml' },
};

test('envoy accepts the static form with every kind of route', async () => {
  expect(await validate(buildStatic(everything, buildBundle(everything)), folder)).toBeUndefined();
});

test('envoy accepts the bootstrap', async () => {
  expect(await validate(buildBootstrap(everything), folder)).toBeUndefined();
});

test('envoy accepts claims with dots, keys inline, no models', async () => {
  const odd = platform([], {
    ...identity,
    claims: { roles: 'realm_access.roles', subject: 'sub', client: 'https://kea.example/client' },
    jwks: tokenMaker('https://login.example.com/x', 'kea').jwks,
  });
  expect(await validate(buildStatic(odd, buildBundle(odd)), folder)).toBeUndefined();
});

test('envoy accepts the login on the documentation pages', async () => {
  const { writeFileSync } = await import('node:fs');
  for (const [file, name] of [
    ['token', 'login-token'],
    ['hmac', 'login-hmac'],
  ] as const) {
    const secret = {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
      name,
      generic_secret: { secret: { inline_string: 'secret' } },
    };
    writeFileSync(join(folder, `${file}.json`), JSON.stringify({ resources: [secret] }));
  }
  const here = { ...login, secrets: { tokenFile: join(folder, 'token.json'), hmacFile: join(folder, 'hmac.json') } };
  expect(await validate(buildStatic(everything, buildBundle(everything, { login: here }), { login: here }), folder)).toBeUndefined();
});
