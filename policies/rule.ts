import type { JsonObject, JsonValue } from '../core/json';
import type { Framework, Parameter, PolicyRule, Variable } from '../schema/generated/policy-rule';
import type { ResolvedPlatform } from '../schema/resolved';
import { celLiteral } from './literal';
import { sharedVariablesIn } from './shared-variables';

export type { Framework, PolicyRule, Variable };

/** How far a rule is rolled out: it informs, it warns, it refuses. Weakest first. */
export const STEPS = ['audit', 'warn', 'deny'] as const;
export type Step = (typeof STEPS)[number];

export type RuleSeverity = PolicyRule['severity'];

/** What every rule says of itself, over one object or over the whole plan. */
export interface RuleFacts {
  /** `pod.privileged`; for ever. */
  readonly id: string;
  readonly title: string;
  readonly severity: RuleSeverity;
  readonly rationale: string;
  readonly remediation: string;
  readonly url?: string;
  readonly frameworks: readonly Framework[];
  /** The same demand under the names of other checkers. */
  readonly tools: readonly string[];
  readonly step: Step;
}

/** A rule over one object, complete: every gate is made of this shape and needs nothing else. */
export interface Rule extends RuleFacts {
  /** `apps/v1/Deployment`, `v1/Pod`. */
  readonly kinds: readonly string[];
  /** Labels that an object must carry to be judged; `*` is any value. */
  readonly labels: { readonly [label: string]: string };
  /** What may be set, by the name of its variable. */
  readonly parameters: { readonly [name: string]: Parameter };
  /** Parameters as literals, shared variables that are used, and the rule's own, each after those that it needs. */
  readonly variables: readonly Variable[];
  /** True where the object is fine. */
  readonly expression: string;
  readonly messageExpression?: string;
  /** `rendered`: judged on what KEA writes, never at admission, because the API server fills the field in. */
  readonly source: 'written' | 'rendered';
  /** Where it stands, for findings. */
  readonly file: string;
}

/** A rule over everything at once, as a pure function. */
export interface PlanRule extends RuleFacts {
  /** Everything that breaks the rule; empty where the plan is fine. */
  readonly judge: (plan: JudgedPlan) => readonly PlanViolation[];
}

export interface JudgedPlan {
  readonly objects: readonly JsonObject[];
  /** Absent where somebody else's objects are judged. */
  readonly platform?: ResolvedPlatform;
  /** Day to judge dates by, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Objects of the same stack at the revision that a change starts from; absent where there is none to compare with. */
  readonly before?: readonly JsonObject[];
  /** Objects of the stack that changes come through before this one (`after`); absent where nobody judges both. */
  readonly earlier?: readonly JsonObject[];
}

export interface PlanViolation {
  readonly message: string;
  /** The object that is at fault, where it is one. */
  readonly object?: JsonObject;
  /** The model that is at fault, where no object is. */
  readonly model?: string;
}

export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly planRules: readonly PlanRule[];
}

/** Values for parameters: rule id → name → value. */
export interface ParameterValues {
  readonly [rule: string]: { readonly [name: string]: JsonValue };
}

/** A rule file → the rule, with its defaults, parameters and shared variables filled in. */
export function completeRule(written: PolicyRule, file: string, values: ParameterValues = {}): Rule {
  const given = values[written.id] ?? {};
  const parameters = Object.entries(written.parameters ?? {}).map(([name, parameter]) => ({
    name,
    expression: celLiteral(Object.hasOwn(given, name) ? (given[name] as JsonValue) : parameter.default),
  }));
  const own = written.variables ?? [];
  const texts = [...own.map((each) => each.expression), written.expression, written.messageExpression ?? ''];
  return {
    id: written.id,
    title: written.title,
    severity: written.severity,
    rationale: written.rationale,
    remediation: written.remediation,
    ...(written.url === undefined ? {} : { url: written.url }),
    frameworks: written.frameworks ?? [],
    tools: written.tools ?? [],
    step: written.step ?? 'deny',
    kinds: written.applies.kinds,
    labels: written.applies.labels ?? {},
    parameters: written.parameters ?? {},
    variables: [...parameters, ...sharedVariablesIn(texts), ...own],
    expression: written.expression,
    ...(written.messageExpression === undefined ? {} : { messageExpression: written.messageExpression }),
    source: written.source ?? 'written',
    file,
  };
}

/** The weaker of a rule's step and the level that a stack holds. */
export function weakerStep(a: Step, b: Step): Step {
  return STEPS.indexOf(a) <= STEPS.indexOf(b) ? a : b;
}
