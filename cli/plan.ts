import type { Plan } from '../constructs/plan/plan-object';
import type { ResolvedPlatform } from '../schema/resolved';

/** The plan of a platform that was loaded from `root`, with what the API server is to hold where the stack asks for that. */
export async function planOf(platform: ResolvedPlatform, root: string): Promise<Plan> {
  const { synthesize } = await import('../constructs/index.ts');
  if (platform.stack.policies.admission === undefined) return synthesize(platform);
  const { inClusterOf } = await import('../policies/evaluate/in-cluster.ts');
  return synthesize(platform, { admission: inClusterOf(root) });
}
