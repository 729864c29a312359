import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { cliFindings } from '../core/findings/cli';
import { finding } from '../core/findings/finding';
import { nearest } from '../core/names';
import { byBytes } from '../core/order';
import { Refusal } from './refusal';

/** Deepest place of a model below a models folder. */
const DEEPEST = 4;

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** `~/project/models` as a person says it from the project: with `/`, `.` for the project itself. */
export function shown(root: string, path: string): string {
  return relative(root, path).split(sep).join('/') || '.';
}

/** The project of a call: the nearest folder upwards that holds models/ or stacks/; the folder itself when there is none. */
export function projectOf(cwd: string, named?: string): string {
  const start = resolve(cwd, named ?? '.');
  if (!isFolder(start))
    throw new Refusal(
      finding(cliFindings.noProject, { message: `"${named ?? start}" is ${existsSync(start) ? 'not a folder' : 'not there'}` }),
    );
  for (let folder = start; ; folder = dirname(folder)) {
    if (isFolder(join(folder, 'models')) || isFolder(join(folder, 'stacks'))) return folder;
    if (dirname(folder) === folder) return start;
  }
}

/** Names of the stack files, in byte order. */
export function stackNames(root: string): readonly string[] {
  const folder = join(root, 'stacks');
  if (!isFolder(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort(byBytes);
}

/** Refuses a stack that has no file, naming the nearest one that has. */
export function requireStack(root: string, name: string): string {
  const names = stackNames(root);
  if (name === 'local' || names.includes(name)) return name;
  const close = nearest(name, names);
  throw new Refusal(
    finding(cliFindings.unknownStack, {
      message: `there is no stack "${name}"; there ${names.length > 0 ? `are ${names.join(', ')} and the built-in local` : 'is only the built-in local'}`,
      fix: close ? `did you mean "${close}"?` : `add stacks/${/^[a-z0-9-]+$/.test(name) ? name : '<name>'}.yaml, or name one of the others`,
    }),
  );
}

/** Names of the models below `models/`, in byte order; for completions and suggestions, never for judging. */
export function modelNames(root: string, folder = 'models', depth = 1): readonly string[] {
  const path = join(root, folder);
  if (depth > DEEPEST || !isFolder(path)) return [];
  const below = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return below
    .flatMap((entry) => {
      const child = join(folder, entry.name);
      return existsSync(join(root, child, 'model.yaml')) ? [entry.name] : modelNames(root, child, depth + 1);
    })
    .sort(byBytes);
}

/** A refusal that names the models there are. */
export function unknownModel(name: string, names: readonly string[]): Refusal {
  const close = nearest(name, names);
  return new Refusal(
    finding(cliFindings.unknownModel, {
      message: `there is no model "${name}"${names.length > 0 ? `; there are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}` : ''}`,
      ...(close ? { fix: `did you mean "${close}"?` } : {}),
    }),
  );
}
