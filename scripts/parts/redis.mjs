// Redis, from PATH or the system's packages. Only tests and `npm start -- --redis` use it.
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { asRoot, execute, works } from './tools.mjs';

/** @type {import('./types').Part} */
export const redis = {
  name: 'redis',
  version: '7.0',
  binary: 'redis-server',
  variable: 'KEA_REDIS',
  compiles: false,
  cold: '5 s',
  identify: { args: ['--version'], pattern: /v=(\d+\.\d+\.\d+)/ },
  accepts: (version) => Number(version.split('.')[0]) >= 6,
  async obtain(folder) {
    if (!asRoot() || !(await works('apt-get', ['--version']))) throw new Error('installing it needs apt-get and root');
    const environment = { DEBIAN_FRONTEND: 'noninteractive' };
    await execute('apt-get', ['-qq', 'update'], { environment });
    await execute('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'redis-server'], { environment });
    const installed = '/usr/bin/redis-server';
    if (!existsSync(installed)) throw new Error('the package redis-server brought no /usr/bin/redis-server');
    copyFileSync(installed, join(folder, 'redis-server'));
  },
  ways: ['apt-get install redis-server, or brew install redis', 'name one by KEA_REDIS=/path/to/redis-server'],
};
