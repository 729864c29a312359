import type { Severity } from '../../core/findings/finding';
import type { ReportedFinding } from './format';

const COMMAND: Record<Severity, string> = { error: 'error', warning: 'warning', note: 'notice' };

/** Data of a workflow command: everything after the `::`. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** Value of a workflow command's property, where `:` and `,` have a meaning too. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** GitHub workflow commands, one line a finding, shown beside the changed lines of a pull request. */
export function renderGithub(findings: readonly ReportedFinding[]): string {
  return findings
    .map((finding) => {
      const { place } = finding;
      const properties = [
        place ? `file=${property(place.file)}` : '',
        place?.line === undefined ? '' : `line=${place.line}`,
        place?.column === undefined ? '' : `col=${place.column}`,
        `title=${property(`${finding.code}${place?.path ? ` ${place.path}` : ''}`)}`,
      ].filter(Boolean);
      return `::${COMMAND[finding.severity]} ${properties.join(',')}::${data(`${finding.message}\nwhy: ${finding.why}\nfix: ${finding.fix}`)}`;
    })
    .join('\n');
}
