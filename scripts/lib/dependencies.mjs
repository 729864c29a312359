// Installs the locked dependencies when they are missing or other than the lock file says.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { duration, root, say, stop } from './project.mjs';

const modules = join(root, 'node_modules');
const stamp = join(modules, '.kea-lock');
const digest = (text) => createHash('sha256').update(text).digest('hex');

/** True when every package that this platform needs is installed in the locked version. */
function installed(lockText) {
  const hidden = join(modules, '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const have = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(JSON.parse(lockText).packages).every(
    ([path, locked]) =>
      path === '' ||
      locked.link ||
      (have[path] ? have[path].version === locked.version : locked.optional || locked.peer || locked.devOptional || locked.extraneous),
  );
}

/** Quick look, for commands that start often. */
function current(lockText) {
  if (!existsSync(modules)) return false;
  const wanted = digest(lockText);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  if (!installed(lockText)) return false;
  writeFileSync(stamp, wanted);
  return true;
}

function npm(args) {
  // npm names itself in npm_execpath; running it by Node avoids the shell that npm.cmd would need on Windows.
  const self = process.env.npm_execpath;
  const [file, prefix] = self?.endsWith('.js') ? [process.execPath, [self]] : ['npm', []];
  const started = Date.now();
  const ticker = setInterval(() => say(`  still installing, ${duration(Date.now() - started)}`), 15_000);
  return new Promise((resolve) => {
    const child = spawn(file, [...prefix, ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      // The CPU build is inside onnxruntime-node's package; its install script would download CUDA's on top.
      env: { ...process.env, npm_config_onnxruntime_node_install: 'skip' },
      shell: file === 'npm' && process.platform === 'win32',
    });
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 1));
  }).finally(() => clearInterval(ticker));
}

/** Makes `node_modules` match the lock file; prints progress only when there is something to do. */
export async function ensureDependencies() {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (current(lockText)) return;
  // npm ci empties the folder behind a link, which belongs to somebody else.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink())
    stop('node_modules is a link and does not fit package-lock.json: install where it points to');
  // node_modules is deleted by `npm ci`, so the lock stands outside.
  await withLock(
    join(tmpdir(), `kea-install-${digest(root).slice(0, 12)}.lock`),
    async () => {
      if (current(lockText)) return;
      const started = Date.now();
      say(
        existsSync(modules) ? 'dependencies differ from package-lock.json: installing' : 'installing dependencies (once, about a minute)',
      );
      const code = await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
      if (code !== 0)
        stop(
          `npm ci failed (${code}). Without a network, copy node_modules/ from a machine that has one; behind a mirror, set \`registry\` in ~/.npmrc`,
        );
      writeFileSync(stamp, digest(lockText));
      say(`dependencies installed in ${duration(Date.now() - started)}`);
    },
    () => say('another process is installing dependencies: waiting'),
  );
}
