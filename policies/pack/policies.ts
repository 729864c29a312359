import type {
  EnforcementLevel,
  Policies,
  PolicyConfigSchema,
  PolicyResource,
  ReportViolation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from '@pulumi/policy';
import type { JsonObject } from '../../core/json';
import { kindOf } from '../evaluate/judge-objects';
import type { Verdict } from '../evaluate';
import type { PlanRule, Rule, RuleFacts, Step } from '../rule';
import { Judgements, type Settings } from './judgements';
import { objectOf } from './resource';

/** What Pulumi does at each step. `disabled` ones can be switched on in the pack's configuration. */
const ENFORCEMENT: { readonly [step in Step]: EnforcementLevel } = { audit: 'disabled', warn: 'advisory', deny: 'mandatory' };

/** Rules as a Pulumi policy pack's policies, one each, by the rule's own id. */
export function packPolicies(rules: readonly Rule[], planRules: readonly PlanRule[], asOf: string): Policies {
  const judgements = new Judgements(rules, asOf);
  return [...rules.map((rule) => objectPolicy(rule, judgements)), ...planRules.map((rule) => stackPolicy(rule, judgements))];
}

function objectPolicy(rule: Rule, judgements: Judgements): ResourceValidationPolicy {
  return {
    ...described(rule),
    ...(Object.keys(rule.parameters).length > 0 ? { configSchema: configSchema(rule) } : {}),
    validateResource: async (args, report) => {
      const object = objectOf(args.type, args.props);
      if (object === undefined || !rule.kinds.includes(kindOf(object))) return args.notApplicable(`it is about ${rule.kinds.join(', ')}`);
      const verdicts = await judgements.ofObject(rule, settingsOf(rule, args.getConfig<JsonObject>()), object);
      for (const verdict of verdicts) say(verdict, report, () => readAll(args.props));
    },
  };
}

/** Rules over everything see every resource of the stack that makes an object. */
function stackPolicy(rule: PlanRule, judgements: Judgements): StackValidationPolicy {
  return {
    ...described(rule),
    validateStack: async (args, report) => {
      const made = args.resources.flatMap((resource) => {
        const object = objectOf(resource.type, resource.props);
        return object ? [{ resource, object }] : [];
      });
      const verdicts = await judgements.ofAll(
        rule,
        made.map((each) => each.object),
      );
      for (const verdict of verdicts) {
        const resource = made.find(({ object }) => isNamed(object, verdict))?.resource;
        say(
          verdict,
          (message) => report(message, resource?.urn),
          () => readAll(resource?.props ?? {}),
        );
      }
    },
  };
}

function isNamed(object: JsonObject, { object: name }: Verdict): boolean {
  const { metadata } = object as { readonly metadata?: PolicyResource['props'] };
  return object['kind'] === name?.kind && metadata?.['name'] === name?.name && metadata?.['namespace'] === name?.namespace;
}

/**
 * A violation is one, and a rule that broke has not said yes. What depends on values that are not known yet is told by Pulumi's own means: reading
 * such a value ends this policy with a notice that it could not run, which is neither a pass nor a failure of the preview.
 */
function say(verdict: Verdict, report: ReportViolation, readUnknown: () => void): void {
  switch (verdict.outcome) {
    case 'violation':
      return report(verdict.message);
    case 'failed':
      return report(`the rule could not decide, which is no yes: ${verdict.message}`);
    case 'undecided':
      readUnknown();
      throw new Error(`undecided: ${verdict.message}`);
  }
}

/** Pulumi's proxy throws at the first value that is not known. */
function readAll(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) readAll((value as { readonly [key: string]: unknown })[key]);
}

/** Only parameters that differ from what the rule says by itself. */
function settingsOf(rule: Rule, config: JsonObject): Settings {
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) => {
      const parameter = Object.hasOwn(rule.parameters, name) ? rule.parameters[name] : undefined;
      return parameter === undefined || value === undefined || JSON.stringify(value) === JSON.stringify(parameter.default)
        ? []
        : [[name, value]];
    }),
  );
}

function configSchema(rule: Rule): PolicyConfigSchema {
  const properties = Object.entries(rule.parameters).map(([name, { description, schema, default: value }]) => [
    name,
    { ...schema, description, default: value },
  ]);
  return { properties: Object.fromEntries(properties) as PolicyConfigSchema['properties'] };
}

function described(rule: RuleFacts): Omit<ResourceValidationPolicy, 'validateResource'> {
  const [framework] = rule.frameworks;
  return {
    name: rule.id,
    displayName: rule.title,
    description: `${rule.title}: ${rule.rationale}`,
    enforcementLevel: ENFORCEMENT[rule.step],
    severity: rule.severity,
    remediationSteps: rule.remediation,
    tags: [rule.id.split('.')[0] ?? rule.id],
    ...(rule.url === undefined ? {} : { url: rule.url }),
    ...(framework ? { framework: { name: framework.name, version: '', reference: framework.reference, specification: '' } } : {}),
  };
}
