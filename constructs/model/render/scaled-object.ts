import { versionName } from '../../../core/contract/names';
import type { JsonObject } from '../../../core/json';
import type { ResolvedScaling, ResolvedStack, ResolvedVersion } from '../../../schema/resolved';
import { SERVER_CONTAINER } from './pod';
import { behaviour, METRIC_VERSION_LABEL, ScalingMetric } from './scaling';

/**
 * What KEDA makes the autoscaler of one version from. The autoscaler keeps the version's name, so that one of the plan that was there before is taken
 * over with the number of pods that it had.
 */
export function scaledObject(model: string, version: ResolvedVersion, { namespaces, metrics }: ResolvedStack): JsonObject {
  const { scaling } = version;
  const name = versionName(model, version.version);
  return {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    pollingInterval: 15,
    minReplicaCount: floor(scaling),
    maxReplicaCount: scaling.max,
    advanced: { horizontalPodAutoscalerConfig: { name, behavior: behaviour(scaling) } },
    triggers: [metric(name, scaling, namespaces.models, metrics.prometheus ?? ''), ...windows(scaling)],
  };
}

/** Lets KEDA take over the autoscaler that was there before. */
export const TAKES_OVER = { 'scaledobject.keda.sh/transfer-hpa-ownership': 'true' } as const;

/** Fewest pods at any time. A schedule of one moment lasts until that moment comes again. */
function floor({ min, schedule: [first, second] }: ResolvedScaling): number {
  return first && !second ? Math.max(min, first.min) : min;
}

function metric(name: string, { target: { metric: kind, value } }: ResolvedScaling, namespace: string, serverAddress: string): JsonObject {
  switch (kind) {
    case 'cpu':
      return { type: 'cpu', metricType: 'Utilization', metadata: { value: String(value), containerName: SERVER_CONTAINER } };
    case 'gpu':
      return prometheus(serverAddress, `sum(${ScalingMetric.gpu}{namespace="${namespace}",pod=~"${name}-[a-z0-9]+-[a-z0-9]+"})`, value);
    case 'concurrency':
    case 'rps':
    case 'queue':
      return prometheus(serverAddress, `sum(${ScalingMetric[kind]}{${METRIC_VERSION_LABEL}="${name}"})`, value);
  }
}

/** The sum, which the autoscaler divides by its pods. No number is not zero: the pods stay as they are. */
function prometheus(serverAddress: string, query: string, value: number): JsonObject {
  return {
    type: 'prometheus',
    metricType: 'AverageValue',
    metadata: { serverAddress, query, threshold: String(value), ignoreNullValues: 'false' },
  };
}

/** Each of two moments lasts until the other. */
function windows({ min, schedule }: ResolvedScaling): JsonObject[] {
  const [first, second] = schedule;
  if (!first || !second) return [];
  return [
    { start: first.cron, end: second.cron, desiredReplicas: first.min },
    { start: second.cron, end: first.cron, desiredReplicas: second.min },
  ]
    .filter(({ desiredReplicas }) => desiredReplicas > min)
    .map(({ start, end, desiredReplicas }) => ({
      type: 'cron',
      metadata: { timezone: 'Etc/UTC', start, end, desiredReplicas: String(desiredReplicas) },
    }));
}
