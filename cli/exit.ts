/** What the process ends with; stable, part of the command line's contract. */
export const EXIT = { fine: 0, findings: 1, badCall: 2, bug: 3, policy: 5, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** From what hides everything else to what hides nothing. */
const WORST_FIRST: readonly ExitCode[] = [EXIT.interrupted, EXIT.bug, EXIT.badCall, EXIT.policy, EXIT.findings, EXIT.fine];

/** The code that wins when several things happened in one run: 3 > 2 > 5 > 1. */
export function worst(a: ExitCode, b: ExitCode): ExitCode {
  return WORST_FIRST.indexOf(a) <= WORST_FIRST.indexOf(b) ? a : b;
}
