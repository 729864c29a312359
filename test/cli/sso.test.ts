import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { kea, project } from './call';

const STACK = `kea: v1
hostname: models.example.com
images: { unpinned: warn }
identity: { keycloak: { hostname: login.example.com, devDatabase: {} } }
`;
const MODEL = 'models/education/student-grades/model.yaml';

/** The pupils' grades, the only model that has roles of the realm. */
function gradesOnly(stack = STACK): string {
  const folder = project({ 'stacks/dev.yaml': stack });
  cpSync(join(packageRoot(), 'models/education'), join(folder, 'models/education'), { recursive: true });
  return folder;
}

test('between two states of the files, without a Keycloak', async () => {
  const folder = gradesOnly();
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: folder, stdio: 'pipe' });
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  writeFileSync(join(folder, MODEL), readFileSync(join(folder, MODEL), 'utf8').replaceAll('[teacher]', '[headmaster]'));
  const { code, stdout, stderr } = await kea(['sso', 'plan', '--stack', 'dev', '--against', 'HEAD'], { cwd: folder });
  expect([code, stdout.trim().split('\n')]).toEqual([
    0,
    expect.arrayContaining(['+ role headmaster', '~ login kea-cli', '    + scoped: headmaster']),
  ]);
  expect(stderr).toMatch(/\d changes? to make/);
}, 30_000);

test.each([
  ['without a secret', {}, 'KEA6011'],
  ['where no Keycloak is', { KEA_SSO_SECRET: 'some-secret' }, 'KEA6010'],
])(
  '%s it says so',
  async (_name, env, code) => {
    const outcome = await kea(['sso', 'apply', '--stack', 'dev', '--server', 'http://127.0.0.1:9'], { cwd: gradesOnly(), env });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain(code);
    expect(outcome.stderr).not.toContain('some-secret');
  },
  30_000,
);

test('a stack with another provider has no realm of ours', async () => {
  const folder = gradesOnly('kea: v1\nimages: { unpinned: warn }\nidentity: { oidc: { issuer: https://login.example.com } }\n');
  const { code, stderr } = await kea(['sso', 'plan', '--stack', 'dev'], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain('has no `identity.keycloak`');
}, 30_000);
