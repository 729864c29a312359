import type { JsonObject } from '../../core/json';
import type { ResolvedStack } from '../../schema/resolved';
import { admissionObjects } from '../emit/admission';
import { factGuard } from '../emit/guard';
import { exceptionsFor } from '../exceptions';
import { projectPolicies } from '../project';
import type { Exception } from '../report';
import type { Rule } from '../rule';
import { builtIn } from './built-in';

/**
 * What the API server is to hold for a stack: each rule over the stack's own namespaces, as strictly as the stack says, and the guard of the facts.
 * Names begin with the platform's namespace, of which a cluster has one. Pure, and the same on every day: an exception holds as long as it is written
 * down, and `kea check` says when it has to go.
 */
export function inCluster(
  { namespaces, policies: { level, admission } }: ResolvedStack,
  rules: readonly Rule[] = builtIn.rules,
  exceptions: readonly Exception[] = [],
): readonly JsonObject[] {
  if (admission === undefined) return [];
  const scope = { installation: namespaces.platform, namespaces: [...new Set([namespaces.platform, namespaces.models])] };
  return [
    ...admissionObjects(rules, { ...scope, level, exceptions, asOf: '0000-01-01' }),
    ...factGuard({ ...scope, deployers: admission.deployers }),
  ];
}

/** The same by the rules and exceptions of a project, which are read when a stack asks for them. */
export function inClusterOf(root: string): (stack: ResolvedStack) => readonly JsonObject[] {
  return (stack) => {
    if (stack.policies.admission === undefined) return [];
    const { rules, exceptions } = projectPolicies(root);
    return inCluster(stack, rules.rules, exceptionsFor(exceptions, stack.name, undefined));
  };
}
