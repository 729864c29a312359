import { countsOf, type Report } from './format';

/** Version of the envelope; keys are only added within one version. */
const ENVELOPE = 1;

/** One JSON document for whatever a command found and made; documented in docs/reference/cli.md. */
export function renderJson(report: Report): string {
  const counts = countsOf(report.findings);
  const envelope = {
    kea: ENVELOPE,
    command: report.command,
    ok: counts.error === 0,
    counts,
    findings: report.findings,
    ...(report.data === undefined ? {} : { data: report.data }),
  };
  return JSON.stringify(envelope, null, 2);
}
