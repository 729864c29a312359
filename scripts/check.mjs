// node scripts/check.mjs [STEP…]: types, lint, format, dead code, generated files.
import { ensureDependencies } from './lib/dependencies.mjs';
import { requireNode } from './lib/environment.mjs';
import { say, stop } from './lib/project.mjs';

requireNode();
await ensureDependencies();
const { runChecks, steps } = await import('./lib/checks.mjs');
const { build } = await import('./lib/compile.mjs');
const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(steps, name));
if (unknown) stop(`no check is called "${unknown}"; there are ${Object.keys(steps).join(', ')}`);
const { errors } = await build();
if (errors.length > 0) stop(errors.join('\n\n'), 1);
const { passed, failed } = await runChecks(names.length > 0 ? names : Object.keys(steps));
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
