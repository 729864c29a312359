import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kea, sampleProject } from '../call';

let folder: string;
let open: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kea-prove-'));
  const claims = Buffer.from(JSON.stringify({ sub: 'ann', roles: [] })).toString('base64url');
  writeFileSync(join(folder, 'ann.jwt'), `e30.${claims}.x\n`);
  writeFileSync(join(folder, 'none.txt'), 'no token\n');
  // A gateway that lets everybody in.
  open = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => open.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['nobody to try it as', [], 'KEA7205', 'no --token was given'],
  ['a file that is not there', ['--token', 'ann=nowhere.jwt'], 'KEA7205', '"nowhere.jwt" cannot be read: ENOENT'],
  ['what is no token', ['--token', 'none=none.txt'], 'KEA7205', '"none" holds no JSON Web Token'],
  [
    'an unknown kind',
    ['--token', 'ann=ann.jwt', '--bad', 'old=ann.jwt'],
    'KEA7205',
    '"old" is no kind of bad token; there are expired, wrong-issuer',
  ],
  ['no gateway', ['--token', 'ann=ann.jwt', '--url', 'http://127.0.0.1:1'], 'KEA7204', 'http://127.0.0.1:1 does not answer'],
] as const)(
  '%s is told by name',
  async (_, args, code, message) => {
    const absolute = args.map((arg) => arg.replace(/=(ann\.jwt|none\.txt)$/, (_match, file: string) => `=${join(folder, file)}`));
    const answer = await kea(['prove', '--stack', 'dev', ...absolute], { cwd: sampleProject() });
    expect(answer.code).toBe(2);
    expect(answer.stderr).toContain(code);
    expect(answer.stderr).toContain(message);
  },
  60_000,
);

test('a gateway that lets everybody in is found out, and both reports say so', async () => {
  const url = `http://127.0.0.1:${(open.address() as AddressInfo).port}`;
  const report = join(folder, 'report');
  const answer = await kea(['prove', '--stack', 'dev', '--token', `ann=${join(folder, 'ann.jwt')}`, '--url', url, '--report', report], {
    cwd: sampleProject(),
  });
  expect(answer.code).toBe(1);
  expect(answer.stderr).toContain('KEA7206');
  expect(answer.stdout).toContain('✗ each door opens to the right role and to nobody else: failed');
  expect(readFileSync(join(report, 'proof.md'), 'utf8')).toContain('| each door opens to the right role and to nobody else | failed |');
  expect(JSON.parse(readFileSync(join(report, 'proof.json'), 'utf8'))).toMatchObject({ format: 1, stack: 'dev', url });
}, 60_000);
