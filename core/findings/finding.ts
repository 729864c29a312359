/** How much a finding weighs: an error stops synth, a warning does not, a note only informs. */
export type Severity = 'error' | 'warning' | 'note';

/** Where in a document something stands. Lines and columns count from 1; `path` is written `methods.score.roles[0]`. */
export interface Place {
  /** Path with `/`, relative to the folder that the command was given. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
}

/** The one type for everything a user must hear (style rule 17). */
export interface Finding {
  /** Stable code, `KEA` and four digits, catalogued in `core/findings/`. */
  readonly code: string;
  readonly severity: Severity;
  /** The user's own key, the quoted value, what is allowed; lower case, no full stop. */
  readonly message: string;
  readonly place?: Place;
  /** Why KEA cares, one sentence. */
  readonly why: string;
  /** What to do, one sentence, with the nearest spelling or the exact line where known. */
  readonly fix: string;
  readonly related?: readonly { readonly message: string; readonly place: Place }[];
  /** Name of the stack that the finding is about, when it is about one. */
  readonly stack?: string;
  /** Name of the model that the finding is about, when it is about one. */
  readonly model?: string;
  /** What a policy said, in its parts; the message says the same in one line. */
  readonly policy?: PolicyWord;
}

/** One rule's word about one object. */
export interface PolicyWord {
  /** Id of the rule. */
  readonly rule: string;
  /** `Deployment models/credit-score-v1-4-0`; absent where everything at once is at fault. */
  readonly object?: string;
  /** Who answers for the model. */
  readonly owner?: string;
  readonly said: string;
}

/** The catalogue's entry for one code. */
export interface FindingKind {
  readonly code: string;
  readonly severity: Severity;
  /** Short name, such as "unknown key". */
  readonly title: string;
  readonly why: string;
  /** The general way out; a finding may carry a more exact one. */
  readonly fix: string;
  /** Long form for `kea explain`: a few sentences. */
  readonly explanation: string;
  /** A minimal document that produces the finding, for docs. */
  readonly example?: string;
}

/** What a thrower adds to a kind. */
export interface FindingDetails {
  readonly message: string;
  readonly place?: Place;
  readonly fix?: string;
  readonly severity?: Severity;
  readonly related?: Finding['related'];
  readonly stack?: string;
  readonly model?: string;
  readonly policy?: PolicyWord;
}

/** Makes a finding of a catalogued kind. */
export function finding(kind: FindingKind, details: FindingDetails): Finding {
  return {
    code: kind.code,
    severity: details.severity ?? kind.severity,
    message: details.message,
    ...(details.place ? { place: details.place } : {}),
    why: kind.why,
    fix: details.fix ?? kind.fix,
    ...(details.related ? { related: details.related } : {}),
    ...(details.stack ? { stack: details.stack } : {}),
    ...(details.model ? { model: details.model } : {}),
    ...(details.policy ? { policy: details.policy } : {}),
  };
}

/** True when any finding stops synth. */
export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((each) => each.severity === 'error');
}

/** Declares the kinds of one area; the object's keys are names for the throwers, its values carry the codes. */
export function kinds<K extends string>(area: Record<K, FindingKind>): Readonly<Record<K, FindingKind>> {
  return Object.freeze(area);
}
