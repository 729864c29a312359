import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../core/package-root';

/** A file of a golden folder; `path` with `/`. */
export interface GoldenFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Compares rendered files with the folder `test/golden/<name>`: same paths, same bytes. `KEA_UPDATE_GOLDEN=1` writes the folder anew and prints
 * what changed, so that the change is reviewed as YAML.
 */
export function expectGolden(name: string, files: readonly GoldenFile[]): void {
  const folder = join(packageRoot(), 'test/golden', name);
  const differences = compare(folder, files);
  if (process.env['KEA_UPDATE_GOLDEN'] === '1') {
    if (differences.length > 0) process.stderr.write(`golden ${name}:\n${differences.join('\n')}\n`);
    update(folder, files);
    return;
  }
  if (differences.length === 0) return;
  throw new Error(`test/golden/${name} differs (KEA_UPDATE_GOLDEN=1 writes it anew):\n${differences.slice(0, 20).join('\n')}`);
}

function compare(folder: string, files: readonly GoldenFile[]): string[] {
  const wanted = new Map(files.map((file) => [file.path, file.text]));
  const present = existsSync(folder) ? readAll(folder) : new Map<string, string>();
  const differences: string[] = [];
  for (const path of [...new Set([...wanted.keys(), ...present.keys()])].sort()) {
    const [before, after] = [present.get(path), wanted.get(path)];
    if (before === after) continue;
    if (before === undefined) differences.push(`+ ${path}`);
    else if (after === undefined) differences.push(`- ${path}`);
    else differences.push(`~ ${path}\n${changedLines(before, after)}`);
  }
  return differences;
}

/** Lines between the common start and the common end. */
function changedLines(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const lines = (sign: string, text: readonly string[]): string[] =>
    text.slice(start, text.length - end).map((line) => `    ${start + 1} ${sign} ${line}`);
  return [...lines('-', old).slice(0, 12), ...lines('+', now).slice(0, 12)].join('\n');
}

function readAll(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')];
    }),
  );
}

function update(folder: string, files: readonly GoldenFile[]): void {
  rmSync(folder, { recursive: true, force: true });
  for (const file of files) {
    mkdirSync(dirname(join(folder, file.path)), { recursive: true });
    writeFileSync(join(folder, file.path), file.text);
  }
}
