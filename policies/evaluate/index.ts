import { finding, type Finding } from '../../core/findings/finding';
import { policyFindings } from '../../core/findings/policies';
import type { JsonObject } from '../../core/json';
import type { ResolvedPlatform } from '../../schema/resolved';
import type { Exception, PolicyReport, Verdict } from '../report';
import { weakerStep, type PlanRule, type Rule, type RuleFacts, type RuleSet, type Step } from '../rule';
import { builtIn } from './built-in';
import { describeObject, findingOf, modelIndex, nameOf } from './findings';
import { undecidable } from './program';
import { Evaluator, type Judgement } from './pool';

export { builtIn } from './built-in';
export type { Exception, PolicyReport, Verdict } from '../report';

export interface JudgeInput {
  /** Whole objects, as the plan writes them. */
  readonly objects: readonly JsonObject[];
  /** The platform that they were made from; absent for somebody else's objects. */
  readonly platform?: ResolvedPlatform | undefined;
  /**
   * Rules to judge by.
   *
   * @default - all rules that KEA brings along
   */
  readonly rules?: RuleSet | undefined;
  /** Objects at the revision that a change starts from. @default - nothing to compare with */
  readonly before?: readonly JsonObject[] | undefined;
  /** Objects of the stack that changes come through before this one. @default - nothing to compare with */
  readonly earlier?: readonly JsonObject[] | undefined;
  /** @default - none */
  readonly exceptions?: readonly Exception[] | undefined;
  /** Day to judge dates by, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Strongest step that is held: `warn` turns refusals into warnings. */
  readonly level: Step;
  /** Longest time for one decision, in milliseconds. @default 2000 */
  readonly deadlineMs?: number | undefined;
}

/** Judges objects by all rules. Never throws over an object or a rule: what cannot be decided is a finding, and counts as refused. */
export async function judge(input: JudgeInput): Promise<PolicyReport> {
  const session = openPolicies(input.rules, input.deadlineMs);
  try {
    return await session.judge(input);
  } finally {
    await session.close();
  }
}

export interface PolicySession {
  judge(input: JudgeInput): Promise<PolicyReport>;
  close(): Promise<void>;
}

/** An evaluator that starts now and judges several plans, so that a command can load its files meanwhile. */
export function openPolicies(rules: RuleSet = builtIn, deadlineMs = 2000): PolicySession {
  const evaluator = new Evaluator(rules.rules, deadlineMs);
  return {
    judge: async (input) => report(input, rules, await evaluator.judge(input.objects)),
    close: () => evaluator.close(),
  };
}

function report(input: JudgeInput, { rules, planRules }: RuleSet, judged: Judgement): PolicyReport {
  const context: Context = { input, modelOf: modelIndex(input.platform), findings: [], verdicts: [] };
  for (const { rule, object, decision } of judged.verdicts) add(context, rules[rule] as Rule, decision, input.objects[object]);
  for (const { rule, object } of judged.slow)
    addSlow(context, rules[rule] as Rule, object === undefined ? undefined : input.objects[object]);
  for (const { rule, message } of judged.broken) addBroken(context, rules[rule] as Rule, message);
  for (const rule of planRules) judgePlan(context, rule);
  const { findings, verdicts } = context;
  return {
    findings,
    verdicts,
    denied: verdicts.some((each) => each.step === 'deny' && each.exception === undefined && each.outcome !== 'undecided'),
    judged: { objects: input.objects.length, rules: rules.length + planRules.length, decisions: judged.decisions },
  };
}

interface Context {
  readonly input: JudgeInput;
  readonly modelOf: ReturnType<typeof modelIndex>;
  readonly findings: Finding[];
  readonly verdicts: Verdict[];
}

type Said = { readonly outcome: Verdict['outcome']; readonly message: string };

function add(context: Context, rule: RuleFacts, { outcome, message }: Said, object?: JsonObject, modelName?: string): void {
  const { input, modelOf } = context;
  const model = object ? modelOf(object) : input.platform?.models.find((each) => each.name === modelName);
  const name = object && nameOf(object);
  const exception = outcome === 'violation' && name ? exceptionFor(input, rule.id, describeObject(name)) : undefined;
  const verdict: Verdict = {
    rule: rule.id,
    severity: rule.severity,
    step: weakerStep(rule.step, input.level),
    outcome,
    message,
    ...(name ? { object: name } : {}),
    ...(model ? { model: model.name, owner: model.owner } : {}),
    ...(exception ? { exception } : {}),
  };
  context.verdicts.push(verdict);
  if (!exception) context.findings.push(findingOf(verdict, rule, model, input.platform?.stack.name));
}

/** Only an exact one counts, and only until its last day. */
function exceptionFor({ exceptions, asOf }: JudgeInput, rule: string, object: string): Exception | undefined {
  return exceptions?.find((each) => each.rule === rule && each.object === object && asOf <= each.expires);
}

function addSlow(context: Context, rule: Rule, object: JsonObject | undefined): void {
  const at = object ? ` over ${describeObject(nameOf(object))}` : '';
  const message = `${rule.id}: no answer within the deadline${at}`;
  fail(context, rule, message, finding(policyFindings.ruleTimedOut, { message, place: { file: rule.file } }));
}

function addBroken(context: Context, rule: Rule, message: string): void {
  const text = `${rule.id}: ${message}`;
  fail(context, rule, text, finding(policyFindings.badExpression, { message: text, place: { file: rule.file } }));
}

/** A rule that says nothing to anybody: refused as a whole. */
function fail(context: Context, rule: Rule, message: string, made: Finding): void {
  const step = weakerStep(rule.step, context.input.level);
  context.verdicts.push({ rule: rule.id, severity: rule.severity, step, outcome: 'failed', message });
  context.findings.push(step === 'deny' ? made : { ...made, severity: 'warning' });
}

function judgePlan(context: Context, rule: PlanRule): void {
  const { objects, platform, asOf, before, earlier } = context.input;
  const plan = { objects, asOf, ...(platform ? { platform } : {}), ...(before ? { before } : {}), ...(earlier ? { earlier } : {}) };
  try {
    for (const { message, object, model } of rule.judge(plan)) add(context, rule, { outcome: 'violation', message }, object, model);
  } catch (error) {
    add(context, rule, undecidable(error));
  }
}
