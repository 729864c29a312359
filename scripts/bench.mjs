// npm run bench -- synth|check|policies|gateway|pulumi: measures, prints a table, writes out/bench/<name>.json. What each takes: USAGE below.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { refuseSwallowedFlags, requireNode } from './lib/environment.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { root, stop } from './lib/project.mjs';

const USAGE = `  npm run bench -- synth [--models 10,100,1000,2000]
  npm run bench -- check [--models 10,100,1000,2000]
  npm run bench -- policies [--models 10,100,1000,2000]
  npm run bench -- pulumi [--models 4,50] [--preview 200]   preview, up and no change; preview alone
  npm run bench -- pulumi --shards 10x200 [--up 1]          previews of all shards, up of some
  npm run bench -- sso [--models 200,500,2000]
  npm run bench -- gateway [flags]
    --seconds 2        of one measurement, 60 at most; there are sixteen in a round
    --rounds 5         the table shows medians over rounds
    --connections 32   that call again at once, for throughput and CPU
    --rate N           calls a second, for latencies; without it a quarter of what the slowest step carries
    --workers 2        request workers of the processor
    --envoy-threads 2  of each Envoy
    --profile FOLDER   writes CPU profiles of the processor's processes there (figures are then higher)`;

const INSIDE = ['models', 'measure', 'report'];

requireNode();
const FLAGS = ['models', 'preview', 'shards', 'up', 'seconds', 'rounds', 'connections', 'rate', 'workers', 'envoy-threads', 'profile'];
refuseSwallowedFlags('npm run bench', Object.fromEntries(FLAGS.map((flag) => [flag, true])));
await ensureDependencies();
const { build } = await import('./lib/compile.mjs');
const { errors } = await build();
if (errors.length > 0) stop(errors.join('\n\n'), 1);

const isBenchmark = (file) => file.endsWith('.mjs') && !file.includes('-') && !INSIDE.includes(file.slice(0, -4));
const names = readdirSync(join(root, 'scripts/bench'))
  .filter(isBenchmark)
  .map((file) => file.slice(0, -4));
const [name, ...rest] = process.argv.slice(2);
if (!names.includes(name)) stop(`which benchmark? There are ${names.join(', ')}:\n${USAGE}`);

const { run, flags } = await import(`./bench/${name}.mjs`);
/** A benchmark without flags of its own measures numbers of models. */
const MODELS = { models: { type: 'string', default: '10,100,1000,2000' } };

function given() {
  try {
    return parseArgs({ args: rest, options: flags ?? MODELS }).values;
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`);
  }
}

const values = given();
if (flags) await run(values);
else {
  const counts = values.models.split(',').map(Number);
  if (counts.some((count) => !Number.isInteger(count) || count < 1)) stop(`--models takes numbers such as 10,100, not "${values.models}"`);
  await run(counts);
}
