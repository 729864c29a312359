import * as pulumi from '@pulumi/pulumi';
import type { Finding } from '../../core/findings/finding';

/** How many findings are shown; all of them stop the program. */
const SHOWN = 20;

/** Ends the program with what is wrong, and without a stack trace, when any finding is an error; shows warnings on the way. */
export function heed(findings: readonly Finding[], resource?: pulumi.Resource): void {
  const errors = findings.filter((each) => each.severity === 'error');
  const warnings = findings.filter((each) => each.severity === 'warning');
  if (warnings.length > 0) void pulumi.log.warn(listed(warnings), resource);
  if (errors.length === 0) return;
  const refusal = new pulumi.RunError(listed(errors));
  // A mistake of the user has no stack trace; and Pulumi's runner, which would format it, takes a minute over one that it has mapped to sources.
  refusal.stack = '';
  throw refusal;
}

/** `KEA7002 stacks/prod.yaml:3: …` with its fix, one finding after the other. */
export function listed(findings: readonly Finding[]): string {
  const shown = findings.slice(0, SHOWN).map(text);
  const more = findings.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more: kea check prints all`] : [])].join('\n');
}

function text({ code, message, place, fix }: Finding): string {
  const where = place ? `${place.file}${place.line === undefined ? '' : `:${place.line}`}: ` : '';
  return `${code} ${where}${message}\n  fix  ${fix}`;
}
