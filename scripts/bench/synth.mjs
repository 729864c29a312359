// npm run bench -- synth [--models 10,100]: kea synth over generated models: cold, again (warm), and after an edit of one model.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from '../lib/project.mjs';
import { growthExponent, measure } from './measure.mjs';
import { writeProject } from './models.mjs';
import { report } from './report.mjs';

function editOne(folder) {
  const file = join(folder, 'models/group-1/bench-1/model.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('Generated model', 'Edited model'));
}

async function sizeUp(count) {
  const folder = mkdtempSync(join(tmpdir(), 'kea-bench-'));
  try {
    writeProject(folder, count);
    const rows = [];
    for (const run of ['cold', 'warm', 'edited']) {
      if (run === 'edited') editOne(folder);
      say(`synth ${count} models, ${run}`);
      const { code, wallMs, cpuMs, maxRssMb, stdout, stderr } = await measure(
        ['synth', '--stack', 'bench', '--out', 'out', '--output', 'json'],
        folder,
      );
      if (code !== 0) throw new Error(`kea synth ended with ${code}: ${stderr}${stdout.slice(0, 2000)}`);
      const { data } = JSON.parse(stdout);
      rows.push({
        models: count,
        run,
        seconds: wallMs / 1000,
        'CPU s': cpuMs / 1000,
        'peak MB': Math.round(maxRssMb),
        objects: data.objects,
        'files written': data.written.length,
        'bytes written': data.bytes,
      });
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function run(counts) {
  const rows = [];
  for (const count of counts) rows.push(...(await sizeUp(count)));
  const of = (run) => rows.filter((row) => row.run === run);
  const verdicts = [];
  const large = of('cold').find((row) => row.models === 2000);
  if (large) {
    verdicts.push({ what: 'synth of 2,000 models, cold', value: large.seconds, unit: ' s', budget: 15 });
    verdicts.push({
      what: 'synth of 2,000 models, warm',
      value: of('warm').find((row) => row.models === 2000).seconds,
      unit: ' s',
      budget: 4,
    });
    verdicts.push({ what: 'peak memory at 2,000 models', value: Math.max(...rows.map((row) => row['peak MB'])), unit: ' MB', budget: 700 });
  }
  const grown = of('cold')
    .filter((row) => row.models >= 100)
    .map((row) => [row.models, row.seconds]);
  if (grown.length > 1)
    verdicts.push({ what: 'growth exponent from 100 models on (1 is linear)', value: growthExponent(grown), unit: '', budget: 1.1 });
  report('synth', { rows, verdicts });
}
