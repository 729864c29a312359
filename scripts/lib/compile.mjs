// TypeScript to dist/ by swc, as CommonJS, each file once per content. A second run reads and hashes the sources and does nothing else.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { root } from './project.mjs';

/** Folders that become code of the package. */
const SOURCES = ['core', 'schema', 'constructs', 'policies', 'stacks', 'services', 'cli'];
/** Files that the compiled code reads beside itself. */
const COPIED = ['.json', '.proto', '.html', '.css', '.svg'];
const LEFT_OUT = new Set(['tsconfig.json', 'package.json', 'package-lock.json']);
const dist = join(root, 'dist');
const memory = join(dist, '.build.json');

const hash = (data) => createHash('sha1').update(data).digest('hex');

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') yield* walk(path);
    } else if (entry.isFile()) yield path;
  }
}

const slashed = (path) => relative(root, path).split(sep).join('/');

/** Source → outputs, all relative to the checkout. */
function outputsOf(source) {
  if (!source.endsWith('.ts')) return [`dist/${source}`];
  const stem = `dist/${source.slice(0, -3)}`;
  return [`${stem}.js`, `${stem}.js.map`];
}

function findSources() {
  const found = new Map();
  for (const folder of SOURCES) {
    if (!existsSync(join(root, folder))) continue;
    for (const path of walk(join(root, folder))) {
      const file = slashed(path);
      const name = file.slice(file.lastIndexOf('/') + 1);
      const compiled = file.endsWith('.ts') && !file.endsWith('.d.ts');
      const copied = COPIED.some((suffix) => name.endsWith(suffix)) && !LEFT_OUT.has(name);
      if (compiled || copied) found.set(file, hash(readFileSync(path)));
    }
  }
  return found;
}

/** What besides the sources decides the output: this file and swc's version. */
function toolDigest() {
  const swc = createRequire(import.meta.url).resolve('@swc/core/package.json');
  return hash(readFileSync(fileURLToPath(import.meta.url))) + hash(readFileSync(swc));
}

function remembered(tool) {
  try {
    const state = JSON.parse(readFileSync(memory, 'utf8'));
    return state.tool === tool ? new Map(Object.entries(state.files)) : new Map();
  } catch {
    return new Map();
  }
}

/** An output counts as there when it has the size that was written. */
function intact(source, entry) {
  return outputsOf(source).every((output, index) => {
    try {
      return statSync(join(root, output)).size === entry.sizes[index];
    } catch {
      return false;
    }
  });
}

function writeAtomically(path, data) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, data);
  renameSync(temporary, path);
}

function transform(swc, source) {
  const { code, map } = swc.transformFileSync(join(root, source), {
    cwd: root,
    swcrc: false,
    configFile: false,
    filename: source,
    sourceFileName: relative(dirname(join(dist, source)), join(root, source))
      .split(sep)
      .join('/'),
    sourceMaps: true,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true, rewriteRelativeImportExtensions: true },
    // Packages that are ES modules only are reached by Node's own require, from 20.19 on.
    module: { type: 'commonjs', importInterop: 'swc' },
  });
  const name = source.slice(source.lastIndexOf('/') + 1, -3);
  return [`${code}//# sourceMappingURL=${name}.js.map\n`, map];
}

function removeStale(sources) {
  const kept = new Set(['dist/.build.json', 'dist/.build.lock']);
  for (const source of sources.keys()) {
    for (const output of outputsOf(source)) kept.add(output);
    if (source.endsWith('.ts')) kept.add(`dist/${source.slice(0, -3)}.d.ts`);
  }
  let removed = 0;
  for (const path of [...walk(dist)]) {
    if (kept.has(slashed(path))) continue;
    rmSync(path, { force: true });
    removed += 1;
    for (let folder = dirname(path); folder !== dist && readdirSync(folder).length === 0; folder = dirname(folder)) rmdirSync(folder);
  }
  return removed;
}

function work(sources, before, tool) {
  const swc = createRequire(import.meta.url)('@swc/core');
  const after = {};
  const errors = [];
  let compiled = 0;
  for (const [source, digest] of sources) {
    const entry = before.get(source);
    if (entry?.digest === digest && intact(source, entry)) {
      after[source] = entry;
      continue;
    }
    try {
      const texts = source.endsWith('.ts') ? transform(swc, source) : [readFileSync(join(root, source))];
      outputsOf(source).forEach((output, index) => writeAtomically(join(root, output), texts[index]));
      after[source] = { digest, sizes: texts.map((text) => Buffer.byteLength(text)) };
      compiled += 1;
    } catch (error) {
      errors.push(`${source}: ${String(error.message ?? error).trim()}`);
    }
  }
  const removed = removeStale(sources);
  writeAtomically(memory, JSON.stringify({ tool, files: after }));
  return { compiled, removed, errors };
}

/**
 * Brings dist/ up to date. Returns how many files were compiled or copied, how many stale outputs were removed, and what swc could not read.
 * Safe when several processes build at once: one works, the others wait and find nothing left to do.
 */
export async function build() {
  const tool = toolDigest();
  const sources = findSources();
  const before = remembered(tool);
  const upToDate =
    before.size === sources.size &&
    [...sources].every(([source, digest]) => before.get(source)?.digest === digest && intact(source, before.get(source)));
  if (upToDate) return { compiled: 0, removed: 0, errors: [] };
  return withLock(join(dist, '.build.lock'), () => work(findSources(), remembered(tool), tool));
}
