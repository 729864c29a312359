// What `pulumi up` runs in this checkout. The platform is compiled once a change and started from dist/: compiling it here would take seconds each time.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type * as program from './program';

const root = join(__dirname, '..');
const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { encoding: 'utf8' });
if (status !== 0) throw new Error(`the sources could not be compiled: ${stderr}`);

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { deployStack } = require(join(root, 'dist/stacks/program.js')) as Pick<typeof program, 'deployStack'>;

// Pulumi's SDK notes a stack with each of its promises, and ts-node would look each line of those up in source maps: a third of the program's time.
(Error as { prepareStackTrace?: unknown }).prepareStackTrace = undefined;

export = deployStack();
