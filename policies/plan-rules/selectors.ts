import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';

/** Pods that one object makes, by what they are selected by. */
export interface PodGroup {
  readonly object: JsonObject;
  readonly namespace: string;
  readonly labels: JsonObject;
}

const TEMPLATES: { readonly [kind: string]: readonly string[] } = {
  Pod: [],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  ...Object.fromEntries(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'].map((kind) => [kind, ['spec', 'template']])),
};

/** Whatever runs pods among some objects. */
export function podsOf(objects: readonly JsonObject[]): readonly PodGroup[] {
  return objects.flatMap((object) => {
    const path = Object.hasOwn(TEMPLATES, String(object['kind'])) ? TEMPLATES[String(object['kind'])] : undefined;
    const template = path?.reduce<JsonValue | undefined>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), object);
    if (!isJsonObject(template) || !isJsonObject(template['spec'])) return [];
    const [metadata, own] = [template['metadata'], object['metadata']];
    const labels = isJsonObject(metadata) && isJsonObject(metadata['labels']) ? metadata['labels'] : {};
    return [{ object, namespace: isJsonObject(own) && typeof own['namespace'] === 'string' ? own['namespace'] : '', labels }];
  });
}

const indexes = new WeakMap<readonly PodGroup[], ReadonlyMap<string, readonly PodGroup[]>>();

/** Those of a namespace that have all labels; all of it without any. Found by one label, so that thousands of selectors stay cheap. */
export function hits(pods: readonly PodGroup[], namespace: string, labels: JsonObject): readonly PodGroup[] {
  const index = indexes.get(pods) ?? indexed(pods);
  indexes.set(pods, index);
  const entries = Object.entries(labels);
  const shortest = entries
    .map((entry) => index.get(keyOf(namespace, entry)) ?? [])
    .reduce((best, each) => (each.length < best.length ? each : best), index.get(keyOf(namespace)) ?? []);
  return shortest.filter((pod) => entries.every(([key, value]) => pod.labels[key] === value));
}

function indexed(pods: readonly PodGroup[]): ReadonlyMap<string, readonly PodGroup[]> {
  const index = new Map<string, PodGroup[]>();
  for (const pod of pods)
    for (const key of [keyOf(pod.namespace), ...Object.entries(pod.labels).map((entry) => keyOf(pod.namespace, entry))]) {
      const known = index.get(key);
      if (known) known.push(pod);
      else index.set(key, [pod]);
    }
  return index;
}

function keyOf(namespace: string, label?: readonly [string, JsonValue | undefined]): string {
  return JSON.stringify([namespace, ...(label ?? [])]);
}
