import type { JsonObject } from '../../core/json';

/** One thing that did not hold. */
export interface Failure {
  /** What was tried, such as the id of a case. */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

/** One claim of the platform, and what trying it showed. */
export interface Section {
  readonly claim: string;
  readonly verdict: 'proven' | 'failed' | 'not tried';
  /** Things that were tried. */
  readonly tried: number;
  readonly failures: readonly Failure[];
  /** What a reader should know: what was left out, and why. */
  readonly notes: readonly string[];
}

export interface ProofReport {
  readonly stack: string;
  readonly url: string;
  /** Day and time, ISO 8601. */
  readonly at: string;
  readonly sections: readonly Section[];
}

/** A claim whose things were tried. */
export function tried(claim: string, count: number, failures: readonly Failure[], notes: readonly string[] = []): Section {
  return { claim, verdict: failures.length > 0 ? 'failed' : count === 0 ? 'not tried' : 'proven', tried: count, failures, notes };
}

export function notTried(claim: string, why: string): Section {
  return { claim, verdict: 'not tried', tried: 0, failures: [], notes: [why] };
}

const SIGN = { proven: '✓', failed: '✗', 'not tried': '–' } as const;
const SHOWN_FAILURES = 20;

/** For a terminal. */
export function renderProof({ sections }: ProofReport): string {
  return sections
    .map(({ claim, verdict, tried: count, failures, notes }) =>
      [
        `${SIGN[verdict]} ${claim}: ${verdict}${count > 0 ? `, ${count} tried` : ''}`,
        ...failures.slice(0, SHOWN_FAILURES).map(({ what, expected, got }) => `    ${what}\n      expected ${expected}, got ${got}`),
        ...(failures.length > SHOWN_FAILURES ? [`    … and ${failures.length - SHOWN_FAILURES} more`] : []),
        ...notes.map((note) => `    ${note}`),
      ].join('\n'),
    )
    .join('\n');
}

/** For an auditor: the same as a page of Markdown, with all failures. */
export function proofPage({ stack, url, at, sections }: ProofReport): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const table = sections.map(
    ({ claim, verdict, tried: count, failures }) => `| ${cell(claim)} | ${verdict} | ${count} | ${failures.length} |`,
  );
  const details = sections.flatMap(({ claim, failures, notes }) =>
    failures.length + notes.length === 0
      ? []
      : [
          `## ${claim}`,
          '',
          ...notes.map((note) => `- ${note}`),
          ...failures.map(({ what, expected, got }) => `- **${what}**: expected ${expected}, got ${got}`),
          '',
        ],
  );
  return [
    `# What stack ${stack} was seen to do`,
    '',
    `Tried on ${at} against ${url}.`,
    '',
    '| claim | verdict | tried | failed |',
    '|---|---|---|---|',
    ...table,
    '',
    ...details,
  ].join('\n');
}

export function proofJson(report: ProofReport): JsonObject {
  return { format: 1, ...report } as unknown as JsonObject;
}
