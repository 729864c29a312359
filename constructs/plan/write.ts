import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { finding, type Finding } from '../../core/findings/finding';
import { planFindings } from '../../core/findings/plan';
import { INDEX_FILE, KUSTOMIZATION_FILE, type PlanFile, planFiles, type PlanIndex } from './files';
import type { Plan } from './plan-object';

/** What writing did; nothing was touched when there are findings. */
export interface WriteResult {
  readonly findings: readonly Finding[];
  /** Paths relative to the folder. */
  readonly written: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
  readonly bytes: number;
}

/** Names of the files under way: killed between two of them, the next run knows what is its own. */
const JOURNAL_FILE = 'kea-index.next';
const TEMPORARY = '.kea-tmp';

/**
 * Writes a plan into a folder. Each file is replaced by a rename, so that nobody ever reads half of one; a file that is as it should be is left
 * alone. Removes only files that an earlier run wrote, and refuses to write over any other. Killed half-way, the next run completes the work.
 * The only part of `constructs/` that touches a disk. Throws what the file system throws (a full disk, no permission).
 */
export function writePlan(plan: Pick<Plan, 'objects'>, folder: string): WriteResult {
  const { objects, index, kustomization } = planFiles(plan);
  const files = [...objects, kustomization];
  mkdirSync(folder, { recursive: true });
  const owned = ownedPaths(folder);
  const findings = foreignFiles(folder, [...files, index], owned);
  if (findings.length > 0) return { findings, written: [], removed: [], unchanged: 0, bytes: 0 };

  const wanted = new Set(files.map((file) => file.path));
  const stale = [...owned].filter((path) => !wanted.has(path) && path !== INDEX_FILE).sort();
  const changed = files.filter((file) => read(join(folder, file.path)) !== file.text);
  if (changed.length > 0 || stale.length > 0) {
    replace(join(folder, JOURNAL_FILE), JSON.stringify([...new Set([...owned, ...wanted])].sort()));
    const folders = new Set<string>();
    for (const file of changed) {
      const path = join(folder, file.path);
      const parent = dirname(path);
      if (!folders.has(parent)) mkdirSync(parent, { recursive: true });
      folders.add(parent);
      replace(path, file.text);
    }
    for (const path of stale) removeFile(folder, path);
  }
  if (read(join(folder, INDEX_FILE)) !== index.text) replace(join(folder, INDEX_FILE), index.text);
  rmSync(join(folder, JOURNAL_FILE), { force: true });
  return {
    findings: [],
    written: changed.map((file) => file.path),
    removed: stale,
    unchanged: files.length - changed.length,
    bytes: changed.reduce((sum, file) => sum + Buffer.byteLength(file.text), 0),
  };
}

/** Files that kea wrote here: by the index, and by the journal of a run that was cut short. */
function ownedPaths(folder: string): Set<string> {
  const owned = new Set<string>();
  const index = read(join(folder, INDEX_FILE));
  if (index !== undefined) {
    owned.add(INDEX_FILE);
    owned.add(KUSTOMIZATION_FILE);
    for (const path of indexPaths(index)) owned.add(path);
  }
  const journal = read(join(folder, JOURNAL_FILE));
  if (journal !== undefined) {
    owned.add(INDEX_FILE);
    for (const path of stringList(journal)) owned.add(path);
    for (const path of [...owned, INDEX_FILE]) rmSync(join(folder, path + TEMPORARY), { force: true });
  }
  rmSync(join(folder, JOURNAL_FILE + TEMPORARY), { force: true });
  return owned;
}

/** Paths of an index. One that cannot be read owns nothing: better to stop at a file in the way than to remove what is not ours. */
function indexPaths(text: string): string[] {
  try {
    const index = JSON.parse(text) as PlanIndex;
    return index.format === 1 ? index.files.map((entry) => entry.path).filter(isInside) : [];
  } catch {
    return [];
  }
}

function stringList(text: string): string[] {
  try {
    const list = JSON.parse(text) as unknown;
    return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string').filter(isInside) : [];
  } catch {
    return [];
  }
}

/** An index that somebody edited must not lead out of the folder. */
function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..');
}

function foreignFiles(folder: string, files: readonly PlanFile[], owned: ReadonlySet<string>): Finding[] {
  return files
    .filter((file) => !owned.has(file.path) && existsSync(join(folder, file.path)) && read(join(folder, file.path)) !== file.text)
    .map((file) =>
      finding(planFindings.foreignFile, {
        message: `"${file.path}" in the output folder was not written by kea`,
        place: { file: file.path },
      }),
    );
}

function removeFile(folder: string, path: string): void {
  rmSync(join(folder, path), { force: true });
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    try {
      rmdirSync(join(folder, parent));
    } catch {
      return; // not empty: somebody's file stands there
    }
  }
}

function replace(path: string, text: string): void {
  writeFileSync(path + TEMPORARY, text);
  renameSync(path + TEMPORARY, path);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
