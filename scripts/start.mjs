// npm start: everything on this machine, installs included.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { refuseSwallowedFlags, requireNode, requireUnix } from './lib/environment.mjs';
import { root, stop } from './lib/project.mjs';

/** Flags of `kea run`: whether they take a value. */
const RUN_FLAGS = { port: true, host: true, models: true, stack: true, redis: false, keycloak: false, workers: true };

requireNode();
requireUnix('npm start');
refuseSwallowedFlags('npm start', RUN_FLAGS);
await ensureDependencies();
const { build } = await import('./lib/compile.mjs');
const { errors } = await build();
if (errors.length > 0) stop(errors.join('\n\n'), 3);

const child = spawn(process.execPath, [join(root, 'dist/cli/bin.js'), 'run', ...process.argv.slice(2)], { stdio: 'inherit' });
// Ctrl-C reaches the child by the terminal; a signal sent to npm's child only must be handed on.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => {});
child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
