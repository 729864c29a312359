import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { kea, sampleProject } from '../call';
import { writeFileSync } from 'node:fs';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const JWKS = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] });
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function tokenOf(claims: object): string {
  const text = `${part({ alg: 'ES256', kid: 'one' })}.${part({ iss: 'https://id.example.com', aud: 'kea', sub: 'ada', exp: 4e9, ...claims })}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

let root: string;
beforeAll(() => {
  root = sampleProject();
  const identity = `identity: { oidc: { issuer: https://id.example.com, jwks: '${JWKS}', roles: { g-1: [credit-analyst] } } }`;
  writeFileSync(join(root, 'stacks/own.yaml'), `hostname: models.example.com\nimages: { unpinned: warn }\n${identity}\n`);
});
function doctor(token: string, ...more: readonly string[]) {
  writeFileSync(join(root, 'token.txt'), `Bearer ${token}\n`);
  return kea(['sso', 'doctor', '--stack', 'own', '--token', 'token.txt', ...more], { cwd: root });
}

test('a good token: every fact, and each method with its reason', async () => {
  const { code, stdout } = await doctor(tokenOf({ roles: ['g-1'] }), 'credit-score');
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining(`✓ issuer    issued by "https://id.example.com"
✓ signature by key "one" (ES256)
✓ audience  made out to "kea"
`),
  ]);
  expect(stdout).toContain('✓ credit-score/v1/score  the token holds "credit-analyst"');
  expect(stdout).not.toContain('iris');
}, 20_000);

test('a token that the gateway refuses ends with 1, also as data', async () => {
  const [head, , signature] = tokenOf({}).split('.');
  const forged = `${head}.${part({ iss: 'https://id.example.com', aud: 'kea', sub: 'eve', exp: 4e9, roles: ['credit-analyst'] })}.${signature}`;
  const { code, stdout } = await doctor(forged, '--output', 'json');
  const { data } = JSON.parse(stdout) as { data: { accepted: boolean; methods: readonly { allowed: boolean }[] } };
  expect([code, data.accepted, data.methods.some(({ allowed }) => allowed)]).toEqual([1, false, false]);
}, 20_000);

test.each([
  [['--token', 'nothing.txt'], '"nothing.txt" cannot be read: ENOENT'],
  [['--token', 'stacks/own.yaml'], 'KEA6021'],
  [[], 'give one of --token and --as'],
  [['--as', 'ada'], '--as names a sample person of the platform that runs here'],
  [['--token', 'stacks/own.yaml', 'credit'], 'stack own has no method "credit"'],
])(
  '%j is refused',
  async (args, message) => {
    const { code, stderr } = await kea(['sso', 'doctor', '--stack', 'own', ...args], { cwd: root });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  },
  20_000,
);
