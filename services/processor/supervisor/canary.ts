import type { BundleRouting } from '../../../core/contract/bundle';
import { CanarySeries, ShadowOutcome, type CanaryReport, type ContractEvidence, type VersionEvidence } from '../../../core/contract/canary';

/** What of a contract decides how its versions are compared. */
export interface CanarySubject {
  readonly model: string;
  readonly contract: string;
  readonly versions: readonly string[];
  readonly routing: BundleRouting;
}

interface Start {
  /** Versions and routing as text: when they change, counting starts anew. */
  readonly key: string;
  readonly since: string;
  readonly values: Values;
}

type Values = { readonly [series: string]: number };

/** Remembers for each contract with several versions what the workers had counted when its routing last changed. */
export class CanaryBook {
  private starts = new Map<string, Start>();
  private subjects: readonly CanarySubject[] = [];

  /** To be called when a bundle has come to serve. */
  begin(subjects: readonly CanarySubject[], values: Values, now: Date = new Date()): void {
    const starts = new Map<string, Start>();
    this.subjects = subjects.filter(({ versions }) => versions.length > 1);
    for (const subject of this.subjects) {
      const name = `${subject.model}/${subject.contract}`;
      const key = JSON.stringify([subject.versions, subject.routing]);
      const known = this.starts.get(name);
      starts.set(name, known?.key === key ? known : { key, since: now.toISOString(), values: ofContract(values, subject) });
    }
    this.starts = starts;
  }

  report(digest: string | null, values: Values): CanaryReport {
    return {
      digest,
      contracts: this.subjects.map((subject): ContractEvidence => {
        const start = this.starts.get(`${subject.model}/${subject.contract}`);
        const since = (series: string): number => Math.max(0, (values[series] ?? 0) - (start?.values[series] ?? 0));
        return {
          model: subject.model,
          contract: subject.contract,
          since: start?.since ?? new Date(0).toISOString(),
          versions: subject.versions.map((version) => evidence(subject, version, values, since)),
        };
      }),
    };
  }
}

function evidence(subject: CanarySubject, version: string, values: Values, since: (series: string) => number): VersionEvidence {
  const labels = `model="${subject.model}",contract="${subject.contract}",version="${version}"`;
  const of = (series: string, more = ''): number => since(`${series}{${labels}${more}}`);
  const calls = (outcome: string): number => of(CanarySeries.calls, `,outcome="${outcome}"`);
  const shadow = (outcome: string): number => of(CanarySeries.shadow, `,outcome="${outcome}"`);
  const bucket = `${CanarySeries.latency}_bucket{${labels},le="`;
  return {
    version,
    weight: subject.routing.weights[version] ?? 0,
    shadow: subject.routing.shadow[version] ?? 0,
    calls: { answered: calls('answered'), refused: calls('refused'), failed: calls('failed') },
    latency: {
      count: of(`${CanarySeries.latency}_count`),
      seconds: of(`${CanarySeries.latency}_sum`),
      buckets: Object.fromEntries(
        Object.keys(values)
          .filter((series) => series.startsWith(bucket))
          .map((series) => [series.slice(bucket.length, -2), since(series)]),
      ),
    },
    shadowed: {
      agreed: shadow(ShadowOutcome.agreed),
      differed: shadow(ShadowOutcome.differed),
      liveFailed: shadow(ShadowOutcome.liveFailed),
      shadowFailed: shadow(ShadowOutcome.shadowFailed),
      bothFailed: shadow(ShadowOutcome.bothFailed),
      dropped: shadow(ShadowOutcome.dropped),
      liveSeconds: of(CanarySeries.liveSeconds),
      seconds: of(CanarySeries.shadowSeconds),
    },
  };
}

function ofContract(values: Values, { model, contract }: CanarySubject): Values {
  const labels = `{model="${model}",contract="${contract}",version="`;
  return Object.fromEntries(Object.entries(values).filter(([series]) => series.includes(labels)));
}
