import type { Finding } from '../core/findings/finding';

/** A call that cannot be carried out: printed as findings in the asked format, exit 2, never with a stack. */
export class Refusal extends Error {
  readonly findings: readonly Finding[];

  constructor(...findings: readonly Finding[]) {
    super(findings.map((each) => each.message).join('; '));
    this.name = 'Refusal';
    this.findings = findings;
  }
}
