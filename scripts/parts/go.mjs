// Parts that are compiled from Go modules, which a go.sum beside this file pins.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execute, works } from './tools.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Compiles one package of the module in the folder `module` into `binary`, statically.
 * `stamps` are package-level strings that the linker sets: `<import path>.<name>` → value.
 */
export async function goBuild(module, target, binary, stamps = {}) {
  if (!(await works('go', ['version']))) throw new Error('compiling it needs Go 1.26');
  const linker = ['-s', '-w', ...Object.entries(stamps).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
  await execute('go', ['build', '-trimpath', '-ldflags', linker, '-o', binary, target], {
    cwd: join(here, module),
    environment: { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly -buildvcs=false' },
  });
}
