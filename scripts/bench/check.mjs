// npm run bench -- check [--models 10,100]: kea check of the sample models (process start included) and over generated models.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, say } from '../lib/project.mjs';
import { growthExponent, measure, median } from './measure.mjs';
import { writeProject } from './models.mjs';
import { report } from './report.mjs';

const REPEATS = 7;

async function timed(args, cwd, repeats) {
  const runs = [];
  for (let index = 0; index < repeats; index += 1) runs.push(await measure(args, cwd));
  const bad = runs.find((each) => each.code !== 0);
  if (bad) throw new Error(`kea ${args.join(' ')} ended with ${bad.code}: ${bad.stderr}${bad.stdout.slice(0, 2000)}`);
  return { seconds: median(runs.map((each) => each.wallMs)) / 1000, 'peak MB': Math.round(Math.max(...runs.map((each) => each.maxRssMb))) };
}

async function generated(count) {
  const folder = mkdtempSync(join(tmpdir(), 'kea-bench-'));
  try {
    writeProject(folder, count);
    return await timed(['check', '--stack', 'bench'], folder, count > 100 ? 1 : 3);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function run(counts) {
  say('check of the sample models');
  const rows = [
    { what: 'kea --version', models: 0, ...(await timed(['--version'], root, REPEATS)) },
    { what: 'samples, all stacks', models: 4, ...(await timed(['check'], root, REPEATS)) },
  ];
  for (const count of counts) {
    say(`check ${count} models`);
    rows.push({ what: 'generated, one stack', models: count, ...(await generated(count)) });
  }
  const verdicts = [{ what: 'check of the sample models, process start included', value: rows[1].seconds, unit: ' s', budget: 1 }];
  const grown = rows.filter((row) => row.models >= 100).map((row) => [row.models, row.seconds]);
  if (grown.length > 1)
    verdicts.push({ what: 'growth exponent from 100 models on (1 is linear)', value: growthExponent(grown), unit: '', budget: 1.1 });
  report('check', { rows, verdicts });
}
