// npm run bench -- pulumi [--models 4,50,200]: preview, first up and an up without changes, by the real engine and provider before a real control plane.
// Pods are declared running by a stand-in node: what is measured is Pulumi, the provider and our program, not containers.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane } from '../lib/control-plane.mjs';
import { root, say } from '../lib/project.mjs';
import { ensure } from '../parts/index.mjs';
import { languageHostFolder } from '../parts/pulumi.mjs';
import { growthExponent } from './measure.mjs';
import { writeProject } from './models.mjs';
import { report } from './report.mjs';

const SAMPLE_MS = 200;
const UP = ['up', '--yes', '--skip-preview', '--non-interactive'];

/** Which of the four programs a process is, by its command line. */
function roleOf(words) {
  if (words.includes('pulumi-resource-kubernetes')) return 'provider';
  if (words.includes('/cmd/run')) return 'program';
  return /(^|\/)pulumi\0/.test(words) ? 'engine' : undefined;
}

/** Resident memory of a process and everything below it, in MB by role. */
function memoryBelow(pid, peaks) {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map();
  const texts = new Map();
  for (const id of processes) {
    try {
      parents.set(id, /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]);
      texts.set(id, readFileSync(`/proc/${id}/cmdline`, 'utf8'));
    } catch {
      // It has ended meanwhile.
    }
  }
  const isBelow = (id) => id === String(pid) || (parents.has(id) && parents.get(id) !== '0' && isBelow(parents.get(id)));
  for (const [id, text] of texts) {
    const role = isBelow(id) ? roleOf(text) : undefined;
    if (!role) continue;
    try {
      const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0);
      peaks[role] = Math.max(peaks[role] ?? 0, Math.round(kilobytes / 1024));
    } catch {
      // It has ended meanwhile.
    }
  }
}

function timed(args, folder, env, peaks = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn('pulumi', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const sampler = setInterval(() => memoryBelow(child.pid, peaks), SAMPLE_MS);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text = (text + chunk).slice(-4000)));
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(sampler);
      if (code === 0) resolve((performance.now() - started) / 1000);
      else reject(new Error(`pulumi ${args[0]} ended with ${code}: ${text}`));
    });
  });
}

async function one(count) {
  const folder = mkdtempSync(join(tmpdir(), 'kea-bench-pulumi-'));
  const plane = await startControlPlane({ controllers: true });
  try {
    writeProject(folder, count);
    // Nothing that a bare control plane does not know.
    const stack = join(folder, 'stacks/bench.yaml');
    const bare = readFileSync(stack, 'utf8').replace(/^exposure:.*$/m, 'metrics: { monitors: false }\npolicies: { level: audit }');
    writeFileSync(stack, bare);
    for (const shared of ['scripts', 'dist', 'node_modules', 'package.json', 'tsconfig.json'])
      symlinkSync(join(root, shared), join(folder, shared));
    for (const each of ['Pulumi.yaml', 'stacks/index.ts', 'stacks/tsconfig.json']) cpSync(join(root, each), join(folder, each));
    for (const each of ['bin', '.home']) mkdirSync(join(folder, each));
    for (const part of ['pulumi', 'pulumi-resource-kubernetes']) symlinkSync(await ensure(part), join(folder, 'bin', part));
    const env = {
      ...process.env,
      PATH: [join(folder, 'bin'), languageHostFolder, process.env.PATH].join(':'),
      KUBECONFIG: plane.kubeconfig,
      PULUMI_HOME: join(folder, '.home'),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: 'bench',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    };
    await timed(['stack', 'init', 'bench'], folder, env);
    const peaks = {};
    await timed(['preview', '--non-interactive'], folder, env);
    const preview = await timed(['preview', '--non-interactive'], folder, env, peaks);
    const up = await timed(UP, folder, env, peaks);
    const same = await timed([...UP, '--expect-no-changes'], folder, env, peaks);
    const objects = JSON.parse(readFileSync(join(folder, '.pulumi/stacks/kea/bench.json'), 'utf8')).checkpoint.latest.resources.length;
    const memory = { 'engine MB': peaks.engine, 'program MB': peaks.program, 'provider MB': peaks.provider };
    return { models: count, objects, 'preview s': preview, 'up s': up, 'no change s': same, ...memory };
  } finally {
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const flags = { models: { type: 'string', default: '4,50,200' } };

export async function run({ models }) {
  const rows = [];
  for (const count of models.split(',').map(Number)) {
    say(`pulumi, ${count} models`);
    rows.push(await one(count));
  }
  const preview = (count) => rows.find((row) => row.models === count)?.['preview s'];
  const verdicts = [
    ...(preview(4) === undefined ? [] : [{ what: 'preview of 4 models, warm', value: preview(4), unit: ' s', budget: 15 }]),
    ...(preview(200) === undefined ? [] : [{ what: 'preview of 200 models, warm', value: preview(200), unit: ' s', budget: 60 }]),
  ];
  if (rows.length > 1)
    verdicts.push({
      what: 'growth exponent of the first up in objects',
      value: growthExponent(rows.map((row) => [row.objects, row['up s']])),
      unit: '',
      budget: 1.5,
    });
  report('pulumi', { rows, verdicts });
}
