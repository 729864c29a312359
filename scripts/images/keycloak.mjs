// Keycloak with a Java runtime of its own, laid out as in its published image: home, user, entry point, and the few tools that its scripts call.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execute } from '../parts/tools.mjs';

const HOME = '/opt/keycloak';
const JAVA = '/opt/java';
const TOOLS = [
  'bash',
  'basename',
  'cat',
  'cp',
  'cut',
  'dirname',
  'env',
  'expr',
  'grep',
  'id',
  'ls',
  'mkdir',
  'printf',
  'readlink',
  'rm',
  'sed',
  'sleep',
  'tr',
  'uname',
  'xargs',
];
/** Oldest Java that Keycloak 26 runs on. */
const OLDEST = 17;

/** The newest Java development kit of this machine. */
function jdk() {
  const system = '/usr/lib/jvm';
  const folders = [process.env.JAVA_HOME, ...(existsSync(system) ? readdirSync(system).map((name) => join(system, name)) : [])];
  const found = folders
    .filter((folder) => folder && existsSync(join(folder, 'bin', 'jlink')) && existsSync(join(folder, 'release')))
    .map((folder) => ({ folder, version: Number(/JAVA_VERSION="(\d+)/.exec(readFileSync(join(folder, 'release'), 'utf8'))?.[1]) }))
    .filter(({ version }) => version >= OLDEST)
    .sort((a, b) => b.version - a.version)[0];
  if (!found)
    throw new Error(
      `the Keycloak image needs a Java development kit ${OLDEST} or newer (apt-get install openjdk-17-jdk-headless), or JAVA_HOME`,
    );
  return found;
}

/** `distribution`: resolves with Keycloak's unpacked distribution. */
export function keycloakRecipe(image, distribution) {
  return {
    image,
    user: { uid: 1000, gid: 1000 },
    files: ['keycloak.mjs'],
    key: async () =>
      createHash('sha256')
        .update(`${await distribution()} ${jdk().folder}`)
        .digest('hex'),
    async make(into) {
      const { folder } = jdk();
      const runtime = into.path(JAVA);
      mkdirSync(dirname(runtime), { recursive: true });
      const smaller = ['--strip-debug', '--no-header-files', '--no-man-pages'];
      const modules = /MODULES="([^"]+)/
        .exec(readFileSync(join(folder, 'release'), 'utf8'))[1]
        .split(' ')
        .filter((name) => name !== 'jdk.jlink' && name !== 'jdk.jpackage')
        .join(',');
      await execute(join(folder, 'bin', 'jlink'), ['--add-modules', modules, ...smaller, '--output', runtime]);
      for (const file of readdirSync(join(runtime, 'lib'), { recursive: true }).map(String))
        if (file.endsWith('.so')) await into.libraries(join(runtime, 'lib', file));
      await into.libraries(join(runtime, 'bin', 'java'));
      for (const tool of TOOLS) await into.program(await whereIs(tool), `/usr/bin/${tool}`);
      into.copy(await whereIs('bash'), '/usr/bin/sh');
      into.certificates();
      into.copy(await distribution(), HOME);
      return {
        entrypoint: [`${HOME}/bin/kc.sh`],
        workdir: HOME,
        environment: { JAVA_HOME: JAVA, PATH: `${JAVA}/bin:/usr/bin:/bin`, LANG: 'C.UTF-8' },
      };
    },
  };
}

/** Where a program of this machine is. */
export async function whereIs(tool) {
  return (await execute('which', [tool])).trim();
}
