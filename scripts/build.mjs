// node scripts/build.mjs [--declarations]: compiles the sources into dist/; for the package also their type declarations.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { requireNode } from './lib/environment.mjs';
import { duration, root, say, stop } from './lib/project.mjs';

requireNode();
await ensureDependencies();
const started = performance.now();
const { build } = await import('./lib/compile.mjs');
const { compiled, removed, errors } = await build();
if (errors.length > 0) stop(errors.join('\n\n'), 1);
if (process.argv.includes('--declarations')) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) stop('the type declarations could not be written', 1);
}
say(`dist/ is up to date: ${compiled} written, ${removed} removed, ${duration(performance.now() - started)}`);
