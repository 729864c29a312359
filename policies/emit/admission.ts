import type { JsonObject } from '../../core/json';
import { type Rule, type Step, weakerStep } from '../rule';
import { type ResourceName, resourceOf } from './resources';
import { admissible, type EmitOptions, namespaceSelector, withExceptions } from './scope';

const API = 'admissionregistration.k8s.io/v1';

/** What the API server does at each step. */
export const VALIDATION_ACTIONS: { readonly [step in Step]: readonly string[] } = { audit: ['Audit'], warn: ['Warn'], deny: ['Deny'] };

const OURS = { 'app.kubernetes.io/managed-by': 'kea', 'app.kubernetes.io/part-of': 'kea', 'app.kubernetes.io/component': 'policy' };

/** A ValidatingAdmissionPolicy for each rule that admission can decide, each with its bindings; in the order of the rules. */
export function admissionObjects(rules: readonly Rule[], options: EmitOptions): readonly JsonObject[] {
  return admissible(rules).flatMap((rule) => [admissionPolicy(withExceptions(rule, options), options), ...bindings(rule, options)]);
}

/** Metadata of what guards: no namespace, and the rule's own words for whoever meets the object. */
export function policyMetadata(name: string, annotations: { readonly [key: string]: string }): JsonObject {
  return { name, labels: OURS, annotations };
}

/** Name of the policy, `<installation>.<rule>`. */
export function policyName(rule: Pick<Rule, 'id'>, { installation }: Pick<EmitOptions, 'installation'>): string {
  return `${installation}.${rule.id}`;
}

export function ruleAnnotations(rule: Rule): { readonly [key: string]: string } {
  return { 'kea.dev/rule': rule.id, 'kea.dev/severity': rule.severity, 'kea.dev/why': rule.rationale, 'kea.dev/fix': rule.remediation };
}

/** What the API server and Kyverno take alike: which objects, and the rule's own texts. */
export function ruleSpec(rule: Rule): JsonObject {
  return {
    failurePolicy: 'Fail',
    matchConstraints: {
      ...(Object.keys(rule.labels).length > 0 ? { objectSelector: objectSelector(rule.labels) } : {}),
      resourceRules: resourceRules(rule.kinds.map(resourceOf)),
    },
    ...(rule.variables.length > 0 ? { variables: rule.variables.map(({ name, expression }) => ({ name, expression })) } : {}),
    validations: [
      {
        expression: rule.expression,
        message: rule.title,
        ...(rule.messageExpression === undefined ? {} : { messageExpression: rule.messageExpression }),
        reason: 'Forbidden',
      },
    ],
  };
}

function admissionPolicy(rule: Rule, options: EmitOptions): JsonObject {
  return {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicy',
    metadata: policyMetadata(policyName(rule, options), ruleAnnotations(rule)),
    spec: ruleSpec(rule),
  };
}

/**
 * Objects with a namespace are guarded where the namespace is; those without one only where KEA made them, because a cluster has many that are
 * nobody's business here. A rule over both kinds gets two bindings.
 */
function bindings(rule: Rule, options: EmitOptions): readonly JsonObject[] {
  const resources = rule.kinds.map(resourceOf);
  const wide = resources.filter((each) => !each.isNamespaced);
  const narrow = resources.filter((each) => !wide.includes(each));
  const name = policyName(rule, options);
  const both = wide.length > 0 && narrow.length > 0;
  const bind = (suffix: string, which: readonly ResourceName[], matchResources: JsonObject): JsonObject => ({
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: policyMetadata(`${name}${suffix}`, { 'kea.dev/rule': rule.id }),
    spec: {
      policyName: name,
      validationActions: [...VALIDATION_ACTIONS[weakerStep(rule.step, options.level)]],
      matchResources: { ...matchResources, ...(both ? { resourceRules: resourceRules(which) } : {}) },
    },
  });
  return [
    ...(narrow.length > 0 ? [bind('', narrow, { namespaceSelector: namespaceSelector(options) })] : []),
    ...(wide.length > 0
      ? [bind(both ? '--cluster' : '', wide, { objectSelector: { matchLabels: { 'app.kubernetes.io/managed-by': 'kea' } } })]
      : []),
  ];
}

function objectSelector(labels: Rule['labels']): JsonObject {
  const exact = Object.entries(labels).filter(([, value]) => value !== '*');
  const any = Object.entries(labels).filter(([, value]) => value === '*');
  return {
    ...(exact.length > 0 ? { matchLabels: Object.fromEntries(exact) } : {}),
    ...(any.length > 0 ? { matchExpressions: any.map(([key]) => ({ key, operator: 'Exists' })) } : {}),
  };
}

/** One rule for each group and version. What is added to a running pod comes by a subresource of its own. */
export function resourceRules(resources: readonly ResourceName[]): JsonObject[] {
  const groups = new Map<string, ResourceName[]>();
  for (const each of resources) {
    const key = `${each.group}/${each.version}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].map((members) => ({
    apiGroups: [members[0]?.group ?? ''],
    apiVersions: [members[0]?.version ?? ''],
    operations: ['CREATE', 'UPDATE'],
    resources: members.flatMap(({ group, resource }) =>
      group === '' && resource === 'pods' ? [resource, 'pods/ephemeralcontainers'] : [resource],
    ),
  }));
}
