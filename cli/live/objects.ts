import { isJsonObject, type JsonObject } from '../../core/json';
import { resourceOf } from '../../policies/emit/resources';
import type { Rule } from '../../policies/rule';
import { type Kubectl, objectsOf } from './kubectl';

export interface LiveScope {
  /** @default - all namespaces */
  readonly namespaces?: readonly string[] | undefined;
}

/** Every object in the cluster that some rule judges, and what was kept from us. Secrets are read only where a rule is about them. */
export async function liveObjects(
  kubectl: Kubectl,
  rules: readonly Rule[],
  { namespaces }: LiveScope,
): Promise<{ readonly objects: readonly JsonObject[]; readonly complaints: readonly string[] }> {
  const served = await kubectl.run(['api-resources', '--verbs=list', '-o', 'name']);
  const known = new Set(served.stdout.split('\n').filter((line) => line !== ''));
  const wanted = new Set(rules.flatMap((rule) => rule.kinds).map((kind) => qualified(resourceOf(kind))));
  // What owns a pod is judged in its place.
  for (const owner of ['replicasets.apps', 'jobs.batch']) wanted.add(owner);
  const resources = [...wanted].filter((each) => known.has(each)).sort();
  const scopes = namespaces ? namespaces.map((name) => [`--namespace=${name}`]) : [['--all-namespaces']];
  const answers = await Promise.all(
    scopes.flatMap((scope) => resources.map((resource) => kubectl.run(['get', resource, ...scope, '--ignore-not-found', '-o', 'json']))),
  );
  return {
    objects: withoutOwned(answers.flatMap(objectsOf)),
    complaints: [...served.complaints, ...answers.flatMap((each) => each.complaints)].filter((line) => !line.startsWith('Warning:')),
  };
}

function qualified({ group, resource }: { readonly group: string; readonly resource: string }): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** A pod of a Deployment says what the Deployment says: only the outermost object that was found is judged. */
function withoutOwned(objects: readonly JsonObject[]): readonly JsonObject[] {
  const unique = new Map(objects.map((object) => [String(metadataOf(object)['uid']), object]));
  return [...unique.values()].filter((object) => {
    const owners = metadataOf(object)['ownerReferences'];
    return (
      !Array.isArray(owners) ||
      !owners.some((owner: unknown) => isJsonObject(owner) && owner['controller'] === true && unique.has(String(owner['uid'])))
    );
  });
}

function metadataOf(object: JsonObject): JsonObject {
  return isJsonObject(object['metadata']) ? object['metadata'] : {};
}
