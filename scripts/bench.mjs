// npm run bench -- synth|check|gateway [--models 10,100,1000,2000]: measures, prints a table, writes out/bench/<name>.json.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { refuseSwallowedFlags, requireNode } from './lib/environment.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { root, stop } from './lib/project.mjs';

const INSIDE = ['models', 'measure', 'report'];

requireNode();
refuseSwallowedFlags('npm run bench', { models: true });
await ensureDependencies();
const { build } = await import('./lib/compile.mjs');
const { errors } = await build();
if (errors.length > 0) stop(errors.join('\n\n'), 1);

const names = readdirSync(join(root, 'scripts/bench'))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -4))
  .filter((name) => !INSIDE.includes(name));
const [name, ...rest] = process.argv.slice(2);
if (!name || !existsSync(join(root, 'scripts/bench', `${name}.mjs`)) || INSIDE.includes(name))
  stop(`which benchmark? There are ${names.join(', ')}:\n  npm run bench -- synth`);
const given = rest[0] === '--models' ? (rest[1] ?? '') : '10,100,1000,2000';
const counts = given.split(',').map(Number);
if (counts.some((count) => !Number.isInteger(count) || count < 1)) stop(`--models takes numbers such as 10,100, not "${given}"`);
const { run } = await import(`./bench/${name}.mjs`);
await run(counts);
