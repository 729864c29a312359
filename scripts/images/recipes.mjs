// How each image is made from real parts of this machine: the same programs that its published image runs, under the same name and user.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from '../lib/project.mjs';
import { ensure } from '../parts/index.mjs';
import { execute } from '../parts/tools.mjs';
import { keycloakRecipe, whereIs } from './keycloak.mjs';
import { postgresRecipe } from './postgres.mjs';
import { content, stage } from './programs.mjs';

const require = createRequire(import.meta.url);
const PLACE = '/kea';
const NODE = '/usr/bin/node';

const digest = (...texts) => createHash('sha256').update(texts.join('\n')).digest('hex');

/** Names, tags and users as the plan writes them. */
function planned() {
  return require(join(root, 'dist/constructs/shared/images.js'));
}

/** An image of KEA's own programs. */
function own(which) {
  return {
    image: () => planned().KeaImage[which],
    files: ['programs.mjs', 'bill.mjs'],
    key: async () => digest(process.version, ...content(which)),
    async make(into) {
      await into.program(process.execPath, NODE);
      into.certificates();
      mkdirSync(into.path(PLACE), { recursive: true });
      await stage(which, into.path(PLACE));
      for (const native of nativeFiles(into.path(PLACE))) await into.libraries(native);
      return { workdir: PLACE, environment: { NODE_ENV: 'production' } };
    },
  };
}

/** Compiled addons and the libraries beside them: what they need of the system must be in the image. */
function nativeFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => /\.(node|so(\.\d+)*)$/.test(file))
    .map((file) => join(folder, file));
}

/** What every image with a C library has of it, whoever needs it: compiled addons name the small ones, too. */
async function systemLibraries(into) {
  const [, folder] = /(\S+)\/libc\.so\.6/.exec(await execute('ldd', [process.execPath]));
  for (const name of ['libdl.so.2', 'libm.so.6', 'libpthread.so.0', 'librt.so.1', 'libutil.so.1', 'libresolv.so.2'])
    if (existsSync(join(folder, name))) into.copy(join(folder, name));
}

/** A program that is one file with its libraries. */
function single(which, part, target, { user, beside = [] } = {}) {
  return {
    image: () => planned().PlatformImage[which],
    user,
    key: async () => digest(await ensure(part), part),
    async make(into) {
      await into.program(await ensure(part), target);
      for (const name of beside) await into.program(await whereIs(name), join(dirname(target), name));
      into.certificates();
      return { entrypoint: [target] };
    },
  };
}

/** The part's starter lies in Keycloak's own folder. */
async function keycloakDistribution() {
  return dirname(await ensure('keycloak'));
}

/** Recipe: `image` names it, `key` tells when it must be made again, `make` fills the root and returns how it starts, `files` beside this one have a part in that. */
export const recipes = {
  services: own('services'),
  agent: own('agent'),
  modelServer: own('modelServer'),
  'base-build': {
    image: () => planned().BaseImage.build,
    user: { uid: 0, gid: 0 },
    key: async () => digest(process.version, await whereIs('npm')),
    // Where Node's own image has it: our Dockerfile takes it from there.
    async make(into) {
      await into.program(process.execPath, '/usr/local/bin/node');
      into.copy(dirname(dirname(realpathSync(await whereIs('npm')))), '/usr/local/lib/node_modules/npm');
      for (const name of ['npm', 'npx']) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, into.path(`/usr/local/bin/${name}`));
      for (const tool of ['sh', 'env', 'ldd', 'cat']) await into.program(await whereIs(tool), `/usr/bin/${tool}`);
      await systemLibraries(into);
      into.certificates();
      return { environment: { NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt' } };
    },
  },
  'base-run': {
    image: () => planned().BaseImage.run,
    key: async () => digest(process.version),
    async make(into) {
      await into.libraries(process.execPath);
      await systemLibraries(into);
      into.certificates();
      return {};
    },
  },
  envoy: single('envoy', 'envoy', '/usr/local/bin/envoy'),
  redis: single('redis', 'redis', '/usr/local/bin/redis-server', { user: { uid: 999, gid: 1000 }, beside: ['redis-cli'] }),
  keycloak: keycloakRecipe(() => planned().PlatformImage.keycloak, keycloakDistribution),
  postgres: postgresRecipe(
    () => planned().PlatformImage.postgres,
    () => ensure('postgres'),
  ),
  'student-grades': modelImage(
    join(root, 'models/education/student-grades'),
    { name: 'registry.example.com/education/student-grades', tag: '1.0.0' },
    ['node', 'src/server.mjs'],
  ),
  pause: {
    image: () => ({ name: 'kea.local/pause', tag: '1' }),
    key: async () => digest(await ensure('pause')),
    async make(into) {
      into.copy(await ensure('pause'), '/pause');
      return { entrypoint: ['/pause'] };
    },
  },
  coredns: {
    image: () => ({ name: 'kea.local/coredns', tag: '1' }),
    key: async () => digest(await ensure('coredns')),
    async make(into) {
      into.copy(await ensure('coredns'), '/coredns');
      return { entrypoint: ['/coredns'] };
    },
  },
};

/** The image of a container model: its own folder on this machine's Node, as its Dockerfile says. */
function modelImage(folder, image, command) {
  return {
    image: () => image,
    user: { uid: 1000, gid: 1000 },
    key: async () => digest(process.version, ...sources(folder).map((file) => `${file}\n${readFileSync(join(folder, file), 'utf8')}`)),
    async make(into) {
      await into.program(process.execPath, NODE);
      for (const file of sources(folder)) into.copy(join(folder, file), join('/app', file));
      return { entrypoint: command, workdir: '/app' };
    },
  };
}

function sources(folder) {
  return existsSync(join(folder, 'src'))
    ? readdirSync(join(folder, 'src'))
        .sort()
        .map((file) => join('src', file))
    : [];
}
