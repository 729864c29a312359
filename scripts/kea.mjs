// node scripts/kea.mjs ARGS: the command `kea` from this checkout, built first when a source has changed.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from './lib/compile.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { requireNode } from './lib/environment.mjs';
import { root, stop } from './lib/project.mjs';

requireNode();
await ensureDependencies();
const { errors } = await build();
if (errors.length > 0) stop(errors.join('\n\n'), 3);
const program = join(root, 'dist/cli/bin.js');
process.argv = [process.execPath, program, ...process.argv.slice(2)];
createRequire(import.meta.url)(program);
