// npm run bench -- pulumi [--models 4,50] [--preview 200] [--shards 10x200 --up 1]: preview, first up and an up without changes, by the real engine and
// provider before a real control plane; and many models in shards.
import { say, stop } from '../lib/project.mjs';
import { growthExponent } from './measure.mjs';
import { startPlace } from './pulumi-place.mjs';
import { benchShards } from './pulumi-shards.mjs';
import { report } from './report.mjs';

const PREVIEW = ['preview', '--non-interactive'];
const UP = ['up', '--yes', '--skip-preview', '--non-interactive'];

/** Preview with a warm provider; with `up` also the first up, one without changes, and the preview of a stack that stands. */
async function one(count, { up }) {
  const place = await startPlace(count);
  try {
    await place.pulumi(['stack', 'init', 'bench']);
    const peaks = {};
    await place.pulumi(PREVIEW);
    const preview = await place.pulumi(PREVIEW, peaks);
    const figures = {
      models: count,
      objects: preview.marks.resources,
      'start s': preview.marks.first / 1000,
      'program CPU s': (preview.marks.cpu.user + preview.marks.cpu.system) / 1e6,
      'preview s': preview.seconds,
    };
    const applied = up ? await applyTwice(place, peaks) : {};
    return { ...figures, ...applied, 'engine MB': peaks.engine, 'program MB': peaks.program, 'provider MB': peaks.provider };
  } finally {
    await place.stop();
  }
}

async function applyTwice(place, peaks) {
  const first = await place.pulumi(UP, peaks);
  const same = await place.pulumi([...UP, '--expect-no-changes'], peaks);
  const again = await place.pulumi(PREVIEW, peaks);
  return {
    'up s': first.seconds,
    'no change s': same.seconds,
    'preview of it s': again.seconds,
    'state MB': place.state('bench').megabytes,
  };
}

export const flags = {
  models: { type: 'string', default: '4,50' },
  preview: { type: 'string', default: '200' },
  shards: { type: 'string' },
  up: { type: 'string', default: '1' },
};

const numbers = (text) => (text === '' ? [] : text.split(',').map(Number));

export async function run({ models, preview, shards, up }) {
  if (shards !== undefined) return benchShards(shards, Number(up));
  const [applied, previewed] = [numbers(models), numbers(preview)];
  if ([...applied, ...previewed].some((count) => !Number.isInteger(count) || count < 1))
    stop('--models and --preview take numbers such as 4,50');
  const rows = [];
  const shown = [];
  for (const count of [...applied, ...previewed]) {
    say(`pulumi, ${count} models`);
    const row = await one(count, { up: applied.includes(count) });
    if (applied.includes(count)) rows.push(row);
    shown.push(row);
  }
  const verdicts = shown.flatMap((row) => [
    ...(row.models <= 10 ? [{ what: `preview of ${row.models} models, warm`, value: row['preview s'], unit: ' s', budget: 15 }] : []),
    ...(row.models >= 200 ? [{ what: `preview of ${row.models} models, warm`, value: row['preview s'], unit: ' s', budget: 60 }] : []),
    ...(row.models <= 10
      ? [{ what: `module load to first resource, ${row.models} models`, value: row['start s'], unit: ' s', budget: 3 }]
      : []),
  ]);
  if (rows.length > 1) {
    const growth = (key) => growthExponent(rows.map((row) => [row.objects, row[key]]));
    for (const key of ['up s', 'no change s'])
      verdicts.push({ what: `growth exponent of "${key}" in objects`, value: growth(key), unit: '', budget: 2 });
  }
  // Columns are those of the first row.
  report('pulumi', { rows: shown.map((row) => Object.fromEntries(Object.keys(shown[0]).map((key) => [key, row[key] ?? '–']))), verdicts });
}
