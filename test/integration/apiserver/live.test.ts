import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterDenyPlace, editDenyList } from '../../../cli/access/deny';
import { driftOf } from '../../../cli/live/drift';
import { type Kubectl, openKubectl, sameCluster } from '../../../cli/live/kubectl';
import { synthesize } from '../../../constructs';
import type { Plan } from '../../../constructs/plan/plan-object';
import type { DenyList } from '../../../core/contract/deny-list';
import { packageRoot } from '../../../core/package-root';
import { loadPlatform } from '../../../schema/load';
import { ensure } from '../../../scripts/parts/index.mjs';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';

let plane: ControlPlane;
let folder: string;
let plan: Plan;
let kubectl: Kubectl;
let program: string;

function useCluster(): void {
  process.env['KEA_KUBECTL'] = program;
  process.env['KUBECONFIG'] = kubeconfig('admin', plane.url);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kea-live-'));
  plane = await startControlPlane();
  program = await ensure('kubectl');
  useCluster();
  kubectl = openKubectl(undefined);
  const { platform } = await loadPlatform({ root: packageRoot(), stack: 'dev' });
  if (!platform) throw new Error('stack dev was not loaded');
  plan = synthesize(platform);
  const answer = await kubectl.run(
    ['apply', '--server-side', '-f', '-'],
    plan.objects.map(({ value }) => value),
  );
  expect(answer.complaints).toEqual([]);
}, 120_000);

afterAll(async () => {
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

const PORT = JSON.stringify([{ op: 'replace', path: '/spec/ports/0/port', value: 8081 }]);

function kubeconfig(name: string, server: string): string {
  const file = join(folder, name);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: { token: plane.token } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

beforeEach(useCluster);

const changes = async (what: Plan = plan) => {
  const { difference, writers } = await driftOf(what, kubectl);
  const all = difference.groups.flatMap((group) => group.changes);
  return { all: all.map(({ change, object, fields }) => [change, object, ...fields]), writers };
};

test('what was applied has no drift, then each change by hand is named with its writer, also to one who may only read', async () => {
  expect((await changes()).all).toEqual([]);

  await kubectl.run(['-n', 'kea-models', 'set', 'env', 'deployment/iris-v1-0-0', 'EXTRA=1', '-c', 'model', '--field-manager=a-person']);
  await kubectl.run(['-n', 'kea-models', 'delete', 'poddisruptionbudget', 'iris-v1-0-0']);
  await kubectl.run(['-n', 'kea-models', 'scale', 'deployment/iris-v1-0-0', '--replicas=3']);
  await kubectl.run(['-n', 'kea-system', 'create', 'configmap', 'left-behind']);
  await kubectl.run(['-n', 'kea-system', 'label', 'configmap', 'left-behind', 'app.kubernetes.io/managed-by=kea']);
  await kubectl.run(['-n', 'kea-system', 'create', 'configmap', 'of-somebody-else']);

  const { all, writers } = await changes();
  expect(all).toEqual([
    ['removed', 'ConfigMap kea-system/left-behind'],
    [
      'changed',
      'Deployment kea-models/iris-v1-0-0',
      { path: 'spec.template.spec.containers[model].env[EXTRA]', before: '{"name":"EXTRA","value":"1"}' },
    ],
    ['added', 'PodDisruptionBudget kea-models/iris-v1-0-0'],
  ]);
  expect(writers.get('Deployment kea-models/iris-v1-0-0')).toMatch(/^(a-person|kubectl), 20\d\d-/);

  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace: 'kea-system' } };
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'reader' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }],
  };
  const subjects = [{ kind: 'ServiceAccount', name: 'reader', namespace: 'kea-system' }];
  const binding = {
    apiVersion: role.apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'reader' },
    subjects,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
  };
  expect((await kubectl.run(['apply', '-f', '-'], [account, role, binding])).complaints).toEqual([]);
  await kubectl.run(['-n', 'kea-system', 'patch', 'service', 'kea-gateway', '--type=json', '-p', PORT]);
  const reader: Kubectl = {
    ...kubectl,
    run: (args, objects) => kubectl.run(['--as=system:serviceaccount:kea-system:reader', ...args], objects),
  };
  const { difference } = await driftOf(plan, reader);
  const changed = difference.groups.flatMap((group) => group.changes).filter(({ change }) => change === 'changed');
  // Keys that somebody added are seen only with the server's help; a value of ours that differs always is.
  expect(changed.map(({ object, fields }) => [object, fields])).toEqual([
    ['Service kea-system/kea-gateway', [{ path: 'spec.ports[http].port', before: '8081', after: '8080' }]],
  ]);
}, 60_000);

test('another cluster than that of the stack, and none at all, are refused by name', async () => {
  const refused = (code: string, message: RegExp) => ({ findings: [{ code, message: expect.stringMatching(message) as string }] });
  await expect(sameCluster(kubectl, 'prod', '6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14')).rejects.toMatchObject(
    refused('KEA7203', /^stack "prod" belongs to cluster "6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14", and this cluster is "[0-9a-f-]{36}"$/),
  );
  process.env['KUBECONFIG'] = kubeconfig('nobody', 'https://127.0.0.1:1');
  await expect(kubectl.run(['get', 'namespaces'])).rejects.toMatchObject(refused('KEA7202', /^no cluster answers: /));
  await expect(openKubectl('elsewhere').run(['get', 'namespaces'])).rejects.toMatchObject(
    refused('KEA7202', /^no cluster answers: .*elsewhere/),
  );
  process.env['KEA_KUBECTL'] = '/no/such/kubectl';
  await expect(kubectl.run(['version'])).rejects.toMatchObject(refused('KEA7201', /^"\/no\/such\/kubectl" cannot be started: ENOENT$/));
});

test('a deny list is made, changed and told broken, as the ConfigMap that gateways watch', async () => {
  const place = clusterDenyPlace(kubectl, 'kea-system');
  const add = (sub: string): Promise<DenyList> => place.change((list) => editDenyList(list, { sub }, { sub, reason: 'left' }, Date.now()));
  const stored = async (): Promise<string> =>
    (await kubectl.run(['get', 'configmap', 'kea-deny-list', '-n', 'kea-system', '-o', 'jsonpath={.data.deny\\.json}'])).stdout;
  await add('ada');
  await Promise.all([add('ben'), add('eve')]);
  expect((JSON.parse(await stored()) as DenyList).entries.map(({ sub }) => sub).sort()).toEqual(['ada', 'ben', 'eve']);
  await place.change((list) => editDenyList(list, { sub: 'ada' }, undefined, Date.now()));
  expect((JSON.parse(await stored()) as DenyList).entries.map(({ sub }) => sub).sort()).toEqual(['ben', 'eve']);
  await kubectl.run(['patch', 'configmap', 'kea-deny-list', '-n', 'kea-system', '-p', '{"data":{"deny.json":"{"}}']);
  await expect(add('ada')).rejects.toThrow('ConfigMap kea-system/kea-deny-list: the deny list is not JSON');
}, 30_000);
