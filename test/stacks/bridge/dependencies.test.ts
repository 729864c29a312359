import { synthesize } from '../../../constructs';
import { describeObject, type PlanObject } from '../../../constructs/plan/plan-object';
import { dependenciesOf } from '../../../stacks/bridge/dependencies';
import { samplePlatform, sampleStack } from '../../support/platforms';
import { find } from '../../support/trees';

const plan = synthesize(samplePlatform());
const dependencies = dependenciesOf(plan.objects);
const before = (object: PlanObject): string[] => (dependencies.get(object) ?? []).map(describeObject).sort();
const beforeNamed = (kind: string, name: string): string[] => before(find(plan, kind, name));

test('a namespace waits for nothing, and everything in it waits for it', () => {
  expect(beforeNamed('Namespace', 'kea-models')).toEqual([]);
  const homeless = plan.objects.filter(
    (object) => object.namespace !== undefined && !before(object).includes(`Namespace ${object.namespace}`),
  );
  expect(homeless).toEqual([]);
});

test('pods wait for what they mount, for the policies that select them, and for the limits of their namespace', () => {
  const deployment = plan.objects.find((object) => object.kind === 'Deployment' && object.model !== undefined)!;
  expect(before(deployment)).toEqual(
    expect.arrayContaining([
      'LimitRange kea-models/kea-defaults',
      `NetworkPolicy kea-models/${deployment.model}-closed`,
      `NetworkPolicy kea-models/${deployment.model}-from-gateway`,
      `ServiceAccount kea-models/${deployment.name}`,
    ]),
  );
  expect(before(deployment).filter((each) => each.startsWith('Deployment') || each.startsWith('Service kea-models'))).toEqual([]);
});

test('gateway pods wait for their rights and for the index, the index for all parts, a part for the pods of its model', () => {
  expect(beforeNamed('Deployment', 'kea-gateway')).toEqual(
    expect.arrayContaining(['ConfigMap kea-system/kea-bundle-index', 'RoleBinding kea-system/kea-gateway-configmaps']),
  );
  const parts = plan.objects.filter((object) => object.name.startsWith('kea-bundle-') && object.model !== undefined);
  expect(beforeNamed('ConfigMap', 'kea-bundle-index')).toEqual(expect.arrayContaining(parts.map(describeObject)));
  for (const part of parts) {
    const pods = plan.objects.filter((object) => object.kind === 'Deployment' && object.model === part.model);
    expect(before(part)).toEqual(['Namespace kea-system', ...pods.map(describeObject)].sort());
  }
});

test('a Service waits for no pods, so that one pod that is not ready holds up nothing', () => {
  const services = plan.objects.filter((object) => object.kind === 'Service');
  expect(services.flatMap(before).filter((each) => /^(Deployment|StatefulSet)/.test(each))).toEqual([]);
});

test('a public route waits for the pods behind its Service', () => {
  const routed = synthesize({ ...samplePlatform(), stack: sampleStack({ exposure: { kind: 'httpRoute', gateway: 'infra/public' } }) });
  const route = routed.objects.find((object) => object.kind === 'HTTPRoute')!;
  const others = (dependenciesOf(routed.objects).get(route) ?? []).map(describeObject);
  expect(others).toEqual(expect.arrayContaining(['Service kea-system/kea-gateway', 'Deployment kea-system/kea-gateway']));
});

test('what an apply waits for comes last: nothing depends on it', () => {
  const gates = new Set(plan.objects.filter((object) => object.layer === 'gates'));
  expect([...dependencies.values()].flat().filter((object) => gates.has(object) && object.kind === 'Job')).toEqual([]);
  for (const gate of gates) if (gate.kind === 'Job') expect(before(gate)).toContain('Deployment kea-system/kea-gateway');
});

test('nothing waits for itself, however far', () => {
  const state = new Map<PlanObject, 'open' | 'done'>();
  const visit = (object: PlanObject, path: readonly string[]): void => {
    if (state.get(object) === 'open') throw new Error([...path, describeObject(object)].join(' → '));
    if (state.has(object)) return;
    state.set(object, 'open');
    for (const other of dependencies.get(object) ?? []) visit(other, [...path, describeObject(object)]);
    state.set(object, 'done');
  };
  plan.objects.forEach((object) => visit(object, []));
});
