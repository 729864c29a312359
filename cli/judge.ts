import { basename, dirname } from 'node:path';
import type { Plan, PlanObject } from '../constructs/plan/plan-object';
import { hasErrors, type Finding } from '../core/findings/finding';
import type { JsonObject } from '../core/json';
import { byBytes } from '../core/order';
import type { ResolvedPlatform } from '../schema/resolved';
import type { Base } from './diff/base';
import { removedWhileRouted } from './diff/removed';
import { judgeDates } from './judge-dates';
import { mergeFindings, type Judgement } from './merge';
import { planOf } from './plan';
import { startPolicies } from './policies';
import type { Verdict } from '../policies/report';
import type { ReportedFinding } from './print/format';

export interface JudgeOptions {
  readonly root: string;
  /** Empty for the built-in stack. */
  readonly stacks: readonly string[];
  /** Only what stands in this folder, relative to the project; everything is read all the same, for names that must be unique. */
  readonly folder?: string | undefined;
  /** Day to judge dates by, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** What the change starts from: a version that took calls there and is gone is a finding. @default - nothing to compare with */
  readonly base?: Base | undefined;
}

export interface Judged {
  /** Names of the models that were looked at, sound or not. */
  readonly models: readonly string[];
  readonly findings: readonly ReportedFinding[];
  /** A policy that is held by `deny` was broken. */
  readonly denied: boolean;
}

/** Judges a project for several stacks: the files, then the plan that sound files make, by the policies. */
export async function judge({ root, stacks, folder, asOf, base }: JudgeOptions): Promise<Judged> {
  const starting = startPolicies(root);
  const { loadPlatform } = await import('../schema/load/index.ts');
  const isInside = (file: string): boolean => folder === undefined || file.startsWith(`${folder}/`);
  const models = new Set<string>();
  const judgements: Judgement[] = [];
  const told: { stack: string; verdicts: readonly Verdict[] }[] = [];
  const sound: { platform: ResolvedPlatform; plan: Plan; all: Finding[] }[] = [];
  let denied = false;
  const policies = await starting;
  try {
    for (const stack of stacks.length > 0 ? stacks : [undefined]) {
      const { platform, findings, files } = await loadPlatform({ root, ...(stack === undefined ? {} : { stack }) });
      for (const file of files) if (basename(file) === 'model.yaml' && isInside(file)) models.add(basename(dirname(file)));
      const all = [...findings, ...(platform ? judgeDates(platform, asOf) : [])];
      if (platform && !hasErrors(findings)) sound.push({ platform, plan: await planOf(platform, root), all });
      judgements.push({ stack, findings: all });
    }
    // A plan is judged beside that of the stack before it, so all of them come first.
    for (const { platform, plan, all } of sound) {
      const before = await base?.objectsOf(platform.stack.name);
      const earlier = sound.find((each) => each.platform.stack.name === platform.stack.after)?.plan.objects;
      const report = await policies.judge(plan, platform, asOf, { before: before?.map(valueOf), earlier: earlier?.map(valueOf) });
      all.push(...report.findings);
      if (before) all.push(...removedWhileRouted(before, plan.objects));
      denied ||= report.denied;
      told.push({ stack: platform.stack.name, verdicts: report.verdicts });
    }
  } finally {
    await policies.close();
  }
  const { judgeExceptions } = await import('../policies/exceptions.ts');
  const own = [...policies.findings, ...judgeExceptions(policies.exceptions, told, asOf)];
  const concerns = ({ place, model }: Finding): boolean => (place ? isInside(place.file) : model !== undefined && models.has(model));
  const merged = mergeFindings(
    folder === undefined ? judgements : judgements.map(({ stack, findings }) => ({ stack, findings: findings.filter(concerns) })),
  );
  return { models: [...models].sort(byBytes), findings: [...merged, ...(folder === undefined ? own : [])], denied };
}

const valueOf = ({ value }: PlanObject): JsonObject => value;
