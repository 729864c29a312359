import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { byBytes } from '../../core/order';
import { byKey } from './order';
import { describeObject, type PlanObject } from './plan-object';
import { podTemplate } from './references';

/** One changed field. Secrets' values are replaced by marks, long texts are cut. */
export interface FieldChange {
  /** `spec.template.spec.containers[0].image` */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/** One object that differs between two plans. */
export interface ObjectChange {
  readonly change: 'added' | 'removed' | 'changed';
  /** `Deployment kea-models/credit-score-v1-4-0` */
  readonly object: string;
  readonly fields: readonly FieldChange[];
  /** True when applying it makes new pods of a workload that exists. */
  readonly restarts: boolean;
}

/** Changes of one model, or of the platform (`model` absent). */
export interface ModelChanges {
  readonly model?: string;
  readonly changes: readonly ObjectChange[];
}

/** What applying `after` over `before` would do, grouped by model: the platform first, then models in byte order. */
export interface PlanDiff {
  readonly groups: readonly ModelChanges[];
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Workloads whose pods restart. */
  readonly restarts: readonly string[];
}

const MAX_TEXT = 120;

/** Compares two plans by the identity of their objects. Pure. */
export function diffPlans(before: readonly PlanObject[], after: readonly PlanObject[]): PlanDiff {
  const old = byKey(before);
  const now = byKey(after);
  const groups = new Map<string, ObjectChange[]>();
  const add = (object: PlanObject, change: ObjectChange): void => {
    const key = object.model ?? '';
    groups.set(key, [...(groups.get(key) ?? []), change]);
  };
  for (const [key, object] of now) {
    const previous = old.get(key);
    if (!previous) add(object, { change: 'added', object: describeObject(object), fields: [], restarts: false });
    else if (!isDeepStrictEqual(previous.value, object.value)) add(object, changed(previous, object));
  }
  for (const [key, object] of old) {
    if (!now.has(key)) add(object, { change: 'removed', object: describeObject(object), fields: [], restarts: false });
  }
  const all = [...groups.values()].flat();
  return {
    groups: [...groups.keys()].sort(byBytes).map((model) => ({ ...(model === '' ? {} : { model }), changes: groups.get(model) ?? [] })),
    added: all.filter((each) => each.change === 'added').length,
    removed: all.filter((each) => each.change === 'removed').length,
    changed: all.filter((each) => each.change === 'changed').length,
    restarts: all.filter((each) => each.restarts).map((each) => each.object),
  };
}

function changed(before: PlanObject, after: PlanObject): ObjectChange {
  const fields: FieldChange[] = [];
  compare(before.value, after.value, '', fields, redactor(after.kind));
  const template = podTemplate(after);
  const restarts = template !== undefined && !['Job', 'CronJob'].includes(after.kind) && !isDeepStrictEqual(podTemplate(before), template);
  return { change: 'changed', object: describeObject(after), fields, restarts };
}

type Redact = (path: string, value: JsonValue) => string;

/** Secrets show only that they changed; binary data shows its size. */
function redactor(kind: string): Redact {
  return (path, value) => {
    if (kind === 'Secret' && /^(data|stringData)(\.|\[|$)/.test(path)) return '(secret)';
    if (path.startsWith('binaryData') && typeof value === 'string') return `(${Math.floor((value.length * 3) / 4)} bytes)`;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
  };
}

function compare(before: JsonValue | undefined, after: JsonValue | undefined, path: string, found: FieldChange[], redact: Redact): void {
  if (isDeepStrictEqual(before, after)) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of unionOfKeys(before, after)) compare(before[key], after[key], join(path, key), found, redact);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    compareLists(before as readonly JsonValue[], after as readonly JsonValue[], path, found, redact);
  } else {
    found.push({
      path,
      ...(before === undefined ? {} : { before: redact(path, before) }),
      ...(after === undefined ? {} : { after: redact(path, after) }),
    });
  }
}

/** Lists of named things (containers, volumes, ports, environment) are compared by name, others by position. */
function compareLists(before: readonly JsonValue[], after: readonly JsonValue[], path: string, found: FieldChange[], redact: Redact): void {
  const old = byName(before);
  const now = byName(after);
  if (old && now) {
    for (const name of [...new Set([...old.keys(), ...now.keys()])].sort(byBytes))
      compare(old.get(name), now.get(name), `${path}[${name}]`, found, redact);
    return;
  }
  for (let index = 0; index < Math.max(before.length, after.length); index += 1)
    compare(before[index], after[index], `${path}[${index}]`, found, redact);
}

function byName(list: readonly JsonValue[]): ReadonlyMap<string, JsonValue> | undefined {
  const map = new Map<string, JsonValue>();
  for (const each of list) {
    const name = isJsonObject(each) ? each['name'] : undefined;
    if (typeof name !== 'string' || map.has(name)) return undefined;
    map.set(name, each);
  }
  return map;
}

function unionOfKeys(a: JsonObject, b: JsonObject): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(byBytes);
}

function join(path: string, key: string): string {
  const step = /^[\w-]+$/.test(key) ? key : `["${key}"]`;
  return path === '' ? step : step.startsWith('[') ? path + step : `${path}.${step}`;
}
