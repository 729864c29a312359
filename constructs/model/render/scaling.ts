import { versionName } from '../../../core/contract/names';
import { finding, type Finding } from '../../../core/findings/finding';
import { planFindings } from '../../../core/findings/plan';
import type { ResolvedScaling, ResolvedStack, ResolvedVersion } from '../../../schema/resolved';
import { k8s } from '../../k8s';
import { SERVER_CONTAINER } from './pod';

/** Metrics of the gateway that autoscalers read through the stack's adapter or KEDA; recorded by the model's PrometheusRule. */
export const ScalingMetric = {
  concurrency: 'kea_model_concurrency',
  rps: 'kea_model_rps',
  queue: 'kea_model_queue',
  gpu: 'DCGM_FI_DEV_GPU_UTIL',
} as const;

/** A window of KEDA has one beginning and one end: of more moments none could say which comes next. */
const MOST_MOMENTS = 2;

/** Label by which the recorded metrics name a version. */
export const METRIC_VERSION_LABEL = 'kea_version';

/** True when an autoscaler owns the number of replicas, so that the Deployment must not name one. */
export function isAutoscaled(scaling: ResolvedScaling): boolean {
  return scaling.max > scaling.min;
}

/** True when KEDA scales the version: its metric comes from KEDA, or it has a schedule and the stack has KEDA for some metric. */
export function isScaledByKeda({ target, schedule }: ResolvedScaling, { custom }: ResolvedStack['metrics']): boolean {
  return custom[target.metric] === 'keda' || (schedule.length > 0 && Object.values(custom).includes('keda'));
}

/** The autoscaler of one version. */
export function autoscaler(model: string, version: ResolvedVersion): k8s.HorizontalPodAutoscalerSpecV2 {
  const { scaling } = version;
  const name = versionName(model, version.version);
  return {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: scaling.min,
    maxReplicas: scaling.max,
    metrics: [metric(name, scaling)],
    behavior: behaviour(scaling),
  };
}

/** How quickly pods come and go, whoever counts them. */
export function behaviour({ behaviour: { scaleUpSeconds, scaleDownSeconds } }: ResolvedScaling) {
  return {
    scaleUp: {
      stabilizationWindowSeconds: scaleUpSeconds,
      selectPolicy: 'Max',
      policies: [
        { type: 'Percent', value: 100, periodSeconds: 15 },
        { type: 'Pods', value: 4, periodSeconds: 15 },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: scaleDownSeconds,
      selectPolicy: 'Max',
      policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }],
    },
  };
}

function metric(name: string, scaling: ResolvedScaling): k8s.MetricSpecV2 {
  const { metric: kind, value } = scaling.target;
  switch (kind) {
    case 'cpu':
      // Of the server alone: the sidecar's idle request would water the average down.
      return {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: SERVER_CONTAINER, target: { type: 'Utilization', averageUtilization: value } },
      };
    case 'gpu':
      return {
        type: 'Pods',
        pods: { metric: { name: ScalingMetric.gpu }, target: { type: 'AverageValue', averageValue: k8s.Quantity.fromNumber(value) } },
      };
    case 'concurrency':
    case 'rps':
    case 'queue':
      return {
        type: 'External',
        external: {
          metric: { name: ScalingMetric[kind], selector: { matchLabels: { [METRIC_VERSION_LABEL]: name } } },
          target: { type: 'AverageValue', averageValue: k8s.Quantity.fromNumber(value) },
        },
      };
  }
}

/** What a stack cannot give that the scaling asks for. */
export function scalingFindings(model: string, version: ResolvedVersion, stack: Pick<ResolvedStack, 'name' | 'metrics'>): Finding[] {
  const { target, schedule } = version.scaling;
  const what = `version ${version.version} of "${model}"`;
  const findings: Finding[] = [];
  if (isAutoscaled(version.scaling) && target.metric !== 'cpu' && !stack.metrics.custom[target.metric]) {
    const message = `${what} scales by ${target.metric}, and stack "${stack.name}" names no source under metrics.custom.${target.metric}`;
    findings.push(finding(planFindings.scalingSource, { message, model, stack: stack.name }));
  }
  const followed = isScaledByKeda(version.scaling, stack.metrics);
  if (schedule.length > 0 && (!followed || schedule.length > MOST_MOMENTS)) {
    const message = followed
      ? `${what} has ${schedule.length} moments in its scaling schedule, and KEDA follows ${MOST_MOMENTS}`
      : `${what} has a scaling schedule, and stack "${stack.name}" has nothing that could follow it`;
    const fix = followed ? 'keep two moments' : 'remove scaling.schedule, or name `keda` under metrics.custom in the stack file';
    findings.push(finding(planFindings.scalingSource, { message, fix, model, stack: stack.name }));
  }
  return findings;
}
