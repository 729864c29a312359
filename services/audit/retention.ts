import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const DAY_MS = 86_400_000;

/** Removes record files that were last written more than `days` days before `now`, and names them. The file being written is younger by nature. */
export async function removeExpired(folder: string, days: number, now: number): Promise<string[]> {
  const removed: string[] = [];
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    if (!name.endsWith('.jsonl')) continue;
    const { mtimeMs } = await stat(join(folder, name));
    if (now - mtimeMs <= days * DAY_MS) continue;
    await rm(join(folder, name));
    removed.push(name);
  }
  return removed;
}
