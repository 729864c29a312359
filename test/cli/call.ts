import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../core/package-root';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const root = packageRoot();

// Tests of the command line judge the built program, so it must be what the sources say.
execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'pipe'] });

export interface CallOptions {
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
}

/** Runs the real built `kea` as a process. */
export function kea(args: readonly string[], options: CallOptions = {}): Promise<Outcome> {
  const { FORCE_COLOR: _force, NO_COLOR: _no, NODE_OPTIONS: _options, KEA_PACKAGE_ROOT: _root, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'dist/cli/bin.js'), ...args], {
      cwd: options.cwd ?? root,
      env: { ...env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A throw-away project; `files` are relative paths with their text. Removed after the test file. */
export function project(files: { readonly [path: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'kea-cli-'));
  made.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A throw-away copy of the sample models and stacks. */
export function sampleProject(): string {
  const folder = project({});
  for (const each of ['models', 'stacks']) cpSync(join(root, each), join(folder, each), { recursive: true });
  return folder;
}

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});
