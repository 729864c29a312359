import type { PlanObject } from '../../../constructs/plan/plan-object';
import { autoscaledWorkloads, resourceOptions, treatmentOf } from '../../../stacks/bridge/settings';

const object = (kind: string, value: PlanObject['value'] = {}): PlanObject => ({
  apiVersion: 'v1',
  kind,
  name: 'churn',
  namespace: 'models',
  layer: 'workloads',
  value,
});
const facts = { protect: true, autoscaled: new Set<string>() };

test('replicas that an autoscaler owns are left to it, and to nobody else', () => {
  const autoscaler = object('HorizontalPodAutoscaler', { spec: { scaleTargetRef: { kind: 'Deployment', name: 'churn' } } });
  const autoscaled = autoscaledWorkloads([autoscaler]);
  expect([...autoscaled]).toEqual(['Deployment/models/churn']);
  expect(resourceOptions(treatmentOf(object('Deployment'), { ...facts, autoscaled })).ignoreChanges).toEqual(['spec.replicas']);
  expect(resourceOptions(treatmentOf(object('Deployment'), facts)).ignoreChanges).toBeUndefined();
});

test('what holds data refuses to be removed where the stack is protected', () => {
  for (const kind of ['Namespace', 'PersistentVolumeClaim']) {
    expect(treatmentOf(object(kind), facts).protect).toBe(true);
    expect(treatmentOf(object(kind), { ...facts, protect: false }).protect).toBeUndefined();
  }
  expect(treatmentOf(object('CustomResourceDefinition'), { ...facts, protect: false }).retainOnDelete).toBe(true);
  expect(treatmentOf(object('ConfigMap'), facts).protect).toBeUndefined();
});

test('a shorter wait holds for workloads alone', () => {
  expect(treatmentOf(object('Deployment'), { ...facts, wait: '90s' }).timeouts).toEqual({ create: '90s', update: '90s', delete: '10m' });
  expect(treatmentOf(object('ConfigMap'), { ...facts, wait: '90s' }).timeouts).toBeUndefined();
});

test('a load balancer is waited for, other Services are not', () => {
  expect(treatmentOf(object('Service', { spec: { type: 'LoadBalancer' } }), facts).annotations).not.toHaveProperty([
    'pulumi.com/skipAwait',
  ]);
  expect(treatmentOf(object('Service', { spec: { type: 'ClusterIP' } }), facts).annotations).toHaveProperty(
    ['pulumi.com/skipAwait'],
    'true',
  );
});
