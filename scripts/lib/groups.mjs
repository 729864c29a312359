// The test groups: which test files or checks each holds, and which real parts it needs. Minutes stand in .ci/groups.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLUSTER_PARTS } from '../cluster/parts.mjs';
import { root } from './project.mjs';

/** Pulumi's engine, its provider, and a control plane that brings objects to life. */
const PULUMI_PARTS = [
  ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
  ...['pulumi', 'pulumi-resource-kubernetes'],
];

/**
 * `tests`: the files (relative, with `/`) that belong to the group. `checks`: steps of scripts/lib/checks.mjs.
 * `quick` groups run by plain `npm test`, `asked` ones only by their name; in a `story` one test begins where the one before has ended.
 */
export const groups = [
  { name: 'unit', quick: true, tests: (file) => !/^test\/(golden|integration|cluster|consumers)\//.test(file), parts: [] },
  { name: 'golden', quick: true, tests: (file) => file.startsWith('test/golden/'), parts: [] },
  { name: 'envoy', quick: true, story: true, tests: inFolder('envoy'), parts: ['envoy'] },
  { name: 'attack', quick: false, story: true, tests: inFolder('attack'), parts: ['envoy'] },
  { name: 'clients', quick: false, story: true, tests: inFolder('clients'), parts: ['envoy', 'clients'] },
  { name: 'load', quick: false, story: true, tests: inFolder('load'), parts: ['envoy', 'redis'] },
  { name: 'local-run', quick: true, story: true, tests: inFolder('local-run'), parts: ['envoy'] },
  { name: 'keycloak', quick: false, story: true, tests: inFolder('keycloak'), parts: ['keycloak', 'postgres', 'chromium', 'envoy'] },
  { name: 'types', quick: true, checks: ['types'], parts: [] },
  { name: 'lint', quick: false, checks: ['lint', 'format', 'dead-code', 'generated'], parts: [] },
  { name: 'redis', quick: false, story: true, tests: inFolder('redis'), parts: ['redis', 'envoy'] },
  { name: 'apiserver', quick: false, story: true, tests: inFolder('apiserver'), parts: ['etcd', 'kubectl', 'kube-apiserver'] },
  {
    name: 'policies',
    quick: false,
    story: true,
    tests: inFolder('policies'),
    parts: ['etcd', 'kubectl', 'kube-apiserver', 'pulumi', 'pulumi-resource-kubernetes'],
  },
  // Compiling Kyverno takes as long as everything else together, so it runs when somebody asks for it.
  { name: 'kyverno', quick: false, asked: true, story: true, tests: inFolder('kyverno'), parts: ['kyverno'] },
  {
    name: 'cluster',
    quick: false,
    story: true,
    tests: (file) => file.startsWith('test/cluster/'),
    parts: ['envoy', 'redis', ...CLUSTER_PARTS],
  },
  { name: 'images', quick: false, story: true, tests: inFolder('images'), parts: ['buildah', 'skopeo', 'docker-registry'] },
  { name: 'pulumi', quick: false, story: true, tests: inFolder('pulumi'), parts: PULUMI_PARTS },
  { name: 'package', quick: false, story: true, tests: (file) => file.startsWith('test/consumers/'), parts: PULUMI_PARTS },
];

/** `test/integration/<name>/…` and `test/integration/<name>.test.ts`, `<name>-….test.ts` */
function inFolder(name) {
  const pattern = new RegExp(`^test/integration/${name}([./-])`);
  return (file) => pattern.test(file);
}

/** Every test file of the checkout, relative, in byte order. */
export function testFiles() {
  return readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((file) => !file.includes('/fixtures/') && !file.includes('/node_modules/'))
    .sort();
}

export function filesOf(group, files = testFiles()) {
  return group.tests ? files.filter(group.tests) : [];
}

/** Files that no group would run: a mistake of whoever placed them. */
export function strayFiles(files = testFiles()) {
  return files.filter((file) => !groups.some((group) => group.tests?.(file)));
}

/** Name → minutes, from .ci/groups. */
export function minutesOfGroups() {
  const lines = readFileSync(join(root, '.ci/groups'), 'utf8').split('\n');
  const entries = lines.map((line) => line.replace(/#.*/, '').trim().split(/\s+/)).filter(([name]) => name);
  return new Map(entries.map(([name, minutes]) => [name, Number(minutes)]));
}
