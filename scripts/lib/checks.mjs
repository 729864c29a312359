// The checks of the code itself. Each step runs one tool and must end with 0 and without a warning.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { duration, root, say } from './project.mjs';

const tool = (path) => join(root, 'node_modules', path);

/** Step → the commands it runs, each by Node, in the checkout. */
export const steps = {
  types: [[tool('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']],
  lint: [
    [
      tool('eslint/bin/eslint.js'),
      '--max-warnings',
      '0',
      '--cache',
      '--cache-location',
      'node_modules/.cache/eslint/',
      '--cache-strategy',
      'content',
      '.',
    ],
  ],
  format: [[tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '--cache', '--cache-strategy', 'content', '.']],
  'dead-code': [[tool('knip/bin/knip.js'), '--no-progress']],
  generated: [
    ['scripts/generate.mjs', '--check'],
    ['scripts/reference.mjs', '--check'],
  ],
};

function run([script, ...args]) {
  if (script.startsWith('scripts/') && !existsSync(join(root, script))) return Promise.resolve(1);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs the named steps one after another; resolves with how many passed and failed. */
export async function runChecks(names) {
  let passed = 0;
  const failures = [];
  for (const name of names) {
    const started = performance.now();
    const codes = [];
    for (const command of steps[name]) codes.push(await run(command));
    const fine = codes.every((code) => code === 0);
    say(`${fine ? 'pass' : 'FAIL'} ${name} (${duration(performance.now() - started)})`);
    if (fine) passed += 1;
    else failures.push(name);
  }
  return { passed, failed: failures.length, failures };
}
