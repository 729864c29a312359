import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { k8s, patchRendered, plainObject } from '../../../constructs/k8s';
import { plan } from '../../../constructs/plan/collect';
import { orderObjects, removalOrder } from '../../../constructs/plan/order';
import type { Plan } from '../../../constructs/plan/plan-object';
import { Label } from '../../../constructs/shared/labels';
import { expectObject, inLayer } from '../../../constructs/shared/notes';
import { manyModels } from '../../support/platforms';
import { chart, modelsPlan } from '../../support/trees';

const OURS = { [Label.managedBy]: 'kea' };

function configMap(scope: Chart, name: string, more: object = {}): k8s.KubeConfigMap {
  return new k8s.KubeConfigMap(scope, name, { metadata: { name, namespace: 'ns', labels: OURS }, ...more });
}

function messages(of: Plan): string[] {
  return of.findings.map((each) => `${each.code} ${each.message}`);
}

test('two objects with one group, kind, namespace and name are refused, whatever their version', () => {
  const scope = chart();
  new ApiObject(scope, 'a', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', namespace: 'ns' } });
  new ApiObject(scope, 'b', { apiVersion: 'apps/v2', kind: 'Deployment', metadata: { name: 'x', namespace: 'ns' } });
  new ApiObject(scope, 'c', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', namespace: 'other' } });
  expect(messages(plan(scope))).toEqual(['KEA2001 Deployment ns/x is there twice']);
});

test('a reference must lead to an object of the plan or to an expected one', () => {
  const scope = chart();
  const spec = (secret: string) => ({
    containers: [{ name: 'c' }],
    serviceAccountName: 'sa',
    volumes: [
      { name: 'v', secret: { secretName: secret } },
      { name: 'w', configMap: { name: 'maybe', optional: true } },
    ],
  });
  new k8s.KubePod(scope, 'pod', { metadata: { name: 'pod', namespace: 'ns', labels: OURS }, spec: spec('given') });
  expectObject(scope, { kind: 'Secret', namespace: 'ns', name: 'given', purpose: 'a test' });
  expect(messages(plan(scope))).toEqual(['KEA2002 Pod ns/pod: serviceAccountName names ServiceAccount ns/sa, which is not there']);
});

test("other people's objects are not judged", () => {
  const scope = chart();
  new k8s.KubePod(scope, 'pod', {
    metadata: { name: 'Odd_Name'.toLowerCase(), namespace: 'default' },
    spec: { containers: [{ name: 'c' }], serviceAccountName: 'somewhere' },
  });
  expect(messages(plan(scope))).toEqual([]);
});

test('selectors must hit all their labels on one pod template', () => {
  const scope = chart();
  const labels = OURS;
  const pod = { metadata: { labels: { app: 'a', tier: 'x' } }, spec: { containers: [{ name: 'c' }] } };
  new k8s.KubeDeployment(scope, 'd', {
    metadata: { name: 'd', namespace: 'ns', labels },
    spec: { selector: { matchLabels: { app: 'a' } }, template: pod },
  });
  for (const [name, selector] of Object.entries({ hits: { app: 'a', tier: 'x' }, misses: { app: 'a', tier: 'y' } })) {
    new k8s.KubeService(scope, name, { metadata: { name, namespace: 'ns', labels }, spec: { selector } });
  }
  expect(messages(plan(scope))).toEqual(['KEA2003 Service ns/misses: spec.selector selects no pods']);
});

test('names, labels, namespaces and sizes that the API server or a client would refuse', () => {
  const scope = chart();
  new k8s.KubeConfigMap(scope, 'a', { metadata: { name: 'no-namespace', labels: { ...OURS, owner: 'a b' } } });
  configMap(scope, 'Upper');
  configMap(scope, 'x'.repeat(64));
  configMap(scope, 'large', { data: { a: 'x'.repeat(240 * 1024) } });
  new k8s.KubeCronJob(scope, 'c', {
    metadata: { name: 'c'.repeat(53), namespace: 'ns', labels: OURS },
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { containers: [{ name: 'c' }] } } } } },
  });
  expect(messages(plan(scope)).sort()).toEqual([
    'KEA2004 ConfigMap ns/large has 245907 bytes, allowed are 245760',
    'KEA2005 ConfigMap ns/Upper: "Upper" is not a DNS name',
    `KEA2005 ConfigMap ns/${'x'.repeat(64)}: the name has 64 characters, allowed are 63`,
    `KEA2005 CronJob ns/${'c'.repeat(53)}: the name has 53 characters, allowed are 52`,
    'KEA2006 ConfigMap no-namespace: label owner: "a b"',
    'KEA2015 ConfigMap no-namespace has no namespace',
  ]);
});

test('what constructs say of themselves is collected, with their path', () => {
  const scope = chart();
  scope.node.addValidation({ validate: () => ['too few cats', 'too many dogs'] });
  expect(messages(plan(scope))).toEqual(['KEA2008 test: too few cats', 'KEA2008 test: too many dogs']);
});

test('order: namespaces, guards, accounts, configuration, services, workloads, scaling, routes, gates; removal in reverse', () => {
  const scope = chart();
  const object = (apiVersion: string, kind: string, name = kind.toLowerCase()): ApiObject =>
    new ApiObject(scope, `${kind}-${name}`, { apiVersion, kind, metadata: { name, namespace: 'ns' } });
  inLayer(object('batch/v1', 'Job', 'gate'), 'gates');
  inLayer(object('v1', 'ConfigMap', 'routes'), 'routes');
  object('gateway.networking.k8s.io/v1', 'HTTPRoute');
  object('autoscaling/v2', 'HorizontalPodAutoscaler');
  object('apps/v1', 'Deployment');
  object('v1', 'Service');
  object('v1', 'ConfigMap');
  object('v1', 'ServiceAccount');
  object('networking.k8s.io/v1', 'NetworkPolicy');
  object('v1', 'Namespace');
  const { objects } = plan(scope);
  expect(objects.map((each) => `${each.layer} ${each.kind}`)).toEqual([
    'namespaces Namespace',
    'guards NetworkPolicy',
    'identity ServiceAccount',
    'configuration ConfigMap',
    'services Service',
    'workloads Deployment',
    'scaling HorizontalPodAutoscaler',
    'routes ConfigMap',
    'routes HTTPRoute',
    'gates Job',
  ]);
  expect(
    removalOrder(objects)
      .map((each) => each.kind)
      .slice(0, 3),
  ).toEqual(['Job', 'HTTPRoute', 'ConfigMap']);
  expect(orderObjects([...objects].reverse())).toEqual(objects);
});

test('inside a layer, an object stands after those that it names', () => {
  const scope = chart();
  const labels = OURS;
  new k8s.KubeRoleBinding(scope, 'b', {
    metadata: { name: 'a-binding', namespace: 'ns', labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'z-role' },
    subjects: [{ kind: 'ServiceAccount', name: 'z-account', namespace: 'ns' }],
  });
  new k8s.KubeRole(scope, 'r', { metadata: { name: 'z-role', namespace: 'ns', labels } });
  new k8s.KubeServiceAccount(scope, 's', { metadata: { name: 'z-account', namespace: 'ns', labels } });
  expect(plan(scope).objects.map((each) => each.name)).toEqual(['z-role', 'z-account', 'a-binding']);
});

test('a patch after rendering keeps fields that the types do not know; cdk8s drops them', () => {
  const scope = chart();
  const sleep = { preStop: { sleep: { seconds: 5 } } };
  const pod = (name: string): k8s.KubePod =>
    new k8s.KubePod(scope, name, { metadata: { name, namespace: 'ns' }, spec: { containers: [{ name: 'c' }] } });
  pod('before').addJsonPatch(JsonPatch.add('/spec/containers/0/lifecycle', sleep));
  patchRendered(pod('after'), JsonPatch.add('/spec/containers/0/lifecycle', sleep));
  const lifecycles = plan(scope).objects.map(
    (each) => (each.value['spec'] as { containers: { lifecycle: unknown }[] }).containers[0]?.lifecycle,
  );
  expect(lifecycles).toEqual([sleep, { preStop: {} }]);
});

test("an app's own resolvers and patches reach fast objects too", () => {
  const shout = {
    resolve: (context: { value: unknown; replaceValue(value: unknown): void }) =>
      context.value === 'quiet' ? context.replaceValue('LOUD') : undefined,
  };
  const scope = new Chart(new App({ resolvers: [shout] }), 'test');
  const object = plainObject(k8s.KubeConfigMap, scope, 'c', { metadata: { name: 'c', namespace: 'ns' }, data: { a: 'quiet' } });
  expect(plan(scope).objects[0]?.value['data']).toEqual({ a: 'LOUD' });
  object.addJsonPatch(JsonPatch.add('/data/b', 'new'));
  object.metadata.addLabel('l', 'v');
  expect(object.toJson()).toMatchObject({ metadata: { labels: { l: 'v' } }, data: { a: 'LOUD', b: 'new' } });
});

test('three hundred models give three hundred times the objects of one, and no finding', () => {
  const one = modelsPlan(manyModels(1));
  const many = modelsPlan(manyModels(300));
  expect(many.objects).toHaveLength(300 * one.objects.length);
  expect(many.findings).toEqual([]);
});
