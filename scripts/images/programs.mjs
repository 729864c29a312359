// What the images of KEA's own programs hold: the compiled files that a program reaches, and the packages that those name. Nothing is listed by hand
// but what is read at run time by path.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { billOfMaterials } from './bill.mjs';
import { manifest as ownManifest, root } from '../lib/project.mjs';

/** Images by name: the programs that each holds. Kept apart so that a change of the gateway's programs restarts no model. */
export const OWN_IMAGES = {
  services: () => programs().filter((name) => !['model-server', 'artifact-fetch', 'example-check'].includes(name)),
  agent: () => ['artifact-fetch', 'example-check'],
  modelServer: () => ['model-server'],
};

/** Packages of which only these files are read, by path, at run time. */
const FILES_ONLY = {
  processor: { '@grpc/grpc-js-xds': ['package.json', 'deps'], recheck: ['package.json', 'lib/browser.js'] },
  portal: { '@scalar/api-reference': ['package.json', 'dist/browser'] },
};
const NEVER_RUN = /\.(d\.[cm]?ts|map|md|markdown|flow|tsbuildinfo)$|(^|\/)(test|tests|__tests__|docs|examples?|\.github)(\/|$)/i;

/** Folders below services/ that hold a program. */
function programs() {
  return readdirSync(join(root, 'services')).filter((name) => existsSync(join(root, 'services', name, 'main.ts')));
}

/** Every compiled file that the programs reach, relative to dist/, and the packages that those name. */
export function reach(names) {
  const dist = join(root, 'dist');
  const files = new Set();
  const packages = new Set();
  const waiting = names.map((name) => join(dist, 'services', name, 'main.js'));
  for (const name of names) for (const file of extraFiles(join(dist, 'services', name))) waiting.push(file);
  while (waiting.length > 0) {
    const file = waiting.pop();
    const key = relative(dist, file);
    if (files.has(key)) continue;
    files.add(key);
    if (!file.endsWith('.js')) continue;
    for (const [, wanted] of readFileSync(file, 'utf8').matchAll(/(?:require|import)\("([^"]+)"\)/g)) {
      if (wanted.startsWith('.')) waiting.push(resolveFile(join(dirname(file), wanted)));
      else if (!wanted.startsWith('node:'))
        packages.add(
          wanted
            .split('/')
            .slice(0, wanted.startsWith('@') ? 2 : 1)
            .join('/'),
        );
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}

function resolveFile(path) {
  const found = [path, `${path}.js`, join(path, 'index.js'), `${path}.json`].find((each) =>
    statSync(each, { throwIfNoEntry: false })?.isFile(),
  );
  if (!found) throw new Error(`${relative(root, path)} is required and was not compiled`);
  return found;
}

/** Files that a program starts or reads by path: its workers and threads, its pages. */
function extraFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => /\.(svg|css|html|json)$/.test(file) || /^(worker\/main|thread)\.js$/.test(file))
    .map((file) => join(folder, file));
}

/** Folders of node_modules that the packages need, by the lockfile. */
export function packageClosure(names) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const seen = new Set();
  const visit = (key) => {
    if (!key || seen.has(key) || key.includes('node_modules/@types/')) return;
    seen.add(key);
    const { dependencies, optionalDependencies } = lock[key];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) visit(nearest(lock, key, name));
  };
  for (const name of names) visit(nearest(lock, '', name) ?? missing(name));
  return [...seen].sort();
}

function missing(name) {
  throw new Error(`package ${name} is not in package-lock.json`);
}

/** Node's own search for a package from the folder `from`. */
function nearest(lock, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/'))).replace(/\/$/, '')) {
    const key = `${folder ? `${folder}/` : ''}node_modules/${name}`;
    if (lock[key]) return key;
    if (folder === '') return undefined;
  }
}

/** What decides an image's files: the text of the reached programs, and each package with the digest that the lockfile states. */
export function content(image) {
  const { files, packages } = reach(OWN_IMAGES[image]());
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return [
    ...files.map((file) => `${file}\n${readFileSync(join(root, 'dist', file), 'utf8')}`),
    ...packageClosure(packages).map((key) => `${key} ${lock[key].integrity}`),
  ];
}

/** Lays the image's files out below `target`: `dist/`, `node_modules/`, `package.json`, and the bill of materials. */
export async function stage(image, target) {
  const names = OWN_IMAGES[image]();
  const { files, packages } = reach(names);
  for (const file of files) place(join(root, 'dist', file), join(target, 'dist', file));
  const whole = packageClosure(packages);
  for (const key of whole) {
    cpSync(join(root, key), join(target, key), {
      recursive: true,
      filter: (from) => {
        const inside = relative(join(root, key), from);
        return inside === '' || (inside.split('/')[0] !== 'node_modules' && !NEVER_RUN.test(inside) && runsHere(inside));
      },
    });
  }
  for (const name of names)
    for (const [folder, parts] of Object.entries(FILES_ONLY[name] ?? {}))
      for (const part of parts) place(join(root, 'node_modules', folder, part), join(target, 'node_modules', folder, part));
  const { name, version, license } = ownManifest;
  const filesOnly = names.flatMap((name) => Object.keys(FILES_ONLY[name] ?? {}));
  writeFileSync(
    join(target, 'bill-of-materials.cdx.json'),
    await billOfMaterials([...whole, ...filesOnly.map((name) => `node_modules/${name}`)], [...packages, ...filesOnly], filesOnly),
  );
  writeFileSync(join(target, 'package.json'), `${JSON.stringify({ name, version, license, private: true }, null, 2)}\n`);
  return { programs: names, packages: whole };
}

function place(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, filter: (file) => !/\.map$/.test(basename(file)) });
}

/** Binaries for other systems, of which onnxruntime brings some, stay behind. */
function runsHere(inside) {
  const system = /^bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(inside);
  return !system || (system[1] === 'linux' && (system[2] === undefined || system[2] === process.arch));
}
