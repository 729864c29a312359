import type { Variable } from '../schema/generated/policy-rule';

/**
 * Variables that every rule may use without writing them. A pod stands at another place in each kind of workload, and whoever writes
 * `containers` forgets the init containers: here both are said once.
 */
const SHARED: readonly Variable[] = [
  {
    name: 'pod',
    expression:
      'object.kind == "Pod" ? object : object.kind == "CronJob" ? object.?spec.?jobTemplate.?spec.?template.orValue({}) : object.?spec.?template.orValue({})',
  },
  { name: 'podSpec', expression: 'variables.pod.?spec.orValue({})' },
  { name: 'podLabels', expression: 'variables.pod.?metadata.?labels.orValue({})' },
  { name: 'podAnnotations', expression: 'variables.pod.?metadata.?annotations.orValue({})' },
  {
    name: 'containers',
    expression:
      'variables.podSpec.?containers.orValue([]) + variables.podSpec.?initContainers.orValue([]) + variables.podSpec.?ephemeralContainers.orValue([])',
  },
  { name: 'servers', expression: 'variables.podSpec.?containers.orValue([])' },
  { name: 'volumes', expression: 'variables.podSpec.?volumes.orValue([])' },
  { name: 'labels', expression: 'object.metadata.?labels.orValue({})' },
  { name: 'annotations', expression: 'object.metadata.?annotations.orValue({})' },
  { name: 'name', expression: 'object.kind + " " + object.metadata.?name.orValue("without a name")' },
];

/** All of them: no rule's own variable or parameter may take one of their names. */
export const sharedVariables = SHARED;

/** The shared variables that some texts use, and those that these need, each after what it needs. */
export function sharedVariablesIn(texts: readonly string[]): readonly Variable[] {
  const used = new Set<string>();
  const need = (text: string): void => {
    for (const [, name] of text.matchAll(/\bvariables\.([A-Za-z0-9_]+)/g)) {
      const variable = SHARED.find((each) => each.name === name);
      if (variable === undefined || used.has(variable.name)) continue;
      used.add(variable.name);
      need(variable.expression);
    }
  };
  texts.forEach(need);
  return SHARED.filter((each) => used.has(each.name));
}
