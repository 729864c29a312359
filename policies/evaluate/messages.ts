import type { Rule } from '../rule';
import type { Decision } from './program';

/** What the worker is started with. */
export interface WorkerStart {
  readonly rules: readonly Rule[];
  /** One Int32: counts up with each decision, so that the other side sees whether any is stuck. */
  readonly pulse: SharedArrayBuffer;
}

/** Objects to judge; rules that ran out of time before are not asked again. */
export interface WorkerTask {
  readonly objects: readonly unknown[];
  readonly skip: readonly number[];
  /** Objects that could not be sent, and why: only their kind and labels are there, and no rule can say yes. */
  readonly unreadable: readonly { readonly object: number; readonly message: string }[];
}

/** Everything that is not a pass. `object` and `rule` are positions in the lists that were sent. */
export interface WorkerVerdict {
  readonly object: number;
  readonly rule: number;
  readonly decision: Exclude<Decision, { readonly outcome: 'pass' }>;
}

export type WorkerAnswer =
  /** Rules that do not compile, once, before anything else. */
  | { readonly kind: 'ready'; readonly broken: readonly { readonly rule: number; readonly message: string }[] }
  | { readonly kind: 'done'; readonly verdicts: readonly WorkerVerdict[]; readonly decisions: number; readonly slow: readonly number[] };

/** Where a worker stands: positions of what it decides right now, and how many decisions it made. */
export const PULSE = { count: 0, object: 1, rule: 2, length: 3 } as const;
