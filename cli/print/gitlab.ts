import { sha256Hex } from '../../core/digests';
import type { Severity } from '../../core/findings/finding';
import { placeOf, stacksOf } from './groups';
import type { ReportedFinding } from './format';

const SEVERITY: { readonly [severity in Severity]: string } = { error: 'critical', warning: 'minor', note: 'info' };

/** GitLab's code quality report. A fingerprint stays the same while lines move, so that an old finding is no new one. */
export function renderGitlab(findings: readonly ReportedFinding[]): string {
  const seen = new Map<string, number>();
  const issues = findings.map((finding) => {
    const { code, severity, message, place, policy, model } = finding;
    const identity = JSON.stringify([code, place?.file ?? null, place?.path ?? null, message, stacksOf(finding)]);
    const twin = seen.get(identity) ?? 0;
    seen.set(identity, twin + 1);
    const owner = policy?.owner === undefined ? '' : ` (${policy.owner})`;
    return {
      description: `${model === undefined ? '' : `${model}${owner}: `}${message}. Why: ${finding.why}. Fix: ${finding.fix}`,
      check_name: policy ? `${code} ${policy.rule}` : code,
      fingerprint: sha256Hex(`${identity}${twin}`),
      severity: SEVERITY[severity],
      location: { path: placeOf(finding).file, lines: { begin: place?.line ?? 1 } },
    };
  });
  return JSON.stringify(issues, null, 2);
}
