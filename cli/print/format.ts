import type { Finding } from '../../core/findings/finding';
import type { JsonValue } from '../../core/json';

export const OUTPUT_FORMATS = ['text', 'json', 'github', 'gitlab', 'sarif', 'junit'] as const;

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** A finding that several stacks share is shown once, with their names. */
export interface ReportedFinding extends Finding {
  /** Names of the stacks it was found in, when several were judged and not all of them have it. */
  readonly stacks?: readonly string[];
}

/** What a command has to say when it is done. */
export interface Report {
  readonly command: string;
  readonly findings: readonly ReportedFinding[];
  /** True where the findings are what was asked for; otherwise they are commentary in text form. */
  readonly findingsAreData?: boolean;
  /** The result for programs. */
  readonly data?: JsonValue;
  /** The result for people. */
  readonly text?: string;
  /** One closing line for people. */
  readonly summary?: string;
}

export interface Counts {
  readonly error: number;
  readonly warning: number;
  readonly note: number;
}

export function countsOf(findings: readonly Finding[]): Counts {
  const count = (severity: Finding['severity']): number => findings.filter((each) => each.severity === severity).length;
  return { error: count('error'), warning: count('warning'), note: count('note') };
}

/** Control characters of foreign text must not reach a terminal or a log as commands. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
