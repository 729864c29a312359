import type { JsonObject } from '../../core/json';
import { groupOf, type PlanObject } from '../../constructs/plan/plan-object';
import { podTemplate } from '../../constructs/plan/references';
import type { ApiAnswer, ControlPlane } from './control-plane';

/** Judges objects by a real API server, without storing them. */
export interface ObjectJudge {
  /** Server-side dry run with strict field validation; what is wrong, or nothing. */
  judge(object: PlanObject): Promise<string[]>;
  /** Stores an object for real. */
  create(value: { readonly apiVersion: string; readonly kind: string; readonly [key: string]: unknown }): Promise<ApiAnswer>;
}

/** Learns the paths of all kinds from the server itself. */
export function objectJudge(plane: ControlPlane): ObjectJudge {
  const known = new Map<string, Promise<ReadonlyMap<string, { readonly plural: string; readonly namespaced: boolean }>>>();
  const kindsOf = (apiVersion: string): Promise<ReadonlyMap<string, { readonly plural: string; readonly namespaced: boolean }>> => {
    const path = groupOf(apiVersion) === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
    const kinds = known.get(apiVersion) ?? learn(plane, path);
    known.set(apiVersion, kinds);
    return kinds;
  };
  const collection = async (apiVersion: string, kind: string, namespace: string | undefined): Promise<string> => {
    const resource = (await kindsOf(apiVersion)).get(kind);
    if (!resource) throw new Error(`the API server knows no ${kind} of ${apiVersion}`);
    const root = groupOf(apiVersion) === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
    return `${root}${resource.namespaced ? `/namespaces/${namespace ?? 'default'}` : ''}/${resource.plural}`;
  };
  const dryRun = async (object: Pick<PlanObject, 'apiVersion' | 'kind' | 'namespace' | 'value'>): Promise<string[]> => {
    const path = await collection(object.apiVersion, object.kind, object.namespace);
    const answer = await plane.call('POST', `${path}?dryRun=All&fieldValidation=Strict`, object.value);
    if (answer.status === 201) return [...answer.warnings];
    return answer.status === 409 && object.kind === 'Namespace' ? [] : [String(answer.body['message'] ?? JSON.stringify(answer.body))];
  };
  return {
    judge: async (object) => {
      const template = object.kind === 'Pod' ? undefined : podTemplate(object);
      if (!template) return dryRun(object);
      // Pod Security enforces on pods only, not on what makes them: so each template is judged as a pod too.
      const asPod = {
        apiVersion: 'v1',
        kind: 'Pod',
        ...(object.namespace ? { namespace: object.namespace } : {}),
        value: podOf(object, template),
      };
      return [...(await dryRun(object)), ...(await dryRun(asPod)).map((message) => `as a pod: ${message}`)];
    },
    create: async (value) => {
      const namespace = (value['metadata'] as { readonly namespace?: string }).namespace;
      return plane.call('POST', await collection(value.apiVersion, value.kind, namespace), value);
    },
  };
}

/** A pod as the controller would make it; a StatefulSet's claims become empty volumes. */
function podOf(object: PlanObject, template: JsonObject): JsonObject {
  const spec = template['spec'] as JsonObject;
  const claims = ((object.value['spec'] as JsonObject)['volumeClaimTemplates'] ?? []) as readonly {
    readonly metadata: { readonly name: string };
  }[];
  const volumes = [
    ...((spec['volumes'] ?? []) as readonly JsonObject[]),
    ...claims.map(({ metadata }) => ({ name: metadata.name, emptyDir: {} })),
  ];
  const metadata = {
    ...(template['metadata'] as JsonObject),
    name: 'judged',
    ...(object.namespace ? { namespace: object.namespace } : {}),
  };
  return { ...template, apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...spec, volumes } };
}

async function learn(
  plane: ControlPlane,
  path: string,
): Promise<ReadonlyMap<string, { readonly plural: string; readonly namespaced: boolean }>> {
  const answer = await plane.call('GET', path);
  const resources = (answer.body['resources'] ?? []) as readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
  return new Map(
    resources.filter((each) => !each.name.includes('/')).map((each) => [each.kind, { plural: each.name, namespaced: each.namespaced }]),
  );
}
