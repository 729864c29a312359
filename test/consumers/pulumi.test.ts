import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../core/package-root';
import { ensure } from '../../scripts/parts/index.mjs';
import { languageHostFolder } from '../../scripts/parts/pulumi.mjs';
import { type ControlPlane, startControlPlane } from '../support/control-plane';

const execute = promisify(execFile);
const root = packageRoot();
const folder = mkdtempSync(join(tmpdir(), 'kea-pulumi-consumer-'));
let plane: ControlPlane;
let environment: { readonly [name: string]: string };

/** Never waits by standing still: the stand-in node lives in this process. */
async function run(file: string, ...args: string[]): Promise<string> {
  try {
    return (await execute(file, args, { cwd: folder, env: environment, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`${basename(file)} ${args[0]}: ${stdout}${stderr}`.slice(-4000));
  }
}

// The program of test/consumers/pulumi-program with the packed package, as another team has it, before the real engine, provider and control plane.
beforeAll(async () => {
  plane = await startControlPlane({ controllers: true });
  const { NODE_OPTIONS: _options, KEA_PACKAGE_ROOT: _root, ...inherited } = process.env as { [name: string]: string };
  environment = {
    ...inherited,
    PATH: [join(folder, 'bin'), languageHostFolder, inherited['PATH']].join(':'),
    KUBECONFIG: plane.kubeconfig,
    PULUMI_HOME: join(folder, '.home'),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: 'only for this test',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
  };
  cpSync(join(root, 'test/consumers/pulumi-program'), folder, { recursive: true });
  mkdirSync(join(folder, 'bin'));
  for (const part of ['pulumi', 'pulumi-resource-kubernetes']) symlinkSync(await ensure(part), join(folder, 'bin', part));
  await execute('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'))!;
  await run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--omit=optional', '--loglevel=error', `./${archive}`);
}, 300_000);

afterAll(async () => {
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test("another team's program is typed, previews with unknown addresses, and applies them", async () => {
  await run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
  await run('pulumi', 'stack', 'init', 'ours');
  const preview = await run('pulumi', 'preview', '--non-interactive', '--color=never');
  expect(preview).toMatch(/\+ \d+ to create/);
  await run('pulumi', 'up', '--yes', '--skip-preview', '--non-interactive');
  const outputs = JSON.parse(await run('pulumi', 'stack', 'output', '--json')) as { readonly [name: string]: unknown };
  expect(outputs).toMatchObject({
    url: 'https://models.example.com',
    issuer: 'https://login.example.com/realms/ours',
    services: ['fraud-v1-0-0'],
  });
  const { body } = await plane.call('GET', '/api/v1/namespaces/kea-system/configmaps/kea-gateway-processor');
  expect(JSON.stringify(body['data'])).toContain(String(outputs['address']));
  const deployments = (await plane.call('GET', '/apis/apps/v1/namespaces/kea-models/deployments')).body['items'] as {
    metadata: { name: string };
  }[];
  expect(deployments.map((each) => each.metadata.name).sort()).toEqual(['churn-v1-0-0', 'fraud-v1-0-0']);
  expect(await run('pulumi', 'up', '--yes', '--skip-preview', '--non-interactive', '--expect-no-changes', '--color=never')).toMatch(
    /unchanged/,
  );
}, 300_000);

test('a late value that changes the bundle for real makes a new Job prove that it arrived', async () => {
  interface Job {
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly template: {
        readonly spec: { readonly containers: readonly [{ readonly args?: readonly string[]; readonly command?: readonly string[] }] };
      };
    };
  }
  /** Name of the Job, the digest that it waits for, and the one that the index states. */
  const proof = async () => {
    const { items } = (await plane.call('GET', '/apis/batch/v1/namespaces/kea-system/jobs')).body as unknown as {
      readonly items: readonly Job[];
    };
    const jobs = items.filter(({ metadata }) => metadata.name.startsWith('kea-gateway-applied-'));
    const words = jobs.flatMap(({ spec }) => [
      ...(spec.template.spec.containers[0].command ?? []),
      ...(spec.template.spec.containers[0].args ?? []),
    ]);
    const { metadata } = (await plane.call('GET', '/api/v1/namespaces/kea-system/configmaps/kea-bundle-index')).body as unknown as {
      readonly metadata: { readonly annotations: { readonly [name: string]: string } };
    };
    return {
      names: jobs.map((each) => each.metadata.name),
      waitsFor: words[words.indexOf('--digest') + 1],
      index: metadata.annotations['kea.dev/digest'],
    };
  };
  const before = await proof();
  expect(before).toMatchObject({ names: [expect.any(String)], waitsFor: before.index });
  await run('pulumi', 'config', 'set', 'realm', 'theirs');
  await run('pulumi', 'up', '--yes', '--skip-preview', '--non-interactive');
  const after = await proof();
  expect(after).toMatchObject({ names: [expect.any(String)], waitsFor: after.index });
  expect([after.index, after.names]).not.toEqual([before.index, before.names]);
  expect(after.names).not.toEqual(before.names);
}, 240_000);

test('its component refuses another cluster than its stack names, and an object of somebody else, in the preview', async () => {
  await run('pulumi', 'config', 'set', 'cluster', '6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14');
  await expect(run('pulumi', 'preview', '--non-interactive', '--color=never')).rejects.toThrow(
    'KEA7002 stack "ours" belongs to the cluster with kube-system 6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14',
  );
  await run('pulumi', 'config', 'rm', 'cluster');
  const label = { metadata: { labels: { 'kea.dev/stack': 'theirs' } } };
  await plane.call('PATCH', '/api/v1/namespaces/kea-system', label, 'application/merge-patch+json');
  await expect(run('pulumi', 'preview', '--non-interactive', '--color=never')).rejects.toThrow(
    'KEA7006 namespace "kea-system" exists and belongs to stack "theirs"',
  );
}, 120_000);
