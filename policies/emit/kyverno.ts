import type { JsonObject } from '../../core/json';
import { weakerStep, type Rule } from '../rule';
import { policyMetadata, policyName, ruleAnnotations, ruleSpec, VALIDATION_ACTIONS } from './admission';
import { resourceOf } from './resources';
import { admissible, type EmitOptions, namespaceSelector, withExceptions } from './scope';

/** Kyverno files a report's results by these. */
const ANNOTATIONS = {
  title: 'policies.kyverno.io/title',
  severity: 'policies.kyverno.io/severity',
  category: 'policies.kyverno.io/category',
};

/**
 * A Kyverno ValidatingPolicy for each rule that admission can decide: the same texts as at the API server, and reports about what already runs.
 * Rules are written for every kind that they judge, so Kyverno's own rewriting of pod rules for controllers is off. As with the bindings of the API
 * server, kinds without a namespace are judged only where KEA made them: a rule over both gets two policies.
 */
export function kyvernoObjects(rules: readonly Rule[], options: EmitOptions): readonly JsonObject[] {
  return admissible(rules).flatMap((rule) => {
    const narrow = rule.kinds.filter((kind) => resourceOf(kind).isNamespaced);
    const wide = rule.kinds.filter((kind) => !narrow.includes(kind));
    const name = policyName(rule, options);
    const held = withExceptions(rule, options);
    return [
      ...(narrow.length > 0 ? [policy(name, { ...held, kinds: narrow }, options, { namespaceSelector: namespaceSelector(options) })] : []),
      ...(wide.length > 0
        ? [
            policy(
              narrow.length > 0 ? `${name}--cluster` : name,
              { ...held, kinds: wide, labels: { ...rule.labels, ...MADE_BY_KEA } },
              options,
              {},
            ),
          ]
        : []),
    ];
  });
}

const MADE_BY_KEA = { 'app.kubernetes.io/managed-by': 'kea' };

function policy(name: string, rule: Rule, options: EmitOptions, matching: JsonObject): JsonObject {
  const spec = ruleSpec(rule);
  return {
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'ValidatingPolicy',
    metadata: policyMetadata(name, {
      ...ruleAnnotations(rule),
      [ANNOTATIONS.title]: rule.title,
      [ANNOTATIONS.severity]: rule.severity,
      [ANNOTATIONS.category]: rule.id.split('.')[0] ?? rule.id,
    }),
    spec: {
      ...spec,
      validationActions: [...VALIDATION_ACTIONS[weakerStep(rule.step, options.level)]],
      evaluation: { admission: { enabled: true }, background: { enabled: true } },
      autogen: { podControllers: { controllers: [] } },
      matchConstraints: { ...(spec['matchConstraints'] as JsonObject), ...matching },
    },
  };
}
