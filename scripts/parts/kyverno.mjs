// Kyverno's command, compiled from its Go module, which kyverno/go.sum pins: it judges files by policies as its controller in a cluster does.
import { join } from 'node:path';
import { goBuild } from './go.mjs';

const VERSION = '1.19.1';

/** @type {import('./types').Part} */
export const kyverno = {
  name: 'kyverno',
  version: VERSION,
  binary: 'kyverno',
  variable: 'KEA_KYVERNO',
  compiles: true,
  cold: '10 to 25 minutes of compiling',
  identify: { args: ['version'], pattern: /Version: v(\d+\.\d+\.\d+)/ },
  accepts: (version) => version.startsWith('1.19.'),
  obtain: (folder) =>
    goBuild('kyverno', 'github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno', join(folder, 'kyverno'), {
      'github.com/kyverno/kyverno/pkg/version.BuildVersion': `v${VERSION}`,
    }),
  ways: ['install Go 1.26 and start again', 'put kyverno 1.19 on PATH (brew install kyverno)', 'name one by KEA_KYVERNO=/path/to/kyverno'],
};
