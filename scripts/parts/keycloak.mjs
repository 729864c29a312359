// Keycloak's distribution from Maven's central repository, PostgreSQL and Chromium from Debian's packages. Tests and `npm start -- --keycloak` use them.
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asRoot, execute, unzip, works } from './tools.mjs';

const VERSION = '26.7.5';
/** Oldest Java that it runs on. */
const OLDEST_JAVA = 17;

/**
 * Starts kc.sh with the first Java that is new enough: JAVA_HOME, PATH, the system's folder. `KEA_KEYCLOAK_DATA` is the folder of its own that a
 * server writes to, a copy made of links, so that several run from one distribution.
 */
const STARTER = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
if [ "$1" = --version ]; then cat "$here/version.txt"; exit; fi
for java in "$JAVA_HOME/bin/java" "$(command -v java)" /usr/lib/jvm/*/bin/java; do
  [ -x "$java" ] || continue
  major=$("$java" -version 2>&1 | sed -n 's/.*version "\\([0-9]*\\).*/\\1/p')
  if [ "\${major:-0}" -ge ${OLDEST_JAVA} ]; then found=$java; break; fi
done
if [ -z "$found" ]; then echo "Keycloak needs Java ${OLDEST_JAVA} or newer: apt-get install openjdk-17-jre-headless, or set JAVA_HOME" >&2; exit 69; fi
home=$here
if [ -n "$KEA_KEYCLOAK_DATA" ]; then
  home=$KEA_KEYCLOAK_DATA
  rm -rf "$home/bin" "$home/conf" "$home/lib" "$home/providers" "$home/themes"
  mkdir -p "$home"
  cp -rs "$here/conf" "$here/lib" "$here/providers" "$here/themes" "$home/" 2>/dev/null || cp -R "$here/conf" "$here/lib" "$here/providers" "$here/themes" "$home/"
  rm -rf "$home/lib/quarkus"
  cp -R "$here/lib/quarkus" "$home/lib/"
  cp -R "$here/bin" "$home/"
fi
JAVA=$found exec "$home/bin/kc.sh" "$@"
`;

/** @type {import('./types').Part} */
export const keycloak = {
  name: 'keycloak',
  version: VERSION,
  binary: 'kea-keycloak',
  variable: 'KEA_KEYCLOAK',
  compiles: false,
  cold: '15 s, 190 MB',
  identify: { args: ['--version'], pattern: /Version (\d+\.\d+\.\d+)/ },
  accepts: (version) => /^26\.[7-9]\./.test(version),
  async obtain(folder) {
    if (!(await works('mvn', ['--version']))) throw new Error('Maven is not installed, or finds no Java');
    const archive = `keycloak-quarkus-dist-${VERSION}.zip`;
    const artifact = `org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`;
    const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
    await execute('mvn', ['-q', '-B', `${plugin}:get`, `-Dartifact=${artifact}`, '-Dtransitive=false']);
    await execute('mvn', ['-q', '-B', `${plugin}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
    await unzip(join(folder, archive), folder);
    const unpacked = join(folder, `keycloak-${VERSION}`);
    for (const name of readdirSync(unpacked)) renameSync(join(unpacked, name), join(folder, name));
    for (const rest of [unpacked, join(folder, archive)]) rmSync(rest, { recursive: true });
    chmodSync(join(folder, 'bin/kc.sh'), 0o755);
    writeFileSync(join(folder, 'kea-keycloak'), STARTER);
  },
  ways: [
    'apt-get install maven (it brings Java), and start again',
    'name the starter of an unpacked distribution by KEA_KEYCLOAK=/path/to/kc.sh',
  ],
};

/** @type {import('./types').Part} */
export const postgres = {
  name: 'postgres',
  version: '15',
  binary: 'bin/postgres',
  variable: 'KEA_POSTGRES',
  compiles: false,
  cold: '15 s',
  identify: { args: ['--version'], pattern: /PostgreSQL\) (\d+\.\d+)/ },
  accepts: (version) => Number(version.split('.')[0]) >= 14,
  async obtain(folder) {
    if (installed() === undefined) await aptInstall('postgresql');
    const found = installed();
    if (found === undefined) throw new Error('the package postgresql brought no server');
    mkdirSync(folder, { recursive: true });
    symlinkSync(found, join(folder, 'bin'));
  },
  ways: ['apt-get install postgresql', 'name the server by KEA_POSTGRES=/path/to/bin/postgres'],
};

/** Folder of the newest PostgreSQL of the system. */
function installed() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).filter((name) => existsSync(join(root, name, 'bin/postgres'))) : [];
  const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1);
  return newest === undefined ? undefined : join(root, newest, 'bin');
}

/** @type {import('./types').Part} */
export const chromium = {
  name: 'chromium',
  version: '1',
  binary: 'chromium',
  variable: 'KEA_CHROMIUM',
  compiles: false,
  cold: '60 s, 300 MB',
  identify: { args: ['--version'], pattern: /Chromium (\d+\.\d+)/ },
  accepts: () => true,
  async obtain(folder) {
    await aptInstall('chromium');
    if (!existsSync('/usr/bin/chromium')) throw new Error('the package chromium brought no /usr/bin/chromium');
    symlinkSync('/usr/bin/chromium', join(folder, 'chromium'));
  },
  ways: ['apt-get install chromium', 'name one by KEA_CHROMIUM=/path/to/chromium'],
};

async function aptInstall(name) {
  if (!asRoot() || !(await works('apt-get', ['--version']))) throw new Error('installing it needs apt-get and root');
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  await execute('apt-get', ['-qq', 'update'], { environment });
  await execute('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', name], { environment });
}
