import { Construct } from 'constructs';
import type { ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import { METRIC_VERSION_LABEL, ScalingMetric } from '../model/render/scaling';
import { registerPlanCheck } from '../plan/register';
import { toYaml } from '../plan/yaml';
import { platformLabels } from '../shared/labels';

export interface MetricSourcesProps {
  readonly stack: ResolvedStack;
}

const NAME = 'kea-metrics-adapter';

/**
 * Rules for prometheus-adapter, in its own words: whoever runs the adapter merges `config.yaml` into its configuration. Nothing where no metric of the
 * stack comes from it.
 */
export class MetricSources extends Construct {
  constructor(scope: Construct, id: string, { stack }: MetricSourcesProps) {
    super(scope, id);
    registerPlanCheck(this);
    const adapted = new Set(
      Object.entries(stack.metrics.custom).flatMap(([metric, source]) => (source === 'prometheus-adapter' ? [metric] : [])),
    );
    if (adapted.size === 0) return;
    const external = (['concurrency', 'rps', 'queue'] as const)
      .filter((metric) => adapted.has(metric))
      .map((metric) => ScalingMetric[metric]);
    const config = {
      ...(adapted.has('gpu') ? { rules: [GPU_RULE] } : {}),
      ...(external.length > 0 ? { externalRules: external.map(externalRule) } : {}),
    };
    plainObject(k8s.KubeConfigMap, this, 'Rules', {
      metadata: { name: NAME, namespace: stack.namespaces.platform, labels: { ...platformLabels('observability', NAME) } },
      data: { 'config.yaml': toYaml(config) },
    });
  }
}

/** The recording rules have added everything up already: one series for each version, whatever namespace it was recorded in. */
function externalRule(metric: string) {
  return {
    seriesQuery: `${metric}{${METRIC_VERSION_LABEL}!=""}`,
    resources: { namespaced: false },
    name: { as: metric },
    metricsQuery: `sum(<<.Series>>{<<.LabelMatchers>>}) by (${METRIC_VERSION_LABEL})`,
  };
}

/** What the exporter of the GPUs says of each pod. */
const GPU_RULE = {
  seriesQuery: `${ScalingMetric.gpu}{namespace!="",pod!=""}`,
  resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
  name: { as: ScalingMetric.gpu },
  metricsQuery: 'avg(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
} as const;
