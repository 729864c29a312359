import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { x as extract } from 'tar';
import type { Budget } from './budget';
import { FetchFailure } from './failure';
import { safePath } from './safe-path';

const MOST_ENTRIES = 100_000;

interface Entry {
  readonly type?: string;
  readonly size: number;
  mode?: number;
}

/**
 * Unpacks a tar archive, gzipped or not, below a new folder. Only files and folders are taken: a link, a device or a path that
 * leaves the folder ends it with `FetchFailure`, because who made the archive meant something that must not happen.
 */
export async function unpack(file: string, folder: string, budget: Budget): Promise<void> {
  await mkdir(folder);
  let refused: FetchFailure | undefined;
  let entries = 0;
  let files = 0;
  const unpacking = extract({
    cwd: folder,
    strict: true,
    preservePaths: false,
    preserveOwner: false,
    noMtime: true,
    filter: (path, entry) => {
      if (refused) return false;
      try {
        const found = entry as Entry;
        judge(path, found, (entries += 1), budget);
        if (found.type !== 'Directory') files++;
        // Whatever the archive says, nothing becomes executable, writable for others or set-user-id.
        found.mode = found.type === 'Directory' ? 0o755 : 0o644;
      } catch (error) {
        refused = error as FetchFailure;
      }
      return refused === undefined;
    },
  });
  try {
    await pipeline(createReadStream(file), unpacking);
  } catch (error) {
    throw refused ?? new FetchFailure(`the artifact is not a whole tar archive: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (refused) throw refused;
  if (files === 0) throw new FetchFailure('the artifact is an archive without files');
}

function judge(path: string, entry: Entry, count: number, budget: Budget): void {
  if (count > MOST_ENTRIES) throw new FetchFailure(`the archive holds more than ${MOST_ENTRIES} entries`);
  if (entry.type === 'Directory' && /^\.?\/*$/.test(path)) return;
  safePath(path);
  if (entry.type === 'Directory') return;
  if (entry.type !== 'File' && entry.type !== 'OldFile' && entry.type !== 'ContiguousFile') {
    throw new FetchFailure(`the archive holds ${JSON.stringify(path.slice(0, 200))}, which is a ${entry.type ?? 'thing'} and not a file`);
  }
  budget.spend(entry.size);
}
