import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

// The packed package in a project of its own, as another team installs it: nothing of the checkout may be needed.
beforeAll(() => {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'))!;
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n');
  run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--omit=optional', '--loglevel=error', `./${archive}`);
  for (const each of ['models', 'stacks', 'images.lock.yaml']) cpSync(join(root, each), join(folder, each), { recursive: true });
}, 300_000);

const APP = `import { App, Chart } from 'cdk8s';
import { AuditPipeline, defineStack, IdentityProvider, MlModel, ModelGateway, plan, ResponseCache } from '@kea-platform/kea';

const chart = new Chart(new App(), 'team', { namespace: 'team-a' });
const stack = defineStack({
  name: 'ours',
  hostname: 'models.example.com',
  namespaces: { platform: 'gateways', models: 'team-a' },
  identity: { oidc: { issuer: 'https://login.example.com' } },
  cache: { redis: { managed: { memory: '64Mi' } } },
  artifacts: { store: 's3://models', secret: 'store' },
  images: { unpinned: 'warn' },
});
const churn = new MlModel(chart, 'churn', {
  name: 'churn',
  owner: 'growth',
  description: 'Who will leave.',
  runtime: { framework: 'onnx' },
  versions: { '1.0.0': { artifact: { uri: 's3://models/churn.onnx', sha256: '${'a'.repeat(64)}' } } },
  methods: {
    predict: {
      summary: 'Predict.',
      request: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'], additionalProperties: false },
      response: { type: 'object', properties: { y: { type: 'number' } }, required: ['y'], additionalProperties: false },
      call: { input: { x: 'x' }, output: { y: 'y' } },
      examples: [{ name: 'typical', request: { x: 1 } }],
    },
  },
  stack,
});
const cache = new ResponseCache(chart, 'cache', { stack });
const audit = new AuditPipeline(chart, 'audit', { stack });
new IdentityProvider(chart, 'identity', { stack, models: [churn] });
new ModelGateway(chart, 'gateway', { stack, models: [churn], cache, auditWriters: audit.writers });
const made = plan(chart);
process.stdout.write(JSON.stringify({ kinds: [...new Set(made.objects.map((each) => each.kind))].sort(), errors: made.findings.filter((each) => each.severity === 'error') }));
`;

test('another team uses the constructs one by one in its own cdk8s app, typed', () => {
  writeFileSync(join(folder, 'app.ts'), APP);
  writeFileSync(join(folder, 'globals.d.ts'), 'declare const process: { readonly stdout: { write(text: string): void } };\n');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: true, types: [] },
      files: ['globals.d.ts', 'app.ts'],
    }),
  );
  run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
  const { kinds, errors } = JSON.parse(run(process.execPath, 'app.js')) as { kinds: string[]; errors: unknown[] };
  expect(errors).toEqual([]);
  expect(kinds).toEqual(
    expect.arrayContaining(['Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount', 'StatefulSet']),
  );
}, 120_000);

test('the command checks and synthesizes without the development parts', () => {
  const kea = join('node_modules', '.bin', 'kea');
  expect(run(kea, '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(JSON.parse(run(kea, 'check', '--output', 'json'))).toMatchObject({ ok: true });
  expect(JSON.parse(run(kea, 'synth', '--stack', 'dev', '--out', 'out', '--output', 'json'))).toMatchObject({ ok: true });
}, 60_000);

test('the local run says that it lives in a checkout', () => {
  expect(() => run(join('node_modules', '.bin', 'kea'), 'run')).toThrow(/error KEA4116/);
});

test('the schemas are part of the package', () => {
  expect(run(process.execPath, '-p', "require('@kea-platform/kea/schema/model.schema.json').title")).not.toBe('undefined\n');
});
