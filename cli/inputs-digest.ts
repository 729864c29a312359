import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { sha256Hex } from '../core/digests';
import { packageRoot } from '../core/package-root';

/** Larger files (weights) are known by size, times and inode, as git knows files; all others by their bytes. */
const READ_BYTES = 1024 * 1024;
/** A large file that changed so lately could change again without its times telling. */
const SETTLED_MS = 2000;

/**
 * Digest of everything below some paths of a project; a path that is missing counts as that. Nothing where a digest would not be certain: a
 * link, which may lead anywhere, a large file that is still being written, a file that cannot be read, the whole project with its output.
 */
export function inputsDigest(root: string, paths: readonly string[]): string | undefined {
  if (paths.some((path) => resolve(root, join('.', path)) === resolve(root))) return undefined;
  const lines: string[] = [];
  try {
    for (const path of paths) addPath(root, path, lines);
  } catch (error) {
    if (error === uncertain || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
  return sha256Hex(lines.join('\n'));
}

const uncertain = Symbol('no certain digest');

function addPath(root: string, path: string, lines: string[]): void {
  const stat = lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false });
  if (stat?.isDirectory()) {
    for (const name of readdirSync(join(root, path)).sort()) addPath(root, `${path}/${name}`, lines);
  } else if (stat === undefined) lines.push(JSON.stringify([path]));
  else if (!stat.isFile()) throw uncertain;
  else if (stat.size <= READ_BYTES) lines.push(JSON.stringify([path, sha256Hex(readFileSync(join(root, path)))]));
  else if (Date.now() - Number(stat.ctimeMs) < SETTLED_MS) throw uncertain;
  else lines.push(JSON.stringify([path, [stat.size, stat.mtimeNs, stat.ctimeNs, stat.ino].map(String)]));
}

/** Digest of the program itself: its own compiled files, the versions of what it depends on, as far as that is installed, and Node's. */
export function programDigest(): string {
  const root = packageRoot();
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly dependencies?: { readonly [name: string]: string };
    readonly peerDependencies?: { readonly [name: string]: string };
  };
  const libraries = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).flatMap((name) => manifestOf(name, root) ?? []);
  const files = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return sha256Hex([process.version, ...[...files, ...libraries].map((file) => `${file} ${sha256Hex(readFileSync(file))}`)].join('\n'));
}

/** Manifest of a library as Node would find it from a folder; undefined for an optional peer that nobody installed. */
function manifestOf(name: string, folder: string): string | undefined {
  const file = join(folder, 'node_modules', name, 'package.json');
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? undefined : manifestOf(name, dirname(folder));
}
