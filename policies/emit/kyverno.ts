import type { JsonObject } from '../../core/json';
import { weakerStep, type Rule } from '../rule';
import { policyMetadata, policyName, ruleAnnotations, ruleSpec, VALIDATION_ACTIONS } from './admission';
import { admissible, type EmitOptions, namespaceSelector, withExceptions } from './scope';

/** Kyverno files a report's results by these. */
const ANNOTATIONS = {
  title: 'policies.kyverno.io/title',
  severity: 'policies.kyverno.io/severity',
  category: 'policies.kyverno.io/category',
};

/**
 * A Kyverno ValidatingPolicy for each rule that admission can decide: the same texts as at the API server, and reports about what already runs.
 * Rules are written for every kind that they judge, so Kyverno's own rewriting of pod rules for controllers is off.
 */
export function kyvernoObjects(rules: readonly Rule[], options: EmitOptions): readonly JsonObject[] {
  return admissible(rules).map((rule) => {
    const spec = ruleSpec(withExceptions(rule, options));
    return {
      apiVersion: 'policies.kyverno.io/v1',
      kind: 'ValidatingPolicy',
      metadata: policyMetadata(policyName(rule, options), {
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
        matchConstraints: { ...(spec['matchConstraints'] as JsonObject), namespaceSelector: namespaceSelector(options) },
      },
    };
  });
}
