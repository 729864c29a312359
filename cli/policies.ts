import type { Plan } from '../constructs/plan/plan-object';
import type { JudgeInput, PolicyReport } from '../policies/evaluate/index';
import type { ProjectPolicies } from '../policies/project';
import type { ResolvedPlatform } from '../schema/resolved';
import type { Cli } from './context';
import { EXIT } from './exit';

/** Rules over a date say nothing: what `synth` writes is the same on every day. */
const NO_DATE = '0000-01-01';

/** The rules of a project in a thread of their own, with its exceptions. */
export interface ProjectJudge extends ProjectPolicies {
  /** Judges a plan as strictly as its stack says; by `synth` without a day. `others` are plans that some rules compare it with. */
  judge(plan: Plan, platform: ResolvedPlatform, asOf?: string, others?: Pick<JudgeInput, 'before' | 'earlier'>): Promise<PolicyReport>;
  close(): Promise<void>;
}

/** Starts the policies, to be ready when the plan is. */
export async function startPolicies(root: string): Promise<ProjectJudge> {
  // One after the other: they share modules, and jest loses one that two imports ask for at once.
  const { openPolicies } = await import('../policies/evaluate/index.ts');
  const { projectPolicies } = await import('../policies/project.ts');
  const { exceptionsFor } = await import('../policies/exceptions.ts');
  const project = projectPolicies(root);
  const session = openPolicies(project.rules);
  return {
    ...project,
    judge: (plan, platform, asOf, others = {}) =>
      session.judge({
        objects: plan.objects.map((each) => each.value),
        platform,
        exceptions: exceptionsFor(project.exceptions, platform.stack.name, asOf),
        asOf: asOf ?? NO_DATE,
        level: platform.stack.policies.level,
        ...others,
      }),
    close: () => session.close(),
  };
}

/** A refusal by policy has an exit code of its own. */
export function endDenied(cli: Cli, { denied }: Pick<PolicyReport, 'denied'>): void {
  if (denied) cli.end(EXIT.policy);
}
