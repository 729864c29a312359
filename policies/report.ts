import type { Finding, Place } from '../core/findings/finding';
import type { RuleSeverity, Step } from './rule';

/** Which object, for people and for exceptions. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** One thing that a rule said of one object. What is fine has no verdict. */
export interface Verdict {
  readonly rule: string;
  readonly severity: RuleSeverity;
  /** After the stack's level was applied. */
  readonly step: Step;
  /**
   * `violation`: the rule says no. `failed`: the rule threw or ran out of time, so nobody knows; never a pass. `undecided`: it depends on a value
   * that a preview does not know yet; the same rule decides once it is known.
   */
  readonly outcome: 'violation' | 'failed' | 'undecided';
  /** Absent where the whole plan is at fault. */
  readonly object?: ObjectName;
  readonly message: string;
  readonly model?: string;
  readonly owner?: string;
  /** The exception that covers it; then it is no finding. */
  readonly exception?: Exception;
}

/** A violation that somebody answers for, until a day. */
export interface Exception {
  /** Id of the rule. */
  readonly rule: string;
  /** `Deployment models/credit-score-v1-4-0`, as findings write it; no wildcards. */
  readonly object: string;
  readonly reason: string;
  readonly approver: string;
  /** Last day on which it holds, `YYYY-MM-DD`. */
  readonly expires: string;
  readonly place?: Place;
}

/** What judging a plan found. */
export interface PolicyReport {
  readonly findings: readonly Finding[];
  /** Every violation and failure, excepted ones too: what reports are made of. */
  readonly verdicts: readonly Verdict[];
  /** A rule that is rolled out to `deny` said no, or could not say yes: exit code 5. */
  readonly denied: boolean;
  readonly judged: {
    readonly objects: number;
    readonly rules: number;
    /** Pairs of rule and object. */
    readonly decisions: number;
  };
}
