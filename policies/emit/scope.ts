import type { Exception } from '../report';
import type { Rule, Step } from '../rule';
import { celLiteral } from '../literal';

/** What the emitted forms are made for. */
export interface EmitOptions {
  /** Stands before every name, `<installation>.<rule>`, so that two installations in one cluster do not fight. */
  readonly installation: string;
  /**
   * Namespaces that are guarded.
   *
   * @default - every namespace that carries the label `kea.dev/stack`
   */
  readonly namespaces?: readonly string[];
  /** Strongest step that is held: `warn` turns refusals into warnings. */
  readonly level: Step;
  /** @default - none */
  readonly exceptions?: readonly Exception[];
  /** Day that exceptions are judged by, `YYYY-MM-DD`: nothing emitted knows a clock, so an expired one is left out here. */
  readonly asOf: string;
}

/** Name of an object as findings and exceptions write it, `Deployment models/credit-score-v1-4-0`, in CEL. */
const OBJECT_NAME =
  'object.kind + " " + (object.metadata.?namespace.orValue("") == "" ? "" : object.metadata.namespace + "/") + object.metadata.?name.orValue("")';

/** No rule's own variable begins with an underscore. */
const EXCEPTED = '_excepted';

/** The rule with its exceptions written into it: the objects that they name pass, and no other. */
export function withExceptions(rule: Rule, { exceptions = [], asOf }: Pick<EmitOptions, 'exceptions' | 'asOf'>): Rule {
  const objects = exceptions.filter((each) => each.rule === rule.id && each.expires >= asOf).map((each) => each.object);
  if (objects.length === 0) return rule;
  return {
    ...rule,
    variables: [...rule.variables, { name: EXCEPTED, expression: celLiteral([...new Set(objects)].sort()) }],
    expression: `(${OBJECT_NAME}) in variables.${EXCEPTED} || (${rule.expression})`,
  };
}

/** Rules that can be decided by the object as the API server sees it. */
export function admissible(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter((rule) => rule.source === 'written');
}

/** Selector of the namespaces that are guarded. */
export function namespaceSelector({ namespaces }: Pick<EmitOptions, 'namespaces'>): {
  readonly matchExpressions: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
} {
  return namespaces
    ? { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] }] }
    : { matchExpressions: [{ key: 'kea.dev/stack', operator: 'Exists' }] };
}
