// A project of generated models before a real engine, provider and control plane, and what a run of `pulumi` takes there.
// Pods are declared running by a stand-in node: what is measured is Pulumi, the provider and our program, not containers.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane } from '../lib/control-plane.mjs';
import { root } from '../lib/project.mjs';
import { ensure } from '../parts/index.mjs';
import { languageHostFolder } from '../parts/pulumi.mjs';
import { writeProject } from './models.mjs';
import { memoryBelow } from './pulumi-memory.mjs';

const SAMPLE_MS = 200;

/** Makes the place. `shards`: into how many Pulumi stacks the models go, by owner; 0 is one stack for all; `more` is added to the environment. */
export async function startPlace(count, shards = 0, more = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kea-bench-pulumi-'));
  const plane = await startControlPlane({ controllers: true });
  writeProject(folder, count, shards);
  // Nothing that a bare control plane does not know.
  const stack = join(folder, 'stacks/bench.yaml');
  const bare = readFileSync(stack, 'utf8').replace(/^exposure:.*$/m, 'metrics: { monitors: false }\npolicies: { level: audit }');
  writeFileSync(stack, bare);
  for (const shared of ['scripts', 'dist', 'node_modules', 'package.json', 'tsconfig.json'])
    symlinkSync(join(root, shared), join(folder, shared));
  for (const each of ['Pulumi.yaml', 'stacks/index.ts', 'stacks/tsconfig.json']) cpSync(join(root, each), join(folder, each));
  for (const each of ['bin', '.home']) mkdirSync(join(folder, each));
  for (const part of ['pulumi', 'pulumi-resource-kubernetes']) symlinkSync(await ensure(part), join(folder, 'bin', part));
  const marks = join(folder, 'marks.json');
  const environment = {
    ...process.env,
    PATH: [join(folder, 'bin'), languageHostFolder, process.env.PATH].join(':'),
    KUBECONFIG: plane.kubeconfig,
    PULUMI_HOME: join(folder, '.home'),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: 'bench',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    NODE_OPTIONS: `--require=${join(root, 'scripts/bench/pulumi-marks.cjs')}`,
    KEA_BENCH_MARKS: marks,
    ...more,
  };

  /** Runs a program in the project; resolves with seconds, peaks of memory by role, the program's marks and all it said. */
  function timed(file, args, peaks = {}) {
    rmSync(marks, { force: true });
    return new Promise((resolve, reject) => {
      const started = performance.now();
      const child = spawn(file, args, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
      const sampler = setInterval(() => memoryBelow(child.pid, peaks), SAMPLE_MS);
      let text = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text = (text + chunk).slice(-4000)));
      child.once('error', reject);
      child.once('close', (code) => {
        clearInterval(sampler);
        const seconds = (performance.now() - started) / 1000;
        if (code !== 0) return reject(new Error(`${file} ${args[0]} ended with ${code}: ${text}`));
        return resolve({ seconds, peaks, text, marks: existsSync(marks) ? JSON.parse(readFileSync(marks, 'utf8')) : {} });
      });
    });
  }

  return {
    folder,
    timed,
    pulumi: (args, peaks) => timed('pulumi', args, peaks),
    /** Resources in a stack's state, and the state's size in megabytes. */
    state(name) {
      const file = join(folder, `.pulumi/stacks/kea/${name}.json`);
      const text = readFileSync(file, 'utf8');
      return { objects: JSON.parse(text).checkpoint.latest.resources.length, megabytes: text.length / 1e6 };
    },
    async stop() {
      await plane.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
