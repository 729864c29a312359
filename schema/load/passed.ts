import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PassedChecks } from '../checks/examples';

/** Most digests that are kept: some 2,000 models with their earlier states. */
const MOST = 50_000;

/**
 * Digests of what earlier runs found right, one a line, in `.kea/cache/checks`. Only good news is kept, and only by content: a lost or damaged
 * file costs time, never a finding. Digests that a run did not ask for go first when the file is full.
 */
export interface PassedFile extends PassedChecks {
  save(): void;
}

export function openPassed(root: string): PassedFile {
  const file = join(root, '.kea', 'cache', 'checks');
  const known = new Set(read(file));
  const used = new Set<string>();
  let changed = false;
  return {
    has: (digest) => {
      if (!known.has(digest)) return false;
      used.add(digest);
      return true;
    },
    add: (digest) => {
      used.add(digest);
      changed = true;
    },
    save: () => {
      if (changed) write(file, [...used, ...[...known].filter((digest) => !used.has(digest))].slice(0, MOST));
    },
  };
}

function read(file: string): readonly string[] {
  try {
    return readFileSync(file, 'latin1')
      .split('\n')
      .filter((line) => /^[0-9a-f]{64}$/.test(line));
  } catch {
    return [];
  }
}

/** By rename, so that a reader never sees half a file; a folder that cannot be written only means that nothing is remembered. */
function write(file: string, digests: readonly string[]): void {
  const half = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(half, `${digests.join('\n')}\n`);
      renameSync(half, file);
    } finally {
      rmSync(half, { force: true });
    }
  } catch {
    return;
  }
}
