import type { Place } from '../../core/findings/finding';
import { byBytes } from '../../core/order';
import type { ReportedFinding } from './format';

/** Findings that say the same of several objects: one reason, one way out. Several only where one rule speaks. */
export type Group = readonly [ReportedFinding, ...ReportedFinding[]];

/** Findings about one model, or about none. */
export interface Subject<F> {
  /** Name of the model; absent for the platform itself. */
  readonly model?: string;
  readonly owner?: string;
  readonly findings: readonly F[];
}

/** Joins what one rule says of several objects, at the place of the first. All else stays alone. */
export function grouped(findings: readonly ReportedFinding[]): readonly Group[] {
  const groups = new Map<string, [ReportedFinding, ...ReportedFinding[]]>();
  for (const [index, each] of findings.entries()) {
    const key = each.policy ? JSON.stringify([each.code, each.severity, each.policy.rule, each.fix]) : String(index);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return [...groups.values()];
}

/** By model, in byte order, the platform itself first. */
export function bySubject<F extends ReportedFinding>(findings: readonly F[]): readonly Subject<F>[] {
  const subjects = new Map<string, F[]>();
  for (const each of findings) subjects.set(each.model ?? '', [...(subjects.get(each.model ?? '') ?? []), each]);
  return [...subjects]
    .sort(([a], [b]) => byBytes(a, b))
    .map(([model, about]) => {
      const owner = about.find((each) => each.policy?.owner !== undefined)?.policy?.owner;
      return { ...(model === '' ? {} : { model }), ...(owner === undefined ? {} : { owner }), findings: about };
    });
}

/** `credit-score (risk@example.com)`, `the platform`. */
export function subjectName({ model, owner }: Subject<unknown>): string {
  return model === undefined ? 'the platform' : `${model}${owner === undefined ? '' : ` (${owner})`}`;
}

/** Names of the stacks that a finding is in; none where it is in all. */
export function stacksOf({ stacks, stack }: ReportedFinding): readonly string[] {
  return stacks ?? (stack === undefined ? [] : [stack]);
}

/** Where reports show a finding that must stand somewhere: one about no file stands where its stack is described. */
export function placeOf(finding: ReportedFinding): Place {
  const [stack] = stacksOf(finding);
  return finding.place ?? { file: stack === undefined ? 'stacks' : `stacks/${stack}.yaml` };
}
