import type { PlanObject } from '../../constructs/plan/plan-object';
import type { ResolvedPlatform } from '../../schema/resolved';
import { heed } from './refuse';

/** Judges a plan by the policies, as strictly as the stack says; throws when they refuse it. */
export async function judged(objects: readonly PlanObject[], platform: ResolvedPlatform): Promise<void> {
  const { judge } = await import('../../policies/evaluate/index.ts');
  const { findings } = await judge({
    objects: objects.map((object) => object.value),
    platform,
    asOf: new Date().toISOString().slice(0, 10),
    level: platform.stack.policies.level,
  });
  heed(findings);
}
