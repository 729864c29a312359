import { parse } from 'yaml';
import { synthesize } from '../../../constructs';
import type { JsonObject } from '../../../core/json';
import type { ResolvedScaling, ResolvedStack } from '../../../schema/resolved';
import { sampleContract, sampleModel, samplePlatform, sampleStack, sampleVersion } from '../../support/platforms';
import { find, modelPlan } from '../../support/trees';

const onnx = sampleVersion('m', '1.0.0');
const keda: Partial<ResolvedStack> = {
  metrics: { monitors: true, custom: { rps: 'keda', gpu: 'keda' }, prometheus: 'http://prometheus.monitoring:9090' },
};

function planOf(scaling: Partial<ResolvedScaling>, over: Partial<ResolvedStack> = keda) {
  const version = { ...onnx, scaling: { ...onnx.scaling, ...scaling } };
  const model = sampleModel('m', { contracts: [sampleContract('m', { versions: [version] })] });
  return modelPlan({ stack: sampleStack(over), models: [model] }, 'm');
}

function triggersOf(scaling: Partial<ResolvedScaling>): JsonObject {
  const { minReplicaCount, triggers } = find(planOf(scaling), 'ScaledObject', 'm-v1-0-0').value['spec'] as JsonObject;
  return { minReplicaCount: minReplicaCount ?? null, triggers: triggers ?? null };
}

test('KEDA gets what the autoscaler would do, under its name, and the autoscaler itself is not there', () => {
  const target = { metric: 'rps', value: 50 } as const;
  const made = planOf({ min: 2, max: 9, target });
  const object = find(made, 'ScaledObject', 'm-v1-0-0');
  expect([object.layer, made.objects.some((each) => each.kind === 'HorizontalPodAutoscaler')]).toEqual(['scaling', false]);
  const plain = find(
    planOf({ min: 2, max: 9, target }, { metrics: { monitors: true, custom: { rps: 'prometheus-adapter' } } }),
    'HorizontalPodAutoscaler',
    'm-v1-0-0',
  );
  expect(object.value['spec']).toEqual({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'm-v1-0-0' },
    pollingInterval: 15,
    minReplicaCount: 2,
    maxReplicaCount: 9,
    advanced: { horizontalPodAutoscalerConfig: { name: 'm-v1-0-0', behavior: (plain.value['spec'] as JsonObject)['behavior'] } },
    triggers: [
      {
        type: 'prometheus',
        metricType: 'AverageValue',
        metadata: {
          serverAddress: 'http://prometheus.monitoring:9090',
          query: 'sum(kea_model_rps{kea_version="m-v1-0-0"})',
          threshold: '50',
          ignoreNullValues: 'false',
        },
      },
    ],
  });
  // Whoever scales owns the number of pods.
  expect(find(made, 'Deployment', 'm-v1-0-0').value['spec']).not.toHaveProperty('replicas');
});

test('a schedule: each of two moments lasts until the other, one moment for ever', () => {
  const base = { min: 2, max: 9, target: { metric: 'cpu', value: 60 } } as const;
  const cpu = { type: 'cpu', metricType: 'Utilization', metadata: { value: '60', containerName: 'model' } };
  const morning = { cron: '0 7 * * 1-5', min: 6 };
  expect(triggersOf({ ...base, schedule: [morning] })).toEqual({ minReplicaCount: 6, triggers: [cpu] });
  expect(triggersOf({ ...base, schedule: [morning, { cron: '0 19 * * *', min: 1 }] })).toEqual({
    minReplicaCount: 2,
    triggers: [cpu, { type: 'cron', metadata: { timezone: 'Etc/UTC', start: '0 7 * * 1-5', end: '0 19 * * *', desiredReplicas: '6' } }],
  });
  const evening = { cron: '0 19 * * *', min: 3 };
  const noon = { cron: '0 12 * * *', min: 4 };
  expect(planOf({ ...base, schedule: [morning, noon, evening] }).findings.map(({ code, message }) => [code, message])).toEqual([
    ['KEA2013', 'version 1.0.0 of "m" has 3 moments in its scaling schedule, and KEDA follows 2'],
  ]);
});

test('without KEDA the stack writes down what the adapter has to serve', () => {
  const stack = sampleStack({
    metrics: { monitors: true, custom: { rps: 'prometheus-adapter', gpu: 'keda' }, prometheus: 'http://p:9090' },
  });
  const { value } = find(synthesize({ ...samplePlatform(), stack }), 'ConfigMap', 'kea-metrics-adapter');
  expect(parse(String((value['data'] as JsonObject)['config.yaml']))).toEqual({
    externalRules: [
      {
        seriesQuery: 'kea_model_rps{kea_version!=""}',
        resources: { namespaced: false },
        name: { as: 'kea_model_rps' },
        metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>}) by (kea_version)',
      },
    ],
  });
});

test('no disruption budget can hold up a drain for ever: one pod may always go, and one that is not ready always', () => {
  const one = sampleStack({
    gateway: { ...sampleStack().gateway, replicas: { min: 1, max: 1 } },
    audit: { ...sampleStack().audit, replicas: 1 },
  });
  const budgets = [sampleStack(), one].flatMap((stack) =>
    synthesize({ ...samplePlatform(), stack }).objects.filter((each) => each.kind === 'PodDisruptionBudget'),
  );
  expect(new Set(budgets.map((each) => each.namespace))).toEqual(new Set(['kea-system', 'kea-models']));
  for (const { name, value } of budgets)
    expect([name, value['spec']]).toEqual([
      name,
      expect.objectContaining({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' }),
    ]);
  for (const { value } of budgets) expect(value['spec']).not.toHaveProperty('minAvailable');
});
