/** `@kea-platform/kea/policies`: the rules, their evaluator, and the plugin for `cdk8s synth`. */
export { KeaPolicies, type KeaPoliciesProperties } from './cdk8s';
export { builtIn, type Exception, judge, type JudgeInput, type PolicyReport, type Verdict } from './evaluate';
export { type LoadedRules, loadRules } from './load';
export type { PlanRule, Rule, RuleSet, Step } from './rule';
