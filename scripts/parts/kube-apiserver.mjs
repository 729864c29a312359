// The real Kubernetes API server, compiled from its Go modules, pinned by kubernetes/go.sum.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execute, works } from './tools.mjs';

const VERSION = '1.36.4';
const MODULE = join(dirname(fileURLToPath(import.meta.url)), 'kubernetes');
const STAMP = 'k8s.io/component-base/version';

/** @type {import('./types').Part} */
export const kubeApiserver = {
  name: 'kube-apiserver',
  version: VERSION,
  binary: 'kube-apiserver',
  variable: 'KEA_KUBE_APISERVER',
  compiles: true,
  cold: '6 minutes of compiling',
  identify: { args: ['--version'], pattern: /Kubernetes v(\d+\.\d+\.\d+)/ },
  accepts: (version) => version === VERSION,
  async obtain(folder) {
    if (!(await works('go', ['version']))) throw new Error('compiling it needs Go 1.26');
    const flags = ['-s', '-w', ['gitVersion', `v${VERSION}`], ['gitMajor', '1'], ['gitMinor', '36'], ['gitTreeState', 'clean']];
    const linker = flags.map((flag) => (typeof flag === 'string' ? flag : `-X ${STAMP}.${flag[0]}=${flag[1]}`)).join(' ');
    await execute(
      'go',
      ['build', '-trimpath', '-ldflags', linker, '-o', join(folder, 'kube-apiserver'), 'k8s.io/kubernetes/cmd/kube-apiserver'],
      {
        cwd: MODULE,
        environment: { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly -buildvcs=false' },
      },
    );
  },
  ways: [
    'install Go 1.26 and start again',
    `put kube-apiserver ${VERSION} on PATH`,
    'name one by KEA_KUBE_APISERVER=/path/to/kube-apiserver',
  ],
};
