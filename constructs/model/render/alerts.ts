import { contractName, versionName } from '../../../core/contract/names';
import type { JsonObject } from '../../../core/json';
import type { ResolvedContract, ResolvedModel } from '../../../schema/resolved';
import { METRIC_VERSION_LABEL, ScalingMetric } from './scaling';

/** Series of the gateway, one a version: Envoy's counters of the cluster that bears the version's name. */
function clusterSeries(metric: string, name: string, more = ''): string {
  return `envoy_cluster_${metric}{envoy_cluster_name="${name}"${more}}`;
}

/** Spec of the contract's PrometheusRule: what autoscalers read, and alerts on its service level. */
export function contractRules(model: ResolvedModel, contract: ResolvedContract): JsonObject {
  const name = contractName(model.name, contract.contract);
  const recorded = contract.versions
    .filter((version) => version.scaling.target.metric !== 'cpu')
    .flatMap((version) => recordings(versionName(model.name, version.version)));
  const alerts = [...availabilityAlerts(model, contract), ...latencyAlerts(model, contract), noInstance(model, contract)];
  return {
    groups: [
      ...(recorded.length > 0 ? [{ name: `${name}.scaling`, interval: '15s', rules: recorded }] : []),
      { name: `${name}.slo`, interval: '30s', rules: alerts },
    ],
  };
}

function recordings(name: string): JsonObject[] {
  const labels = { [METRIC_VERSION_LABEL]: name };
  return [
    { record: ScalingMetric.concurrency, expr: `sum(${clusterSeries('upstream_rq_active', name)})`, labels },
    { record: ScalingMetric.rps, expr: `sum(rate(${clusterSeries('upstream_rq_total', name)}[1m]))`, labels },
    { record: ScalingMetric.queue, expr: `sum(${clusterSeries('upstream_rq_pending_active', name)})`, labels },
  ];
}

/** Two windows of burn rate (Google SRE workbook): fast burn pages, slow burn makes a ticket. */
function availabilityAlerts(model: ResolvedModel, contract: ResolvedContract): JsonObject[] {
  const availability = contract.slo?.availability;
  if (availability === undefined) return [];
  const budget = Number((1 - availability / 100).toFixed(6));
  const versions = contract.versions.map((version) => versionName(model.name, version.version)).join('|');
  const failing = (window: string): string => {
    const total = `envoy_cluster_upstream_rq_total{envoy_cluster_name=~"${versions}"}`;
    const failed = `envoy_cluster_upstream_rq_xx{envoy_cluster_name=~"${versions}",envoy_response_code_class="5"}`;
    return `(sum(rate(${failed}[${window}])) / sum(rate(${total}[${window}])))`;
  };
  const alert = (severity: string, factor: number, short: string, long: string): JsonObject => ({
    alert: 'KeaModelErrorBudgetBurn',
    expr: `${failing(short)} > ${factor} * ${budget} and ${failing(long)} > ${factor} * ${budget}`,
    for: '2m',
    labels: { ...alertLabels(model, contract), severity },
    annotations: {
      summary: `${model.name} ${contract.contract} fails too often for its ${availability} % availability`,
      description: `The error budget burns ${factor} times too fast over ${short} and ${long}.`,
    },
  });
  return [alert('page', 14.4, '5m', '1h'), alert('ticket', 3, '30m', '6h')];
}

const QUANTILES = { p50Ms: 0.5, p95Ms: 0.95, p99Ms: 0.99 } as const;

/** The model's own time at each quantile that its file promises, from the processor's histogram; hits of the cache are not in it. */
function latencyAlerts(model: ResolvedModel, contract: ResolvedContract): JsonObject[] {
  const promised = contract.slo?.latency ?? {};
  const series = `kea_model_seconds_bucket{model="${model.name}",contract="${contract.contract}"}`;
  return (['p50Ms', 'p95Ms', 'p99Ms'] as const).flatMap((key) => {
    const limit = promised[key];
    if (limit === undefined) return [];
    const name = key.slice(0, 3);
    return [
      {
        alert: 'KeaModelSlow',
        expr: `histogram_quantile(${QUANTILES[key]}, sum by (le) (rate(${series}[5m]))) > ${limit / 1000}`,
        for: '5m',
        labels: { ...alertLabels(model, contract), quantile: name, severity: 'ticket' },
        annotations: {
          summary: `${model.name} ${contract.contract} is slower than its ${name} of ${limit} ms`,
          description: 'Measured at the gateway, from the call to the model until its answer.',
        },
      },
    ];
  });
}

/** No ready instance of any version that takes traffic. */
function noInstance(model: ResolvedModel, contract: ResolvedContract): JsonObject {
  const live = contract.versions.filter((version) => (contract.routing.weights[version.version] ?? 0) > 0);
  const names = (live.length > 0 ? live : contract.versions).map((version) => versionName(model.name, version.version)).join('|');
  return {
    alert: 'KeaModelNoInstance',
    expr: `max(envoy_cluster_membership_healthy{envoy_cluster_name=~"${names}"}) == 0`,
    for: '2m',
    labels: { ...alertLabels(model, contract), severity: 'page' },
    annotations: {
      summary: `${model.name} ${contract.contract} has no ready instance`,
      description: 'Every call of this contract is answered 503.',
    },
  };
}

function alertLabels(model: ResolvedModel, contract: ResolvedContract): JsonObject {
  return { model: model.name, contract: contract.contract, owner: model.owner };
}
