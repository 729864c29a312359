import { tried, notTried, type Failure, type Section } from './report';

/** Where one gateway tells its counters: the text of `/-/metrics`. Rejects when it is out of reach. */
export type CounterSource = () => Promise<string>;

/** Counters of all gateways together. */
export interface Counters {
  /** Requests that Envoy has answered on the public listener. */
  readonly answered: number;
  /** Requests that Envoy has handed to the processor, repeats counted. */
  readonly handedOn: number;
  readonly repeats: number;
  /** Of them, questions of the readiness probe. */
  readonly probes: number;
  /** Calls that the processor has counted by outcome. */
  readonly counted: number;
  /** Audit records written, and lost. */
  readonly recorded: number;
}

const EXTRA_OUTCOMES = /outcome="(fallback|outside-contract)"/;

/** Sums up one or more texts in Prometheus form. Pure. */
export function countersOf(texts: readonly string[]): Counters {
  const sum = (name: string, fits: (labels: string) => boolean = () => true): number =>
    texts
      .flatMap((text) => text.split('\n'))
      .reduce((total, line) => {
        const match = /^([a-z0-9_]+)(\{[^}]*\})? ([0-9.e+-]+)$/i.exec(line);
        return match?.[1] === name && fits(match[2] ?? '') ? total + Number(match[3]) : total;
      }, 0);
  const processor = (labels: string): boolean => labels.includes('envoy_cluster_name="processor"');
  return {
    answered: sum('envoy_http_downstream_rq_completed', (labels) => labels.includes('envoy_http_conn_manager_prefix="edge"')),
    handedOn: sum('envoy_cluster_upstream_rq_total', processor),
    repeats: sum('envoy_cluster_upstream_rq_retry', processor),
    probes: sum('envoy_http_downstream_rq_completed', (labels) => labels.includes('envoy_http_conn_manager_prefix="probe"')),
    counted: sum('kea_calls_total', (labels) => !EXTRA_OUTCOMES.test(labels)),
    recorded: sum('kea_audit_written_total') + sum('kea_audit_lost_total'),
  };
}

const CLAIM = 'what Envoy let through, the processor counted and the audit recorded are one number';
/** Counters are told once a second; best-effort records wait a little. */
const SETTLE_MS = 15_000;

/** Runs `work`, which sends requests, between two looks at the counters; other callers may call meanwhile. */
export async function proveCounters(sources: readonly CounterSource[], sent: () => number, work: () => Promise<void>): Promise<Section> {
  if (sources.length === 0) {
    await work();
    return notTried(CLAIM, 'the management ports of the gateways are out of reach: name a --context, or run it where the platform runs');
  }
  const before = await look(sources);
  const sentBefore = sent();
  await work();
  const ours = sent() - sentBefore;
  if (isFailure(before)) return tried(CLAIM, ours, [before]);
  const deadline = Date.now() + SETTLE_MS;
  let failures: readonly Failure[];
  do {
    const after = await look(sources);
    failures = isFailure(after) ? [after] : reconcile(before, after, ours);
    if (failures.length > 0) await new Promise((resolve) => setTimeout(resolve, 500));
  } while (failures.length > 0 && Date.now() < deadline);
  return tried(CLAIM, ours, failures);
}

/** What all sources tell together, or why one of them tells nothing. */
async function look(sources: readonly CounterSource[]): Promise<Counters | Failure> {
  try {
    return countersOf(await Promise.all(sources.map((source) => source())));
  } catch (error) {
    return { what: "a gateway's counters", expected: 'its management port answers', got: (error as Error).message };
  }
}

function isFailure(seen: Counters | Failure): seen is Failure {
  return 'what' in seen;
}

/** What does not add up between two looks. Pure. */
export function reconcile(before: Counters, after: Counters, sent: number): readonly Failure[] {
  const grown = (name: keyof Counters): number => after[name] - before[name];
  const failures: Failure[] = [];
  if (grown('answered') < sent)
    failures.push({ what: 'answered by Envoy', expected: `at least the ${sent} that were sent`, got: `${grown('answered')}` });
  const once = grown('handedOn') - grown('repeats') - grown('probes');
  if (grown('counted') !== once)
    failures.push({ what: 'counted by the processor', expected: `${once}, which Envoy handed on`, got: `${grown('counted')}` });
  if (grown('recorded') !== grown('counted'))
    failures.push({
      what: 'recorded by the audit',
      expected: `${grown('counted')}, which the processor counted`,
      got: `${grown('recorded')}`,
    });
  return failures;
}
