import { synthesize } from '../../../constructs';
import type { JsonObject } from '../../../core/json';
import { inCluster } from '../../../policies/evaluate/in-cluster';
import { type ApiAnswer, type ControlPlane, startControlPlane } from '../../support/control-plane';
import { samplePlatform, sampleStack } from '../../support/platforms';
import { until } from '../../support/until';
import { collectionOf, nameOf, store, storeKinds } from './cluster';

const DEPLOYER = 'system:serviceaccount:flux-system:kustomize-controller';
const stack = sampleStack({ policies: { level: 'deny', admission: { deployers: [DEPLOYER] } } });
// Answers on confidential data may not be shared, and the samples share theirs.
const models = samplePlatform().models.map((model) => ({ ...model, data: { classification: 'internal' as const, risk: model.data.risk } }));
const plan = synthesize({ stack, models }, { admission: (each) => inCluster(each) });

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
  await storeKinds(plane);
  await store(plane, { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'kea-platform' }, value: 1000 });
  for (const user of [DEPLOYER, 'mallory'])
    await store(plane, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `everything-${user.replaceAll(':', '-')}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
    });
}, 120_000);

afterAll(() => plane?.stop(), 30_000);

function create(object: JsonObject, user: string, query = ''): Promise<ApiAnswer> {
  return plane.call('POST', `${collectionOf(object)}${query}`, object, undefined, user);
}

const privileged: JsonObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'intruder', namespace: stack.namespaces.models },
  spec: {
    selector: { matchLabels: { app: 'intruder' } },
    template: {
      metadata: { labels: { app: 'intruder' } },
      spec: { containers: [{ name: 'main', image: 'example.com/x', securityContext: { privileged: true } }] },
    },
  },
};

test('the deployer applies the whole plan in its order, with the policies in force from their place on; afterwards a broken rule is refused', async () => {
  const at = (kind: string): number => plan.objects.findIndex((each) => each.kind === kind);
  expect(at('ValidatingAdmissionPolicy')).toBeGreaterThan(at('Namespace'));
  expect(plan.objects.findLastIndex((each) => each.kind === 'ValidatingAdmissionPolicyBinding')).toBeLessThan(at('Deployment'));

  const refused: string[] = [];
  let guarded = false;
  for (const object of plan.objects) {
    if (!guarded && object.layer !== 'namespaces' && object.layer !== 'definitions' && object.layer !== 'guards') {
      // A policy is in force a moment after it is stored.
      await until(async () => (await create(privileged, DEPLOYER, '?dryRun=All')).status === 403, 30_000);
      guarded = true;
    }
    const { status, body } = await create(object.value, DEPLOYER, '?fieldValidation=Strict');
    if (status !== 201) refused.push(`${object.kind} ${object.name}: ${String(body['message'])}`);
  }
  expect(refused).toEqual([]);

  const answer = await create(privileged, DEPLOYER);
  expect([answer.status, answer.body['message']]).toEqual([
    403,
    expect.stringMatching(/ValidatingAdmissionPolicy 'kea-system\.[a-z.-]+' with binding/),
  ]);
}, 120_000);

test('nobody else changes a fact of what was applied', async () => {
  const deployment = plan.objects.find((each) => each.kind === 'Deployment' && each.namespace === stack.namespaces.models);
  const path = `${collectionOf(deployment!.value)}/${nameOf(deployment!.value)}`;
  const { body } = await plane.call('GET', path);
  const metadata = body['metadata'] as { readonly annotations: JsonObject };
  const changed = {
    ...(body as JsonObject),
    metadata: { ...metadata, annotations: { ...metadata.annotations, 'kea.dev/classification': 'public' } },
  };
  const answer = await plane.call('PUT', `${path}?dryRun=All`, changed as unknown as JsonObject, undefined, 'mallory');
  expect([answer.status, answer.body['message']]).toEqual([403, expect.stringContaining('only the deployer may set')]);
});

test('a plan that forgets the policies which its stack asks for is none', () => {
  expect(() => synthesize({ ...samplePlatform(), stack })).toThrow('made without `admission`');
});
