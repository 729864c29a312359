import type { PlanObject } from '../../constructs/plan/plan-object';
import type { ResolvedPlatform } from '../../schema/resolved';
import type { Finding } from '../../core/findings/finding';
import type { JudgeInput } from '../../policies/evaluate/index';
import { heed } from './refuse';

/**
 * Judges a plan by the policies, as strictly as the stack says; throws when they refuse it. `project` is the folder whose `rules/` and
 * `exceptions.yaml` hold too; a program without files has none.
 */
export async function judged(objects: readonly PlanObject[], platform: ResolvedPlatform, project?: string): Promise<void> {
  const { judge } = await import('../../policies/evaluate/index.ts');
  const asOf = new Date().toISOString().slice(0, 10);
  const { findings = [], ...own } = project === undefined ? {} : await policiesOf(project, platform.stack.name, asOf);
  heed(findings);
  const report = await judge({
    objects: objects.map((object) => object.value),
    platform,
    ...own,
    asOf,
    level: platform.stack.policies.level,
  });
  heed(report.findings);
}

async function policiesOf(
  project: string,
  stack: string,
  asOf: string,
): Promise<Pick<JudgeInput, 'rules' | 'exceptions'> & { readonly findings?: readonly Finding[] }> {
  const [{ projectPolicies }, { exceptionsFor }] = await Promise.all([
    import('../../policies/project.ts'),
    import('../../policies/exceptions.ts'),
  ]);
  const { rules, exceptions, findings } = projectPolicies(project);
  return { rules, exceptions: exceptionsFor(exceptions, stack, asOf), findings };
}
