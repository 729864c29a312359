import { compareVersions } from '../names';
import type { ContractEvidence, VersionEvidence } from '../contract/canary';

/** When a version is good enough. */
export interface CanaryThresholds {
  /** Calls (own and mirrored) below which nothing is decided. @default 100 */
  readonly minCalls: number;
  /** Least share of mirrored calls that both answered and that came out the same, 0 to 1. @default 0.99 */
  readonly minAgreement: number;
  /** Largest difference of the shares of failed calls, 0 to 1. @default 0.005 */
  readonly maxMoreErrors: number;
  /** Largest ratio of the 95th percentiles of the models' times. @default 1.5 */
  readonly maxSlower: number;
}

export const DEFAULT_THRESHOLDS: CanaryThresholds = { minCalls: 100, minAgreement: 0.99, maxMoreErrors: 0.005, maxSlower: 1.5 };

/** Times below this many seconds are not told apart: buckets are too coarse, and nobody waits for them. */
const LATENCY_FLOOR = 0.01;

export interface CanaryVerdict {
  readonly verdict: 'promote' | 'wait' | 'abort';
  /** Why not `promote`, each a sentence without stop; empty for `promote`. */
  readonly reasons: readonly string[];
  readonly facts: CanaryFacts;
}

/** What the verdict was made of. Shares are 0 to 1, times seconds; absent where there was nothing to measure. */
export interface CanaryFacts {
  readonly calls: number;
  readonly agreement?: number;
  readonly errors: number;
  readonly baselineErrors: number;
  readonly p95?: number;
  readonly baselineP95?: number;
}

/** The version that is on trial: the newest that is mirrored to, or has a part of the traffic while an older one has the rest. */
export function candidateOf({ versions }: ContractEvidence): string | undefined {
  const ordered = [...versions].sort((a, b) => compareVersions(b.version, a.version));
  const shadow = ordered.find((each) => each.shadow > 0);
  if (shadow) return shadow.version;
  const live = ordered.filter((each) => each.weight > 0);
  return live.length > 1 ? live[0]?.version : undefined;
}

/**
 * Judges one version against all others that have traffic: by agreement where it is mirrored to, by failures and by time.
 * Too few calls decide nothing, not even when all of them were good.
 */
export function canaryVerdict(
  evidence: ContractEvidence,
  version: string,
  thresholds: CanaryThresholds = DEFAULT_THRESHOLDS,
): CanaryVerdict {
  const candidate = evidence.versions.find((each) => each.version === version);
  const others = evidence.versions.filter((each) => each.version !== version && each.weight > 0);
  const facts = factsOf(candidate, others);
  const wait = (reason: string): CanaryVerdict => ({ verdict: 'wait', reasons: [reason], facts });
  if (!candidate) return wait(`${version} is not deployed`);
  if (others.length === 0) return wait(`no other version has traffic to compare ${version} with`);
  if (candidate.weight === 0 && candidate.shadow === 0) return wait(`${version} has neither traffic nor a shadow`);
  if (facts.calls < thresholds.minCalls) return wait(`${facts.calls} of ${thresholds.minCalls} calls so far`);
  const reasons = faults(facts, thresholds);
  return { verdict: reasons.length === 0 ? 'promote' : 'abort', reasons, facts };
}

function faults(facts: CanaryFacts, thresholds: CanaryThresholds): readonly string[] {
  const { agreement, errors, baselineErrors, p95, baselineP95 } = facts;
  const limit = Math.max(LATENCY_FLOOR, (baselineP95 ?? 0) * thresholds.maxSlower);
  return [
    ...(agreement !== undefined && agreement < thresholds.minAgreement
      ? [`${percent(agreement)} of the answers agree; ${percent(thresholds.minAgreement)} must`]
      : []),
    ...(errors > baselineErrors + thresholds.maxMoreErrors
      ? [`${percent(errors)} of its calls fail, against ${percent(baselineErrors)}; ${percent(thresholds.maxMoreErrors)} more are allowed`]
      : []),
    ...(p95 !== undefined && baselineP95 !== undefined && p95 > limit
      ? [
          `95 % of its answers take up to ${seconds(p95)}, against ${seconds(baselineP95)}; ${thresholds.maxSlower} times as long is allowed`,
        ]
      : []),
  ];
}

function factsOf(candidate: VersionEvidence | undefined, others: readonly VersionEvidence[]): CanaryFacts {
  const shadowed = candidate?.shadowed;
  const compared = shadowed ? shadowed.agreed + shadowed.differed : 0;
  const mirrored = shadowed ? compared + shadowed.liveFailed + shadowed.shadowFailed + shadowed.bothFailed : 0;
  const own = candidate ? ended(candidate) : 0;
  const failed = (candidate?.calls.failed ?? 0) + (shadowed ? shadowed.shadowFailed + shadowed.bothFailed : 0);
  const p95 = candidate && quantile([candidate], 0.95);
  const baselineP95 = quantile(others, 0.95);
  return {
    calls: own + mirrored,
    ...(shadowed && compared > 0 ? { agreement: shadowed.agreed / compared } : {}),
    errors: share(failed, own + mirrored),
    baselineErrors: share(
      others.reduce((sum, each) => sum + each.calls.failed, 0),
      others.reduce((sum, each) => sum + ended(each), 0),
    ),
    ...(p95 === undefined ? {} : { p95 }),
    ...(baselineP95 === undefined ? {} : { baselineP95 }),
  };
}

/** Refusals are the callers' mistakes and say nothing of the version. */
function ended({ calls }: VersionEvidence): number {
  return calls.answered + calls.failed;
}

/** From the buckets, between whose bounds times are taken to lie evenly; beyond the last bound it is that bound. */
export function quantile(versions: readonly Pick<VersionEvidence, 'latency'>[], q: number): number | undefined {
  const bounds = new Map<number, number>();
  for (const { latency } of versions) {
    for (const [le, count] of Object.entries(latency.buckets))
      if (le !== '+Inf') bounds.set(Number(le), (bounds.get(Number(le)) ?? 0) + count);
  }
  const total = versions.reduce((sum, { latency }) => sum + latency.count, 0);
  if (total === 0 || bounds.size === 0) return undefined;
  let [below, before] = [0, 0];
  for (const [bound, count] of [...bounds].sort(([a], [b]) => a - b)) {
    if (count >= q * total) return below + (count === before ? 0 : ((q * total - before) / (count - before)) * (bound - below));
    [below, before] = [bound, count];
  }
  return below;
}

/** The counts of several gateways as one. */
export function mergeEvidence(reports: readonly ContractEvidence[]): ContractEvidence | undefined {
  const [first] = reports;
  if (!first) return undefined;
  const versions = new Map<string, VersionEvidence>();
  for (const each of reports.flatMap((report) => report.versions)) {
    const known = versions.get(each.version);
    versions.set(each.version, known ? added(known, each) : each);
  }
  return { ...first, since: reports.map(({ since }) => since).sort()[0] ?? first.since, versions: [...versions.values()] };
}

function added(a: VersionEvidence, b: VersionEvidence): VersionEvidence {
  return {
    ...a,
    calls: summed(a.calls, b.calls),
    latency: {
      count: a.latency.count + b.latency.count,
      seconds: a.latency.seconds + b.latency.seconds,
      buckets: summed(a.latency.buckets, b.latency.buckets),
    },
    shadowed: summed(a.shadowed, b.shadowed),
  };
}

function summed<T extends object>(a: T, b: T): T {
  const [left, right] = [a as { readonly [key: string]: number }, b as { readonly [key: string]: number }];
  return Object.fromEntries(
    [...new Set([...Object.keys(left), ...Object.keys(right)])].map((key) => [key, (left[key] ?? 0) + (right[key] ?? 0)]),
  ) as T;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function percent(value: number): string {
  return `${Number((value * 100).toFixed(2))} %`;
}

function seconds(value: number): string {
  return value < 1 ? `${Number((value * 1000).toFixed(1))} ms` : `${Number(value.toFixed(2))} s`;
}
