import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BundleFile } from '../../../core/contract/bundle-files';
import { model, version } from '../../constructs/gateway/platform';
import { until } from '../../support/envoy';
import { LiveGateway } from './gateway';

// Real Envoy, real supervisor, real workers: who is on the list is turned away without a new bundle.
const gateway = new LiveGateway('real');
const SOON_MS = 2000;
let token: string;

beforeAll(async () => {
  await gateway.start([model('credit', { versions: [version('1.0.0', { framework: 'container' })] })]);
  token = gateway.tokens.token({ roles: ['credit:score'], sub: 'ada', azp: 'portal', jti: 't-1' });
}, 40_000);
afterAll(() => gateway.stop(), 20_000);

function score(given = token): Promise<{ status: number; text: string }> {
  return gateway.call('POST', '/models/credit/v1/score', { token: given, body: '{"x":1}' });
}

function write(entries: readonly object[]): void {
  gateway.writeAtomically(BundleFile.deny, JSON.stringify({ format: 1, entries }));
}

/** Both workers have it: several calls in a row agree. */
async function untilAll(status: number): Promise<number> {
  const started = Date.now();
  await until(
    async () => (await Promise.all(Array.from({ length: 8 }, () => score()))).every((each) => each.status === status),
    'all agree',
  );
  return Date.now() - started;
}

test.each(['jti', 'sub', 'azp'] as const)(
  '%s: calls are refused within two seconds, and pass again after the entry is gone',
  async (kind) => {
    expect((await score()).status).toBe(200);
    write([{ [kind]: { jti: 't-1', sub: 'ada', azp: 'portal' }[kind], reason: 'lost laptop' }]);
    expect(await untilAll(403)).toBeLessThan(SOON_MS);
    const refused = await score();
    expect(refused.text).toContain('https://kea.dev/problems/forbidden');
    expect(refused.text).not.toContain('laptop');
    expect((await gateway.call('GET', '/models', { token })).status).toBe(403);
    expect((await gateway.call('GET', '/docs/problems', { token })).status).toBe(403);
    const other = gateway.tokens.token({ roles: ['credit:score'], sub: 'eve', azp: 'cli', jti: 't-2' });
    expect((await score(other)).status).toBe(200);
    // There is no portal here: who is let through meets its absence.
    expect((await gateway.call('GET', '/docs/problems', { token: other })).json['type']).toMatch(/portal-unavailable$/);
    write([]);
    expect(await untilAll(200)).toBeLessThan(SOON_MS);
    await until(() => Promise.resolve(records().includes('"reason":"deny list: lost laptop"')), 'the record says why');
  },
);

test('a list that cannot be read changes nothing and is told; a worker that starts later has the list', async () => {
  write([{ sub: 'ada', reason: 'left' }]);
  await untilAll(403);
  gateway.writeAtomically(BundleFile.deny, '{"format":1,"entries":[{"name":"ada","reason":"x"}]}');
  const told = (): Promise<unknown> => gateway.management('/-/config').then(({ text }) => JSON.parse(text) as unknown);
  await until(async () => JSON.stringify(await told()).includes('unknown key'), 'it is told');
  expect(await told()).toMatchObject({
    denied: 1,
    denyListRefused: 'the deny list, entry 0: unknown key "name", allowed are jti, sub, azp, issuer, reason, until',
  });
  expect((await score()).status).toBe(403);
  const before = (await gateway.status()).workers.map(({ pid }) => pid);
  for (const pid of before) process.kill(pid ?? 0, 'SIGKILL');
  await until(
    async () => (await gateway.status()).workers.every(({ state, pid }) => state === 'serving' && !before.includes(pid)),
    'new workers',
  );
  expect((await Promise.all(Array.from({ length: 8 }, () => score()))).map(({ status }) => status)).toEqual(Array(8).fill(403));
  write([]);
  await untilAll(200);
}, 20_000);

function records(): string {
  const folder = join(gateway.folder, 'audit');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => readFileSync(join(each.parentPath, each.name), 'utf8'))
    .join('');
}
