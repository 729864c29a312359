// node scripts/build.mjs: compiles the sources into dist/.
import { ensureDependencies } from './lib/dependencies.mjs';
import { requireNode } from './lib/environment.mjs';
import { duration, say, stop } from './lib/project.mjs';

requireNode();
await ensureDependencies();
const started = performance.now();
const { build } = await import('./lib/compile.mjs');
const { compiled, removed, errors } = await build();
if (errors.length > 0) stop(errors.join('\n\n'), 1);
say(`dist/ is up to date: ${compiled} written, ${removed} removed, ${duration(performance.now() - started)}`);
