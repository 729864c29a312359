import type { ResolvedContract, ResolvedPlatform, ResolvedVersion } from '../../schema/resolved';
import type { PlanRule, PlanViolation } from '../rule';

/** A call that may take many times what its objective says is one that the objective does not describe. */
const MOST_TIMES = 20;

/** What only the model files together with the stack can tell. */
export const capacityRules: readonly PlanRule[] = [
  {
    id: 'ml.capacity',
    title: 'what autoscalers may ask for fits into the quota',
    severity: 'medium',
    rationale: 'an autoscaler that meets the quota stops in the middle of the peak that it was made for',
    remediation: 'lower scaling.max or resources of the models, or raise the quota of the stack',
    frameworks: [],
    tools: [],
    step: 'deny',
    judge: ({ platform }) => (platform ? overQuota(platform) : []),
  },
  {
    id: 'ml.slo',
    title: 'timeouts fit the objectives',
    severity: 'low',
    rationale: 'an objective that no call can miss, or that every slow call misses unnoticed, says nothing',
    remediation: 'set the timeout of the method between slo.latency.p99 and 20 times that',
    frameworks: [],
    tools: [],
    step: 'warn',
    judge: ({ platform }) =>
      (platform?.models ?? []).flatMap((model) =>
        model.contracts.flatMap((contract) =>
          sloMessages(contract).map((message) => ({ message: `${model.name} ${message}`, model: model.name })),
        ),
      ),
  },
];

function overQuota({ stack, models }: ResolvedPlatform): readonly PlanViolation[] {
  const { quota } = stack;
  if (!quota) return [];
  const versions = models.flatMap((model) => model.contracts.flatMap((contract) => contract.versions));
  const sum = (of: (version: ResolvedVersion) => number): number =>
    versions.reduce((total, version) => total + version.scaling.max * of(version), 0);
  const asked = [
    { what: 'CPU', most: quota.cpuMillis, sum: sum(({ resources }) => resources.cpuMillis), unit: 'm' },
    { what: 'memory', most: quota.memoryBytes, sum: sum(({ resources }) => resources.memoryBytes), unit: ' bytes' },
    { what: 'pods', most: quota.pods, sum: sum(() => 1), unit: '' },
  ];
  return asked
    .filter((each) => each.sum > each.most)
    .map((each) => ({
      message: `all models at their most ask for ${each.sum}${each.unit} ${each.what}, and the quota is ${each.most}${each.unit}`,
    }));
}

function sloMessages({ contract, slo, methods }: ResolvedContract): readonly string[] {
  const p99 = slo?.latency?.p99Ms;
  if (p99 === undefined) return [];
  return methods
    .filter(({ timeoutMs }) => timeoutMs < p99 || timeoutMs > MOST_TIMES * p99)
    .map(({ method, timeoutMs }) => `${contract} ${method} may take ${timeoutMs} ms, and its objective is ${p99} ms at p99`);
}
