import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function git(root: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync('git', ['-C', root, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
    env: { ...process.env, ...env },
  }).trim();
}

/** The commit that a word names in the repository of `root`, or undefined. */
export function commitOf(root: string, revision: string): string | undefined {
  try {
    return git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  } catch {
    return undefined;
  }
}

/**
 * Writes the files of a commit into a temporary folder and calls `work` with the project's place in it. Work tree and index of the repository stay
 * as they are; no hook runs.
 */
export async function withRevision<T>(root: string, commit: string, work: (root: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kea-revision-'));
  try {
    const env = { GIT_INDEX_FILE: join(folder, 'index') };
    const top = git(root, ['rev-parse', '--show-toplevel']);
    git(top, ['read-tree', commit], env);
    git(top, ['checkout-index', '--all', '--quiet', `--prefix=${join(folder, 'files')}/`], env);
    return await work(join(folder, 'files', git(root, ['rev-parse', '--show-prefix'])));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
