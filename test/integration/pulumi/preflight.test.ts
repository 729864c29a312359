import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from '../../../constructs';
import type { Plan } from '../../../constructs/plan/plan-object';
import type { ResolvedStack } from '../../../schema/resolved';
import { preflight } from '../../../stacks/cluster/preflight';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';
import { samplePlatform, sampleStack } from '../../support/platforms';

let plane: ControlPlane;
const stack = sampleStack({ metrics: { monitors: false, custom: {} } });
const plan = synthesize({ ...samplePlatform(), stack });

beforeAll(async () => {
  plane = await startControlPlane();
}, 60_000);
afterAll(() => plane?.stop(), 30_000);

/** `code message`, of errors alone. */
async function refused(of: Plan = plan, by: ResolvedStack = stack, kubeconfig = plane.kubeconfig, context?: string): Promise<string[]> {
  const findings = await preflight(of, by, { kubeconfig, context });
  return findings.filter((each) => each.severity === 'error').map((each) => `${each.code} ${each.message}`);
}

async function without(path: string): Promise<void> {
  await plane.call('DELETE', path, { propagationPolicy: 'Background', gracePeriodSeconds: 0 });
  for (let attempt = 0; attempt < 100 && (await plane.call('GET', path)).status !== 404; attempt += 1) {
    // No controller empties a namespace here, so its last step is done by hand.
    await plane.call('PUT', `${path}/finalize`, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: path.split('/').at(-1) },
      spec: { finalizers: [] },
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('an empty cluster is fine; what somebody else must bring is named', async () => {
  expect(await refused()).toEqual([]);
  const warned = (await preflight(plan, stack, { kubeconfig: plane.kubeconfig })).filter((each) => each.severity === 'warning');
  expect(warned.map((each) => `${each.code} ${each.message}`)).toContain(
    "KEA7009 Secret kea-models/kea-store is not there: read access to the models' artifact store",
  );
});

test('a server that does not answer, a context that is not there, and no kubeconfig are told plainly', async () => {
  const folder = plane.folder;
  const nobody = join(folder, 'nobody');
  writeFileSync(nobody, readFileSync(plane.kubeconfig, 'utf8').replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'));
  expect(await refused(plan, stack, nobody)).toEqual([
    'KEA7001 the cluster does not answer (context "test", https://127.0.0.1:1): connect ECONNREFUSED 127.0.0.1:1',
  ]);
  expect(await refused(plan, stack, plane.kubeconfig, 'production')).toEqual([
    'KEA7001 the cluster does not answer: the kubeconfig has no context "production"',
  ]);
  expect(existsSync(join(folder, 'none'))).toBe(false);
});

test('another cluster than the stack names is refused, its own is not', async () => {
  const { body } = await plane.call('GET', '/api/v1/namespaces/kube-system');
  const { uid } = body['metadata'] as { uid: string };
  expect(await refused(plan, { ...stack, cluster: { kubeSystemUid: uid } })).toEqual([]);
  const other = '6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14';
  expect(await refused(plan, { ...stack, cluster: { kubeSystemUid: other } })).toEqual([
    `KEA7002 stack "test" belongs to the cluster with kube-system ${other}; context "test" (${plane.url}) is ${uid}`,
  ]);
});

test('whoever applies must be named among the deployers of its own admission policies, by user or group', async () => {
  const by = (...deployers: string[]): ResolvedStack => ({ ...stack, policies: { ...stack.policies, admission: { deployers } } });
  expect(await refused(plan, by('system:serviceaccount:flux-system:kustomize-controller'))).toEqual([
    'KEA7015 the cluster knows you as "admin" (group:system:masters, group:system:authenticated), and policies.admission.deployers names "system:serviceaccount:flux-system:kustomize-controller"',
  ]);
  expect(await refused(plan, by('ci', 'admin'))).toEqual([]);
  expect(await refused(plan, by('group:system:masters'))).toEqual([]);
});

test('kinds that the cluster does not know are named with the key that asks for them', async () => {
  const monitored = sampleStack({ exposure: { kind: 'httpRoute', gateway: 'infra/public' } });
  const found = await refused(synthesize({ ...samplePlatform(), stack: monitored }), monitored);
  expect(found).toEqual(
    expect.arrayContaining([
      'KEA7004 the cluster does not know gateway.networking.k8s.io/v1 HTTPRoute, which 1 objects are; asked for by `exposure: {httpRoute}` (the Gateway API)',
      expect.stringMatching(
        /^KEA7004 the cluster does not know monitoring\.coreos\.com\/v1 PodMonitor, which \d+ objects are; asked for by `metrics: \{monitors: true\}`/,
      ),
    ]),
  );
});

test('a namespace of nobody or of another stack is refused until it is handed over', async () => {
  const path = '/api/v1/namespaces/kea-system';
  await plane.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kea-system' } });
  expect(await refused()).toEqual(['KEA7006 namespace "kea-system" exists and has no label kea.dev/stack']);
  const label = (value: string): object => ({ metadata: { labels: { 'kea.dev/stack': value } } });
  await plane.call('PATCH', path, label('other'), 'application/merge-patch+json');
  expect(await refused()).toEqual(['KEA7006 namespace "kea-system" exists and belongs to stack "other"']);
  await plane.call('PATCH', path, label('test'), 'application/merge-patch+json');
  expect(await refused()).toEqual([]);
  await without(path);
});

test('an object that Helm manages is refused by name; one that an interrupted up made is not', async () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kea-models', labels: { 'kea.dev/stack': 'test' } } };
  await plane.call('POST', '/api/v1/namespaces', namespace);
  const service = plan.objects.find((object) => object.kind === 'Service' && object.namespace === 'kea-models')!;
  const path = `/api/v1/namespaces/kea-models/services/${service.name}`;
  await plane.call('POST', '/api/v1/namespaces/kea-models/services?fieldManager=helm', service.value);
  expect(await refused()).toEqual([`KEA7007 Service kea-models/${service.name} exists and is managed by "helm"`]);
  await plane.call('DELETE', path);
  await plane.call('POST', '/api/v1/namespaces/kea-models/services?fieldManager=pulumi-kubernetes-17c9a61e', service.value);
  expect(await refused()).toEqual([]);
});
