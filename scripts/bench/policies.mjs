// npm run bench -- policies [--models 10,100]: all objects of generated models judged by all rules, the start of the evaluator's thread included.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, say } from '../lib/project.mjs';
import { growthExponent } from './measure.mjs';
import { writeProject } from './models.mjs';
import { report } from './report.mjs';

const load = createRequire(join(root, 'dist/index.js'));

async function planOf(count) {
  const folder = mkdtempSync(join(tmpdir(), 'kea-bench-'));
  try {
    writeProject(folder, count);
    const { platform } = await load('./schema/load/index.js').loadPlatform({ root: folder, stack: 'bench' });
    const plan = load('./constructs/index.js').synthesize(platform);
    return { platform, objects: plan.objects.map((each) => each.value) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function judged(count) {
  const { platform, objects } = await planOf(count);
  say(`judge ${objects.length} objects of ${count} models`);
  const { judge } = load('./policies/evaluate/index.js');
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const { judged: of, findings } = await judge({ objects, platform, asOf: '2026-01-01', level: 'audit' });
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  return {
    models: count,
    objects: of.objects,
    rules: of.rules,
    decisions: of.decisions,
    findings: findings.length,
    seconds,
    'CPU s': (user + system) / 1e6,
  };
}

export async function run(counts) {
  const rows = [];
  for (const count of counts) rows.push(await judged(count));
  const large = rows.find((row) => row.models === 2000);
  const verdicts = large ? [{ what: 'all objects of 2,000 models by all rules', value: large.seconds, unit: ' s', budget: 3 }] : [];
  const grown = rows.filter((row) => row.models >= 100).map((row) => [row.models, row.seconds]);
  if (grown.length > 1)
    verdicts.push({ what: 'growth exponent from 100 models on (1 is linear)', value: growthExponent(grown), unit: '', budget: 1.1 });
  report('policies', { rows, verdicts });
}
