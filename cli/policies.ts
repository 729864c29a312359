import type { Plan } from '../constructs/plan/plan-object';
import type { PolicyReport, PolicySession } from '../policies/evaluate/index';
import type { ResolvedPlatform } from '../schema/resolved';
import type { Cli } from './context';
import { EXIT } from './exit';

/** Rules over a date say nothing: what `synth` writes is the same on every day. */
export const NO_DATE = '0000-01-01';

/** Starts the policies in their own thread, to be ready when the plan is. */
export async function startPolicies(): Promise<PolicySession> {
  const { openPolicies } = await import('../policies/evaluate/index.ts');
  return openPolicies();
}

/** Judges a plan as strictly as its stack says. */
export function judgePlan(policies: PolicySession, plan: Plan, platform: ResolvedPlatform, asOf: string): Promise<PolicyReport> {
  return policies.judge({ objects: plan.objects.map((each) => each.value), platform, asOf, level: platform.stack.policies.level });
}

/** A refusal by policy has an exit code of its own. */
export function endDenied(cli: Cli, { denied }: Pick<PolicyReport, 'denied'>): void {
  if (denied) cli.end(EXIT.policy);
}
