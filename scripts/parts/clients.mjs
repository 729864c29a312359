// Clients that people have, from their registry: OpenAI's, Triton's, and MLServer, whose model the tests call. Only tests use them.
import { join } from 'node:path';
import { root } from '../lib/project.mjs';
import { execute } from './tools.mjs';

const versions = "import importlib.metadata as m; print('clients', *(m.version(n) for n in ('mlserver', 'openai', 'tritonclient')))";

/** A Python of its own that has them. @type {import('./types').Part} */
export const clients = {
  name: 'clients',
  version: '1.7.1-3.54.0-2.73.0',
  binary: 'bin/python',
  variable: 'KEA_CLIENTS',
  compiles: false,
  cold: '60 s, 500 MB',
  identify: { args: ['-c', versions], pattern: /clients (\S+ \S+ \S+)/ },
  accepts: (found) => found.replaceAll(' ', '-') === clients.version,
  async obtain(folder) {
    await execute('python3', ['-m', 'venv', folder]);
    const requirements = join(root, 'scripts/parts/clients/requirements.txt');
    const options = ['--quiet', '--no-input', '--only-binary', ':all:', '--require-hashes', '--requirement', requirements];
    await execute(join(folder, 'bin/python'), ['-m', 'pip', 'install', ...options]);
  },
  ways: ['Python 3.11 or newer with pip and venv', 'name a Python that has them by KEA_CLIENTS=/path/to/bin/python'],
};
