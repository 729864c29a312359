/** What a gateway has counted of each version of one contract since its routing or versions last changed: `/-/canary` of the management port. */
export interface CanaryReport {
  /** Digest of the bundle that serves. */
  readonly digest: string | null;
  readonly contracts: readonly ContractEvidence[];
}

export interface ContractEvidence {
  readonly model: string;
  readonly contract: string;
  /** Since when is counted, ISO 8601. */
  readonly since: string;
  readonly versions: readonly VersionEvidence[];
}

export interface VersionEvidence {
  readonly version: string;
  /** Percent of the traffic. */
  readonly weight: number;
  /** Percent of the calls that are mirrored to it. */
  readonly shadow: number;
  /** Calls that this version answered, by how they ended; a hit of the cache counts as answered. */
  readonly calls: { readonly answered: number; readonly refused: number; readonly failed: number };
  /** Questions to the model itself, mirrored ones too: seconds altogether, and how many took at most so many seconds (the last is `+Inf`). */
  readonly latency: { readonly count: number; readonly seconds: number; readonly buckets: { readonly [le: string]: number } };
  /** Mirrored calls, by what came of both answers. */
  readonly shadowed: ShadowCounts;
}

export interface ShadowCounts {
  /** Both answered, the same within the tolerance of the method's examples. */
  readonly agreed: number;
  readonly differed: number;
  /** Only the live version failed, only the mirrored one, or both did. */
  readonly liveFailed: number;
  readonly shadowFailed: number;
  readonly bothFailed: number;
  /** Not mirrored, because too many were on the way or memory was short. */
  readonly dropped: number;
  /** Seconds that both versions took together where both answered. */
  readonly liveSeconds: number;
  readonly seconds: number;
}

/** Kinds of outcomes as the series `kea_shadow_total` names them. */
export const ShadowOutcome = {
  agreed: 'agreed',
  differed: 'differed',
  liveFailed: 'live-failed',
  shadowFailed: 'shadow-failed',
  bothFailed: 'both-failed',
  dropped: 'dropped',
} as const;

export type ShadowOutcome = (typeof ShadowOutcome)[keyof typeof ShadowOutcome];

/** Series of the workers of which the report is made, without labels. */
export const CanarySeries = {
  calls: 'kea_calls_total',
  latency: 'kea_model_seconds',
  shadow: 'kea_shadow_total',
  liveSeconds: 'kea_shadow_live_seconds_sum',
  shadowSeconds: 'kea_shadow_seconds_sum',
} as const;
