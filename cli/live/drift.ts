import type { PlanDiff } from '../../constructs/plan/diff';
import { diffPlans } from '../../constructs/plan/diff';
import { describeObject, objectKey, type Plan, type PlanObject } from '../../constructs/plan/plan-object';
import { Label, MANAGED_BY } from '../../constructs/shared/labels';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { objectsOf, type Kubectl } from './kubectl';

export interface Drift {
  /** From what runs to what the files say. */
  readonly difference: PlanDiff;
  /** Object → who wrote it last, of those that differ. */
  readonly writers: ReadonlyMap<string, string>;
  /** Kinds that the cluster does not know, because their definitions are not installed. */
  readonly unknownKinds: readonly string[];
}

/**
 * Compares a plan with a cluster. The server itself completes each object of the plan (a replacement that is not carried out), so defaults and the
 * spelling of quantities are no difference, and a key that somebody added is one. Where it does not let the caller ask, only the plan's own keys count.
 */
export async function driftOf(plan: Plan, kubectl: Kubectl): Promise<Drift> {
  const values = plan.objects.map((object) => object.value);
  const asked = await kubectl.run(['get', '-f', '-', '-o', 'json', '--ignore-not-found', '--show-managed-fields'], values);
  const live = byIdentity(objectsOf(asked));
  const there = plan.objects.filter((object) => live.has(objectKey(object)));
  const answer = await kubectl.run(
    ['replace', '--dry-run=server', '-f', '-', '-o', 'json'],
    there.map((object) => object.value),
  );
  const completed = byIdentity(objectsOf(answer));

  const before: PlanObject[] = [];
  const after = plan.objects.map((object) => {
    const running = live.get(objectKey(object));
    if (!running) return object;
    before.push({ ...object, value: comparable(running, object.value) });
    const wanted = completed.get(objectKey(object)) ?? overlay(running, object.value);
    return { ...object, value: comparable(wanted as JsonObject, object.value) };
  });
  const left = await leftovers(plan, kubectl);
  const all = new Map([...live, ...left.map((object) => [objectKey(object), object.value] as const)]);
  const difference = diffPlans([...before, ...left], after);
  const differing = new Set(difference.groups.flatMap(({ changes }) => changes.map((change) => change.object)));
  const writers = [...all.values()].map((value) => [describeObject(identity(value)), lastWriter(value)] as const);
  return {
    difference,
    writers: new Map(writers.flatMap(([object, writer]) => (writer !== undefined && differing.has(object) ? [[object, writer]] : []))),
    unknownKinds: [...new Set(asked.complaints.flatMap((line) => /no matches for kind "(\w+)"/.exec(line)?.[1] ?? []))].sort(),
  };
}

/** Objects of KEA in the plan's namespaces that the plan no longer holds. */
async function leftovers(plan: Plan, kubectl: Kubectl): Promise<PlanObject[]> {
  const wanted = new Set(plan.objects.map(objectKey));
  const kinds = [...new Set(plan.objects.flatMap((each) => (each.namespace === undefined ? [] : [resourceName(each)])))].sort();
  const namespaces = [...new Set(plan.objects.flatMap((each) => each.namespace ?? []))].sort();
  const found: PlanObject[] = [];
  for (const namespace of namespaces) {
    // A kind that the cluster does not know spoils a common question, so it is asked for alone.
    const selector = ['-n', namespace, '-l', `${Label.managedBy}=${MANAGED_BY}`, '-o', 'json', '--show-managed-fields'];
    const together = await kubectl.run(['get', kinds.join(','), ...selector]);
    const answers = together.ok ? [together] : await Promise.all(kinds.map((kind) => kubectl.run(['get', kind, ...selector])));
    for (const value of answers.flatMap((each) => (each.ok ? objectsOf(each) : []))) {
      const object = identity(value);
      if (!wanted.has(objectKey(object)) && !isOwned(value)) found.push(object);
    }
  }
  return found;
}

/** `Deployment.v1.apps`, which kubectl understands for every kind. */
function resourceName({ apiVersion, kind }: PlanObject): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return `${kind}.${version}.${group}`;
}

/** Made by a controller for another object, such as the copy of a Secret. */
function isOwned(value: JsonObject): boolean {
  return Array.isArray(metadataOf(value)['ownerReferences']);
}

function identity(value: JsonObject): PlanObject {
  const { name, namespace, labels } = metadataOf(value);
  const model = isJsonObject(labels) ? labels[Label.model] : undefined;
  return {
    apiVersion: String(value['apiVersion']),
    kind: String(value['kind']),
    name: String(name),
    ...(typeof namespace === 'string' ? { namespace } : {}),
    ...(typeof model === 'string' ? { model } : {}),
    layer: 'workloads',
    value,
  };
}

function byIdentity(values: readonly JsonObject[]): Map<string, JsonObject> {
  return new Map(values.map((value) => [objectKey(identity(value)), value]));
}

function metadataOf(value: JsonObject): JsonObject {
  return isJsonObject(value['metadata']) ? value['metadata'] : {};
}

/** Without what servers and controllers keep in an object for themselves. */
function comparable(value: JsonObject, plan: JsonObject): JsonObject {
  const { status: _status, ...rest } = value;
  const metadata = metadataOf(value);
  const own = metadataOf(plan);
  const map = (key: 'labels' | 'annotations'): JsonObject => {
    const wanted = isJsonObject(own[key]) ? own[key] : {};
    const given = isJsonObject(metadata[key]) ? metadata[key] : {};
    return Object.fromEntries(Object.entries(given).filter(([name]) => name in wanted || name.startsWith('kea.dev/')));
  };
  return {
    ...withoutHandedOver(rest, plan),
    metadata: {
      name: metadata['name'] ?? '',
      ...(metadata['namespace'] === undefined ? {} : { namespace: metadata['namespace'] }),
      labels: map('labels'),
      annotations: map('annotations'),
    },
  };
}

/** The number of pods belongs to the autoscaler where the plan does not name it. */
function withoutHandedOver(value: JsonObject, plan: JsonObject): JsonObject {
  const [spec, wanted] = [value['spec'], plan['spec']];
  if (!isJsonObject(spec) || !isJsonObject(wanted) || 'replicas' in wanted) return value;
  const { replicas: _replicas, ...rest } = spec;
  return { ...value, spec: rest };
}

/** What runs, with the plan's own keys laid over it. */
function overlay(running: JsonValue, plan: JsonValue): JsonValue {
  if (isJsonObject(running) && isJsonObject(plan)) {
    const keys = Object.entries(plan).flatMap(([key, value]) => {
      const old = running[key];
      // The server leaves out what says nothing.
      if (value === undefined || (old === undefined && saysNothing(value))) return [];
      return [[key, old === undefined ? value : overlay(old, value)] as const];
    });
    return { ...running, ...Object.fromEntries(keys) };
  }
  if (Array.isArray(running) && Array.isArray(plan)) return overlayList(running as JsonValue[], plan as JsonValue[]);
  return plan;
}

function saysNothing(value: JsonValue): boolean {
  return !value || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** Lists of named things by name, others by position. */
function overlayList(running: readonly JsonValue[], plan: readonly JsonValue[]): JsonValue {
  const nameOf = (each: JsonValue): JsonValue | undefined => (isJsonObject(each) ? each['name'] : undefined);
  if (![...running, ...plan].every((each) => typeof nameOf(each) === 'string'))
    return plan.map((each, index) => overlay(running[index] ?? null, each));
  const laid = plan.map((each) => overlay(running.find((old) => nameOf(old) === nameOf(each)) ?? null, each));
  return [...laid, ...running.filter((old) => !plan.some((each) => nameOf(each) === nameOf(old)))];
}

/** `kubectl-edit, 2026-11-22T10:00:00Z`: the last that wrote anything but the status. */
function lastWriter(value: JsonObject): string | undefined {
  const fields = metadataOf(value)['managedFields'];
  if (!Array.isArray(fields)) return undefined;
  const entries = (fields as JsonObject[]).filter((each) => each['subresource'] === undefined && typeof each['time'] === 'string');
  const last = entries.sort((a, b) => (String(a['time']) < String(b['time']) ? -1 : 1)).at(-1);
  return last && `${String(last['manager'])}, ${String(last['time'])}`;
}
