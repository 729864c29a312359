import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { finding, type Finding } from '../../core/findings/finding';
import { planFindings } from '../../core/findings/plan';
import {
  INDEX_FILE,
  indexEntry,
  JOURNAL_FILE,
  kustomizationPaths,
  listFiles,
  objectPath,
  objectText,
  planFiles,
  type PlanIndex,
} from './files';
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

const TEMPORARY = '.kea-tmp';

/**
 * Writes a plan into a folder. Each file is replaced by a rename, so that nobody ever reads half of one; a file that is as it should be is left
 * alone. Removes only files that an earlier run wrote, and refuses to write over any other. Killed half-way, the next run completes the work.
 * The only part of `constructs/` that touches a disk. Throws what the file system throws (a full disk, no permission).
 */
export function writePlan(plan: Pick<Plan, 'objects'>, folder: string): WriteResult {
  makeFolder(folder);
  const owned = ownedPaths(folder);
  const findings = foreignFiles(folder, plan, owned);
  if (findings.length > 0) return { findings, written: [], removed: [], unchanged: 0, bytes: 0 };

  const paths = plan.objects.map(objectPath);
  const wanted = new Set([...paths, ...kustomizationPaths(paths)]);
  const stale = [...owned].filter((path) => !wanted.has(path) && path !== INDEX_FILE).sort();
  const writer = new Writer(folder, () => JSON.stringify([...new Set([...owned, ...wanted])].sort()));
  // One text at a time: all of them together would be as large as the plan itself.
  const entries = plan.objects.map((object) => {
    const text = objectText(object);
    const entry = indexEntry(object, text);
    writer.put(entry.path, text);
    return entry;
  });
  const { index, kustomizations } = listFiles(entries);
  for (const { path, text } of kustomizations) writer.put(path, text);
  for (const path of stale) writer.remove(path);
  if (read(join(folder, INDEX_FILE)) !== index.text) replace(join(folder, INDEX_FILE), index.text);
  rmSync(join(folder, JOURNAL_FILE), { force: true });
  return { findings: [], written: writer.written, removed: stale, unchanged: wanted.size - writer.written.length, bytes: writer.bytes };
}

/** Changes files of one folder; before the first change it leaves the journal. */
class Writer {
  readonly written: string[] = [];
  bytes = 0;
  private begun = false;
  private readonly parents = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly journal: () => string,
  ) {}

  put(path: string, text: string): void {
    const file = join(this.folder, path);
    // Asking first is cheaper than the error that reading a missing file throws.
    if (existsSync(file) && read(file) === text) return;
    this.begin();
    const parent = dirname(file);
    if (!this.parents.has(parent)) makeFolder(parent);
    this.parents.add(parent);
    replace(file, text);
    this.written.push(path);
    this.bytes += Buffer.byteLength(text);
  }

  remove(path: string): void {
    this.begin();
    removeFile(this.folder, path);
  }

  private begin(): void {
    if (!this.begun) replace(join(this.folder, JOURNAL_FILE), this.journal());
    this.begun = true;
  }
}

/** Files that kea wrote here: by the index, and by the journal of a run that was cut short. */
function ownedPaths(folder: string): Set<string> {
  const owned = new Set<string>();
  const index = read(join(folder, INDEX_FILE));
  if (index !== undefined) {
    const paths = indexPaths(index);
    for (const path of [INDEX_FILE, ...paths, ...kustomizationPaths(paths)]) owned.add(path);
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

/** Files in the way; one that is as it should be already is none, such as after a run without its index. */
function foreignFiles(folder: string, plan: Pick<Plan, 'objects'>, owned: ReadonlySet<string>): Finding[] {
  const inTheWay = (path: string): boolean => !owned.has(path) && existsSync(join(folder, path));
  const differs = (path: string, text: string): boolean => read(join(folder, path)) !== text;
  const objects = plan.objects.filter((object) => inTheWay(objectPath(object)));
  const lists = [...kustomizationPaths(plan.objects.map(objectPath)), INDEX_FILE].filter(inTheWay);
  const { kustomizations = [], index } = lists.length > 0 ? planFiles(plan) : {};
  const wanted = new Map([...kustomizations, ...(index ? [index] : [])].map(({ path, text }) => [path, text]));
  return [
    ...objects.filter((object) => differs(objectPath(object), objectText(object))).map(objectPath),
    ...lists.filter((path) => differs(path, wanted.get(path) ?? '')),
  ].map((path) =>
    finding(planFindings.foreignFile, { message: `"${path}" in the output folder was not written by kea`, place: { file: path } }),
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

/** Makes a folder and those above it, one by one: below /proc, Node's own recursive call never ends. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}
