// Pulumi's engine and its Kubernetes provider, compiled from their Go modules, pinned by the go.sum files below pulumi/.
// `go install` refuses both because of their replace lines, hence modules of our own around them.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goBuild } from './go.mjs';

const ENGINE = '3.259.0';
const PROVIDER = '4.25.0';

/**
 * Folder of `pulumi-language-nodejs`, for PATH. The ordinary CLI ships with that host, one compiled from its module does not; ours starts the runners of
 * the package @pulumi/pulumi in the same way.
 */
export const languageHostFolder = join(dirname(fileURLToPath(import.meta.url)), 'pulumi');

/** @type {import('./types').Part} */
export const pulumi = {
  name: 'pulumi',
  version: ENGINE,
  binary: 'pulumi',
  variable: 'KEA_PULUMI',
  compiles: true,
  cold: '4 minutes of compiling',
  identify: { args: ['version'], pattern: /v(\d+\.\d+\.\d+)/ },
  accepts: (version) => Number(version.split('.')[0]) === 3 && Number(version.split('.')[1]) >= 248,
  obtain: (folder) =>
    goBuild('pulumi/cli', 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi', join(folder, 'pulumi'), {
      'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version': `v${ENGINE}`,
    }),
  ways: [
    'install Go 1.26 and start again',
    'put pulumi 3.248 or newer on PATH (brew install pulumi)',
    'name one by KEA_PULUMI=/path/to/pulumi',
  ],
};

/** @type {import('./types').Part} */
export const pulumiKubernetes = {
  name: 'pulumi-resource-kubernetes',
  version: PROVIDER,
  binary: 'pulumi-resource-kubernetes',
  variable: 'KEA_PULUMI_KUBERNETES',
  compiles: true,
  cold: '16 minutes of compiling',
  // It has no flag for its version: asked for one, it prints its usage.
  identify: { args: ['--help'], pattern: /Usage of \S*(pulumi-resource-kubernetes)/ },
  accepts: () => true,
  obtain: (folder) =>
    goBuild('pulumi/provider', '.', join(folder, 'pulumi-resource-kubernetes'), {
      'github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version': PROVIDER,
    }),
  ways: [
    'install Go 1.26 and start again',
    `put pulumi-resource-kubernetes ${PROVIDER} on PATH (pulumi plugin install resource kubernetes ${PROVIDER})`,
    'name one by KEA_PULUMI_KUBERNETES=/path/to/pulumi-resource-kubernetes',
  ],
};
