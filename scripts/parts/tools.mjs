// Starting other programs, for those who obtain parts.
import { spawn } from 'node:child_process';

/** Runs a program; resolves with its output (its last `most` characters), rejects with the end of it. */
export function execute(file, args, { cwd, environment = {}, timeoutMs = 45 * 60_000, most = 20_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let output = '';
    const collect = (chunk) => (output = (output + chunk).slice(-most));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => reject(new Error(`${file}: ${error.code === 'ENOENT' ? 'not installed' : error.message}`)));
    child.once('close', (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${file} ${args[0]} ended with ${code}: ${output.trim().split('\n').slice(-5).join('\n')}`)),
    );
  });
}

/** True when the program starts and ends well. */
export function works(file, args) {
  return execute(file, args, { timeoutMs: 10_000 }).then(
    () => true,
    () => false,
  );
}

/** Runs the first of the programs that is installed; undefined when none is. Its failure is the caller's. */
export async function firstOf(candidates) {
  for (const [file, args] of candidates) {
    if (await works(file, args[0] === '-m' ? [...args.slice(0, 2), '--version'] : ['--version']))
      return execute(file, args).then(() => file);
  }
  return undefined;
}

/** Unpacks a zip archive by whatever the machine has; pip was there, so Python is. */
export function unzip(archive, folder) {
  return execute('python3', ['-m', 'zipfile', '-e', archive, folder]);
}

export const asRoot = () => process.getuid?.() === 0;
