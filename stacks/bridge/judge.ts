import type { PlanObject } from '../../constructs/plan/plan-object';
import type { ResolvedPlatform } from '../../schema/resolved';
import { heed } from './refuse';

/**
 * Judges a plan by the policies, as strictly as the stack says; throws when they refuse it. `project` is the folder whose `rules/` and
 * `exceptions.yaml` hold too; a program without files has none.
 */
export async function judged(objects: readonly PlanObject[], platform: ResolvedPlatform, project?: string): Promise<void> {
  const { judge } = await import('../../policies/evaluate/index.ts');
  const { policiesOf } = await import('../../policies/evaluate/of-project.ts');
  const asOf = new Date().toISOString().slice(0, 10);
  const { findings = [], ...own } = project === undefined ? {} : policiesOf(project, platform.stack.name, asOf);
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
