import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';

const root = packageRoot();
const folder = mkdtempSync(join(tmpdir(), 'kea-consumer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(file: string, ...args: string[]): string {
  const { NODE_OPTIONS: _options, KEA_PACKAGE_ROOT: _root, ...env } = process.env;
  return execFileSync(file, args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

// The packed package in test/consumers/cdk8s-app, as another team installs it: nothing of the checkout may be needed.
beforeAll(() => {
  cpSync(join(root, 'test/consumers/cdk8s-app'), folder, { recursive: true });
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'))!;
  run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--omit=optional', '--loglevel=error', `./${archive}`);
  for (const each of ['models', 'stacks', 'images.lock.yaml']) cpSync(join(root, each), join(folder, each), { recursive: true });
}, 300_000);

/** `cdk8s synth` of one of the project's apps, by the real command: what it said, and the code it ended with. */
function synth(app: string): { readonly code: number; readonly text: string } {
  const args = [join('node_modules', '.bin', 'cdk8s'), 'synth', '--app', `node ${app}.js`, '--output', app, '--check-upgrade=false'];
  const { NODE_OPTIONS: _options, KEA_PACKAGE_ROOT: _root, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  return { code: status ?? 1, text: `${stdout}${stderr}` };
}

describe("another team's cdk8s app", () => {
  beforeAll(() => run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'), 60_000);

  test('has the constructs one by one in its own chart, and passes the policies', () => {
    const { code, text } = synth('main');
    expect([code, text]).toEqual([0, expect.stringContaining('Validations ended succesfully')]);
    const kinds = readFileSync(join(folder, 'main/team.k8s.yaml'), 'utf8').match(/^kind: \w+$/gm) ?? [];
    for (const kind of ['Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount', 'StatefulSet'])
      expect(kinds).toContain(`kind: ${kind}`);
  }, 60_000);

  test('with a mistake in a model is refused by the check that the construct registers, before anything is written', () => {
    const { code, text } = synth('wrong-example');
    expect([code === 0, text]).toEqual([
      false,
      expect.stringContaining('KEA1408: example "typical": request/x must be number; correct the example or the schema'),
    ]);
    expect(existsSync(join(folder, 'wrong-example/team.k8s.yaml'))).toBe(false);
  }, 60_000);

  test('that opens a container by an escape hatch is refused by the policies, with rule, object and fix', () => {
    const { code, text } = synth('privileged');
    expect([code === 0, text]).toEqual([false, expect.stringContaining('pod.privileged (critical, deny)')]);
    expect(text).toContain('Deployment team-a/churn-v1-0-0: privileged: model');
    expect(text).toContain('How to fix: remove securityContext.privileged, or set it to false');
  }, 60_000);
});

test('the command checks and synthesizes without the development parts', () => {
  const kea = join('node_modules', '.bin', 'kea');
  expect(run(kea, '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(JSON.parse(run(kea, 'check', '--output', 'json'))).toMatchObject({ ok: true });
  expect(JSON.parse(run(kea, 'synth', '--stack', 'dev', '--out', 'out', '--output', 'json'))).toMatchObject({ ok: true });
}, 60_000);

test('the local run says that it lives in a checkout', () => {
  expect(() => run(join('node_modules', '.bin', 'kea'), 'run')).toThrow(/error KEA4116/);
});

test('what asks Keycloak names the package that it needs, and how to get it', () => {
  const models = join(folder, 'sso/models');
  cpSync(join(root, 'models/education'), join(models, 'education'), { recursive: true });
  mkdirSync(join(folder, 'sso/stacks'));
  const identity = '{ keycloak: { hostname: login.example.com, devDatabase: {} } }';
  writeFileSync(
    join(folder, 'sso/stacks/own.yaml'),
    `kea: v1\nhostname: m.example.com\nimages: { unpinned: warn }\nidentity: ${identity}\n`,
  );
  const kea = join('node_modules', '.bin', 'kea');
  expect(() => run(kea, 'sso', 'plan', '--stack', 'own', '--project', 'sso')).toThrow(
    /error KEA4116[\s\S]*"@keycloak\/keycloak-admin-client" is not installed[\s\S]*npm install @keycloak\/keycloak-admin-client/,
  );
}, 30_000);

test('the schemas are part of the package', () => {
  expect(run(process.execPath, '-p', "require('@kea-platform/kea/schema/model.schema.json').title")).not.toBe('undefined\n');
});
