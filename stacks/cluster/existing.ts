import { groupOf, describeObject, objectKey, type Plan, type PlanObject } from '../../constructs/plan/plan-object';
import { Label } from '../../constructs/shared/labels';
import { deployFindings } from '../../core/findings/deploy';
import { finding, type Finding } from '../../core/findings/finding';
import { isJsonObject, type JsonObject } from '../../core/json';
import type { Cluster } from './connect';

type Identity = Pick<PlanObject, 'apiVersion' | 'kind' | 'namespace' | 'name'>;

/** Where objects of each kind are read. */
export interface Kinds {
  /** Path of the list that would hold the object; undefined when the cluster does not know its kind. */
  path(object: Pick<Identity, 'apiVersion' | 'kind' | 'namespace'>): string | undefined;
}

/** Metadata of objects in the cluster, by `objectKey`. */
export type Existing = ReadonlyMap<string, JsonObject>;

/** Metadata is enough: answers of a large stack would be megabytes otherwise. */
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** What the cluster knows, asked once a group version. */
export async function readKinds(cluster: Cluster, objects: readonly Pick<Identity, 'apiVersion'>[]): Promise<Kinds> {
  const versions = [...new Set(objects.map((object) => object.apiVersion))];
  const lists = await Promise.all(versions.map(async (version) => [version, await cluster.get(rootOf(version))] as const));
  const plurals = new Map<string, { readonly plural: string; readonly namespaced: boolean }>();
  for (const [version, list] of lists) {
    for (const resource of items(list, 'resources')) {
      const { name, kind, namespaced } = resource as { readonly name: string; readonly kind: string; readonly namespaced: boolean };
      if (!name.includes('/')) plurals.set(`${version} ${kind}`, { plural: name, namespaced });
    }
  }
  return {
    path({ apiVersion, kind, namespace }) {
      const known = plurals.get(`${apiVersion} ${kind}`);
      return known && `${rootOf(apiVersion)}/${known.namespaced && namespace ? `namespaces/${namespace}/` : ''}${known.plural}`;
    },
  };
}

/** Metadata of everything that stands where the plan's objects, or those it expects, would stand; one list a kind and namespace. */
export async function readExisting(cluster: Cluster, plan: Pick<Plan, 'objects' | 'expects'>, kinds: Kinds): Promise<Existing> {
  const expected = plan.expects.map((each) => ({ ...each, apiVersion: each.kind === 'Gateway' ? 'gateway.networking.k8s.io/v1' : 'v1' }));
  const lists = new Map<string, Identity>();
  for (const object of [...plan.objects, ...expected]) {
    const path = kinds.path(object);
    if (path !== undefined) lists.set(path, object);
  }
  const existing = new Map<string, JsonObject>();
  await Promise.all(
    [...lists].map(async ([path, { apiVersion, kind }]) => {
      for (const { metadata } of items(await cluster.get(path, METADATA), 'items')) {
        if (!isJsonObject(metadata)) continue;
        const { name, namespace } = metadata as { readonly name: string; readonly namespace?: string };
        existing.set(objectKey({ apiVersion, kind, name, ...(namespace ? { namespace } : {}) }), metadata);
      }
    }),
  );
  return existing;
}

/** Objects of the plan that are somebody else's. */
export function foreignObjects(objects: readonly PlanObject[], existing: Existing, stack: string): Finding[] {
  return objects.flatMap((object) => {
    const metadata = existing.get(objectKey(object));
    if (!metadata) return [];
    if (object.kind === 'Namespace') return foreignNamespace(object, metadata, stack);
    const managers = managersOf(metadata);
    if (managers.length === 0 || managers.some((each) => each.startsWith('pulumi'))) return [];
    const owner = managers.map((each) => `"${each}"`).join(' and ');
    return [finding(deployFindings.foreignObject, { message: `${describeObject(object)} exists and is managed by ${owner}`, stack })];
  });
}

function foreignNamespace({ name }: PlanObject, metadata: JsonObject, stack: string): Finding[] {
  const owner = (metadata['labels'] as { readonly [key: string]: string } | undefined)?.[Label.stack];
  if (owner === stack) return [];
  const says = owner === undefined ? `has no label ${Label.stack}` : `belongs to stack "${owner}"`;
  return [
    finding(deployFindings.foreignNamespace, {
      message: `namespace "${name}" exists and ${says}`,
      fix: `choose other names with \`namespaces: {platform, models}\` in stacks/${stack}.yaml, or hand it over: kubectl label --overwrite namespace ${name} ${Label.stack}=${stack}`,
      stack,
    }),
  ];
}

/** Who set fields of an object itself, not of its status or scale. */
function managersOf(metadata: JsonObject): readonly string[] {
  const fields = items(metadata, 'managedFields') as readonly { readonly manager?: string; readonly subresource?: string }[];
  return [...new Set(fields.filter((each) => !each.subresource).flatMap((each) => each.manager ?? []))];
}

/** Objects that the plan refers to, that somebody else makes, and that are not there yet. */
export function absentObjects({ expects }: Pick<Plan, 'expects'>, existing: Existing): Finding[] {
  const absent = expects.filter(
    (each) => !existing.has(objectKey({ ...each, apiVersion: each.kind === 'Gateway' ? 'gateway.networking.k8s.io/v1' : 'v1' })),
  );
  return absent.map(({ kind, namespace, name, purpose, keys }) =>
    kind === 'Service'
      ? finding(deployFindings.absentService, { message: `Service ${namespace}/${name} is not there: ${purpose}` })
      : finding(deployFindings.absentNow, {
          message: `${kind} ${namespace}/${name} is not there: ${purpose}`,
          fix:
            kind === 'Secret'
              ? `kubectl create secret generic ${name} --namespace ${namespace}${(keys ?? ['<key>']).map((key) => ` --from-literal=${key}=…`).join('')}`
              : 'make it',
        }),
  );
}

function rootOf(apiVersion: string): string {
  return groupOf(apiVersion) === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
}

function items(value: JsonObject | undefined, key: string): readonly JsonObject[] {
  const list = value?.[key];
  return Array.isArray(list) ? (list as readonly JsonObject[]) : [];
}
