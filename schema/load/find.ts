import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { documentFindings as kind } from '../../core/findings/documents';
import { finding, type Finding } from '../../core/findings/finding';
import { parseContractName, parseModelName, type ModelName } from '../../core/names';
import { byBytes } from '../../core/order';
import { frameworkOf } from '../resolve/framework';

/** Levels below a models folder at which a model may stand. */
export const maxFolderDepth = 4;
/** Levels that are looked through for models that stand too far down. */
const searchDepth = 7;

/** A model's folder and the documents in it; paths are relative to the project, with `/`. */
export interface FoundModel {
  readonly name: ModelName;
  readonly folder: string;
  readonly model: string;
  /** Contract files, oldest contract first. */
  readonly contracts: readonly { readonly contract: string; readonly file: string }[];
}

export interface FoundModels {
  /** In byte order of name. */
  readonly models: readonly FoundModel[];
  readonly findings: readonly Finding[];
}

/** Looks for models below the folders `from`, in byte order, without leaving them. */
export function findModels(root: string, from: readonly string[]): FoundModels {
  const findings: Finding[] = [];
  const found: FoundModel[] = [];
  for (const folder of from) searchFolder(root, folder, found, findings);
  if (found.length === 0 && findings.length === 0) {
    findings.push(finding(kind.noModels, { message: `no model.yaml below ${from.join(', ')}`, place: { file: from[0] ?? 'models' } }));
  }
  return { models: distinct(found, findings), findings };
}

/** Names of the stacks that have a file, in byte order. */
export function findStacks(root: string): readonly string[] {
  return entriesOf(join(root, 'stacks'))
    .filter((entry) => entry.name.endsWith('.yaml') && !entry.isDirectory())
    .map((entry) => entry.name.slice(0, -'.yaml'.length))
    .sort(byBytes);
}

/** Files of the folder of stacks that look like a stack and are not read, and a `stacks` that is no folder. */
export function misnamedStacks(root: string, severity: 'error' | 'warning'): readonly Finding[] {
  const top = join(root, 'stacks');
  if (realPath(top) !== undefined && !isFolder(top)) {
    return [finding(kind.unreadable, { message: '"stacks" is a file, must be a folder of stack files', place: { file: 'stacks' } })];
  }
  return entriesOf(top)
    .filter(({ name }) => /\.ya?ml$/i.test(name) && !name.endsWith('.yaml'))
    .map(({ name }) => {
      const message = `"${name}" is not read; did you mean "${name.replace(/\.[^.]*$/, '.yaml')}"?`;
      return finding(kind.misnamedFile, { message, place: { file: `stacks/${name}` }, severity });
    });
}

/** True when a path that exists, its links followed, is inside a folder. */
export function staysInside(folder: string, path: string): boolean {
  try {
    const inner = relative(realpathSync.native(folder), realpathSync.native(path));
    return inner === '' || (!inner.startsWith('..') && resolve(inner) !== inner);
  } catch {
    return false;
  }
}

/** Whether a file exists, and whether its links keep it below a folder of the project. */
export function existsBelow(root: string, folder: string, file: string): 'inside' | 'outside' | 'missing' {
  const path = resolve(root, file);
  if (realPath(path) === undefined) return 'missing';
  return staysInside(resolve(root, folder), path) ? 'inside' : 'outside';
}

function searchFolder(root: string, from: string, found: FoundModel[], findings: Finding[]): void {
  const top = resolve(root, from);
  const shown = from.split(sep).join('/').replace(/\/+$/, '');
  if (!isFolder(top)) {
    findings.push(finding(kind.noModelsFolder, { message: `the folder "${shown}" does not exist`, place: { file: shown } }));
    return;
  }
  if (!staysInside(root, top)) {
    findings.push(
      finding(kind.leavesFolder, {
        message: `the folder "${shown}" is outside the project`,
        place: { file: shown },
        fix: 'name a folder inside the project',
      }),
    );
    return;
  }
  const seen = new Set<string>();
  const search = (folder: string, path: string, depth: number, inside: string | undefined): void => {
    const real = realPath(folder);
    if (real === undefined) {
      findings.push(finding(kind.unreadable, { message: 'the folder cannot be read: its name is not UTF-8', place: { file: path } }));
      return;
    }
    if (seen.has(real)) return;
    seen.add(real);
    const entries = readable(folder, path, findings);
    const model = entries.find((entry) => entry.name === 'model.yaml');
    if (model && depth > 0) takeModel({ folder: path, entries, depth, inside }, found, findings);
    if (model && depth === 0) {
      findings.push(
        finding(kind.modelName, {
          message: `model.yaml stands in "${shown}" itself`,
          place: { file: `${path}/model.yaml` },
          fix: "move it into a folder that has the model's name",
        }),
      );
    }
    if (depth >= searchDepth) return;
    const here = model && depth > 0 ? path : inside;
    if (here === undefined && depth > 0) findings.push(...withoutModel(path, entries));
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const next = join(folder, entry.name);
      // Links to files are judged when the file is read.
      if (entry.isSymbolicLink() && isFolder(next) && !staysInside(top, next)) {
        findings.push(
          finding(kind.leavesFolder, {
            message: `the link "${entry.name}" leads outside "${shown}"`,
            place: { file: `${path}/${entry.name}` },
          }),
        );
      } else if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(next))) search(next, `${path}/${entry.name}`, depth + 1, here);
    }
  };
  search(top, shown, 0, undefined);
}

interface Candidate {
  readonly folder: string;
  readonly entries: readonly Dirent[];
  readonly depth: number;
  /** The model in whose folder this one stands. */
  readonly inside: string | undefined;
}

function takeModel({ folder, entries, depth, inside }: Candidate, found: FoundModel[], findings: Finding[]): void {
  const file = `${folder}/model.yaml`;
  const name = parseModelName(folder.slice(folder.lastIndexOf('/') + 1));
  const report = (which: Parameters<typeof finding>[0], message: string, at = file): void =>
    void findings.push(finding(which, { message, place: { file: at } }));
  if (inside !== undefined) return report(kind.nestedModel, `the model stands inside the model "${inside}"`);
  if (depth > maxFolderDepth)
    return report(kind.tooFarDown, `the model stands ${depth} levels down, at most ${maxFolderDepth} are searched`);
  if (!name.ok) return report(kind.modelName, `"${folder.slice(folder.lastIndexOf('/') + 1)}" ${name.reason}`);
  const contracts: { readonly contract: string; readonly file: string }[] = [];
  for (const entry of entries) {
    const stem = entry.name.endsWith('.yaml') ? entry.name.slice(0, -'.yaml'.length) : undefined;
    if (stem !== undefined && parseContractName(stem).ok) contracts.push({ contract: stem, file: `${folder}/${entry.name}` });
    else if (almostRead(entry.name))
      report(kind.misnamedFile, `"${entry.name}" is not read; did you mean "${almostRead(entry.name)}"?`, `${folder}/${entry.name}`);
  }
  contracts.sort((a, b) => Number(a.contract.slice(1)) - Number(b.contract.slice(1)));
  found.push({ name: name.value, folder, model: file, contracts });
}

/** What stands in a folder that no model claims, and looks as if a model was meant. */
function withoutModel(folder: string, entries: readonly Dirent[]): readonly Finding[] {
  const files = entries.filter((entry) => !entry.isDirectory());
  const contract = files.find(({ name }) => name.endsWith('.yaml') && parseContractName(name.slice(0, -'.yaml'.length)).ok);
  const misnamed = files.find(({ name }) => almostRead(name) === 'model.yaml');
  const artifact = files.find(({ name }) => frameworkOf(name, undefined) !== undefined);
  const entry = misnamed ?? contract ?? artifact;
  if (entry === undefined) return [];
  const place = { file: `${folder}/${entry.name}` };
  if (entry === misnamed) {
    return [finding(kind.misnamedFile, { message: `"${entry.name}" is not read; did you mean "model.yaml"?`, place })];
  }
  const fix = entry === contract ? 'add a model.yaml beside it' : `write \`artifact: ${entry.name}\` into ${folder}/model.yaml`;
  return [finding(kind.misnamedFile, { message: `"${entry.name}" stands in a folder that has no model.yaml`, place, fix })];
}

/** The name that was meant by one that differs in case, suffix or leading zeros only. */
function almostRead(name: string): string | undefined {
  if (/^model\.ya?ml$/i.test(name) && name !== 'model.yaml') return 'model.yaml';
  const number = /^v0*([0-9]+)\.ya?ml$/i.exec(name)?.[1];
  return number === undefined ? undefined : `v${number === '0' ? '1' : number}.yaml`;
}

/** One model a name; the others become findings. */
function distinct(found: readonly FoundModel[], findings: Finding[]): readonly FoundModel[] {
  const byName = new Map<string, FoundModel>();
  for (const model of found) {
    const first = byName.get(model.name);
    if (!first) byName.set(model.name, model);
    else if (first.folder !== model.folder) {
      findings.push(
        finding(kind.sameName, {
          message: `the name "${model.name}" is taken by ${first.folder}`,
          place: { file: model.model },
          related: [{ message: 'the first one', place: { file: first.model } }],
          model: model.name,
        }),
      );
    }
  }
  return [...byName.values()].sort((a, b) => byBytes(a.name, b.name));
}

function readable(folder: string, path: string, findings: Finding[]): readonly Dirent[] {
  try {
    return entriesOrThrow(folder);
  } catch (error) {
    findings.push(finding(kind.unreadable, { message: `the folder cannot be read: ${reason(error)}`, place: { file: path } }));
    return [];
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return entriesOrThrow(folder);
  } catch {
    return [];
  }
}

function entriesOrThrow(folder: string): readonly Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => byBytes(a.name, b.name));
}

/** Where a path really is; nothing for a name that cannot be said in UTF-8. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** False also for a link that leads to itself. */
function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

const REASONS: { readonly [code: string]: string } = {
  ENOENT: 'it is not there, or is a link to nothing',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ELOOP: 'it is a link that leads back to itself',
  ENXIO: 'it is no file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is no folder',
};

/** What went wrong, in words; the system's own word, such as `EIO`, where there are none. */
export function reason(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? (REASONS[code] ?? code) : 'unknown error';
}
