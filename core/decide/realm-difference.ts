import { canonicalJson } from '../canonical';
import {
  MARK,
  objectId,
  ownMark,
  REALM_KINDS,
  REALM_SETS,
  realmObjectDigest,
  type AppliedRealm,
  type RealmMapper,
  type RealmObject,
  type RealmPlan,
  type RealmSet,
} from '../contract/realm';
import { isJsonObject, type JsonValue } from '../json';
import { byBytes } from '../order';

/** An object as the realm holds it now. */
export type LiveObject = Omit<RealmObject, 'initial'>;

/** By `objectId`; empty when there is no realm. */
export type LiveRealm = ReadonlyMap<string, LiveObject>;

/** One thing that changes in an object. `byHand`: nobody changed the files, so somebody changed the realm. */
export type RealmEdit =
  | { readonly field: string; readonly from: JsonValue | undefined; readonly to: JsonValue | undefined; readonly byHand: boolean }
  | { readonly set: RealmSet; readonly add: readonly string[]; readonly remove: readonly string[] };

/** The realm as it would be once a plan is in place, for comparing two states of the files. */
export function liveOf(plan: RealmPlan): LiveRealm {
  return new Map(plan.objects.map((object) => [objectId(object), object]));
}

export type RealmStep =
  | { readonly do: 'create'; readonly object: RealmObject }
  | { readonly do: 'change'; readonly object: RealmObject; readonly edits: readonly RealmEdit[] }
  | { readonly do: 'delete'; readonly object: Pick<RealmObject, 'kind' | 'name'> };

export interface RealmDifference {
  /** In the order in which they can be done. */
  readonly steps: readonly RealmStep[];
  /** Objects with a name that we need and a maker that was not us: nothing may be done while there is one. */
  readonly foreign: readonly RealmObject[];
}

/**
 * What must be done so that a realm holds what the plan says (three-way: the plan, what was applied last, what is there).
 * Objects are ours by their mark. Realm roles and groups that others made are used as they are. Members of sets are ours when we put them in.
 */
export function realmDifference(plan: RealmPlan, applied: AppliedRealm, live: LiveRealm): RealmDifference {
  const wanted = new Set(plan.objects.map(objectId));
  const found = plan.objects.map((object) => ({ object, there: live.get(objectId(object)) }));
  const foreign = found
    .filter(({ object, there }) => there && !isShared(object) && (!isOurs(there) || isOfAnotherStack(object, there)))
    .map(({ object }) => object);
  const kept = found.flatMap(({ object, there }): RealmStep[] => {
    if (!there) return [{ do: 'create', object }];
    if (!isOurs(there)) return [];
    const edits = editsOf(object, applied[objectId(object)], there);
    return edits.length > 0 ? [{ do: 'change', object, edits }] : [];
  });
  const gone = [...live.values()]
    .filter((there) => there.kind !== 'realm' && isOurs(there) && !wanted.has(objectId(there)))
    .sort((a, b) => REALM_KINDS.indexOf(b.kind) - REALM_KINDS.indexOf(a.kind) || byBytes(a.name, b.name))
    .map(({ kind, name }): RealmStep => ({ do: 'delete', object: { kind, name } }));
  return { steps: [...kept, ...gone], foreign };
}

/**
 * The half of a difference that goes before the routes (`add`: nothing that a caller holds is taken away) or after them (`prune`).
 * A field has one value, so it changes in the first half; one that is dropped goes in the second.
 */
export function inPhase(steps: readonly RealmStep[], phase: 'add' | 'prune'): readonly RealmStep[] {
  return steps.flatMap((step): RealmStep[] => {
    if (step.do !== 'change') return (step.do === 'create') === (phase === 'add') ? [step] : [];
    const edits = step.edits.flatMap((edit): RealmEdit[] => {
      if (!('set' in edit)) return (edit.to === undefined) === (phase === 'prune') ? [edit] : [];
      const half = phase === 'add' ? { ...edit, remove: [] } : { ...edit, add: [] };
      return half.add.length + half.remove.length > 0 ? [half] : [];
    });
    return edits.length > 0 ? [{ ...step, edits }] : [];
  });
}

/** What a caller may lose: deleted objects and roles, each by name. Scopes and delegations go with what they are about. */
export function losses(steps: readonly RealmStep[]): readonly string[] {
  return steps.flatMap((step) => {
    if (step.do === 'delete') return step.object.kind === 'scope' || step.object.kind === 'delegation' ? [] : [objectId(step.object)];
    if (step.do === 'create') return [];
    return step.edits.flatMap((edit) =>
      'set' in edit && edit.set === 'roles' ? edit.remove.map((role) => `role ${role} of ${step.object.name}`) : [],
    );
  });
}

/** How many losses at once pass without being told to: five, or a fifth of what is managed. */
export function tolerableLosses(managed: number): number {
  return Math.max(5, Math.floor(managed / 5));
}

/** Applied state after a phase: after `add` both old and new members are ours, after `prune` only the new. */
export function appliedAfter(phase: 'add' | 'prune', before: AppliedRealm, wanted: AppliedRealm): AppliedRealm {
  if (phase === 'prune') return wanted;
  const merged = Object.entries(wanted).map(([id, now]) => {
    const then = before[id];
    if (!then) return [id, now] as const;
    const sets = REALM_SETS.flatMap((set) => {
      const members = [...new Set([...(then.sets[set] ?? []), ...(now.sets[set] ?? [])])].sort(byBytes);
      return members.length > 0 ? [[set, members] as const] : [];
    });
    const both = (names: 'attributes' | 'mappers'): readonly string[] => [...new Set([...(then[names] ?? []), ...now[names]])];
    return [id, { ...now, sets: Object.fromEntries(sets), attributes: both('attributes'), mappers: both('mappers') }] as const;
  });
  return { ...before, ...Object.fromEntries(merged) };
}

function editsOf(object: RealmObject, before: AppliedRealm[string] | undefined, there: LiveObject): readonly RealmEdit[] {
  const byHand = before?.digest === realmObjectDigest(object);
  const value = (field: string, from: JsonValue | undefined, to: JsonValue | undefined): RealmEdit[] =>
    to === undefined ? [{ field, from, to, byHand }] : covers(from, to) ? [] : [{ field, from: from ?? null, to, byHand }];
  const dropped = (before?.attributes ?? []).filter(
    (name) => object.attributes[name] === undefined && there.attributes[name] !== undefined,
  );
  const droppedMappers = (before?.mappers ?? []).filter((name) => object.mappers[name] === undefined && there.mappers[name] !== undefined);
  return [
    ...Object.entries(object.fields).flatMap(([name, to]) => value(name, there.fields[name], to)),
    ...Object.entries(object.attributes).flatMap(([name, to]) => value(`attributes.${name}`, there.attributes[name], to)),
    ...dropped.flatMap((name) => value(`attributes.${name}`, there.attributes[name], undefined)),
    ...Object.entries(object.mappers).flatMap(([name, to]) => value(`mappers.${name}`, json(there.mappers[name]), json(to))),
    ...droppedMappers.flatMap((name) => value(`mappers.${name}`, json(there.mappers[name]), undefined)),
    ...REALM_SETS.flatMap((set) => setEdit(set, object.sets[set] ?? [], before?.sets[set] ?? [], there.sets[set] ?? [])),
  ];
}

function setEdit(set: RealmSet, wanted: readonly string[], before: readonly string[], there: readonly string[]): RealmEdit[] {
  const add = wanted.filter((name) => !there.includes(name));
  const remove = before.filter((name) => !wanted.includes(name) && there.includes(name));
  return add.length + remove.length > 0 ? [{ set, add, remove }] : [];
}

/** Whether `live` says all that `wanted` says. Keycloak adds members of its own to objects, and keeps its lists in no order. */
function covers(live: JsonValue | undefined, wanted: JsonValue): boolean {
  if (Array.isArray(live) && Array.isArray(wanted)) return sorted(live) === sorted(wanted);
  if (isJsonObject(live) && isJsonObject(wanted))
    return Object.entries(wanted).every(([name, value]) => value === undefined || covers(live[name], value));
  return live !== undefined && canonicalJson(live) === canonicalJson(wanted);
}

function sorted(list: readonly JsonValue[]): string {
  return canonicalJson(list.map((each) => canonicalJson(each)).sort(byBytes));
}

function isOurs(there: LiveObject): boolean {
  return there.attributes[MARK] === ownMark(there);
}

/** Two stacks with one Keycloak and one name of the realm would undo each other. */
function isOfAnotherStack({ kind, attributes }: RealmObject, there: LiveObject): boolean {
  return kind === 'realm' && there.attributes['kea.stack'] !== attributes['kea.stack'];
}

/** Names that a company gives before us: who holds them keeps them. */
function isShared({ kind }: RealmObject): boolean {
  return kind === 'role' || kind === 'group';
}

function json(mapper: RealmMapper | undefined): JsonValue | undefined {
  return mapper as unknown as JsonValue | undefined;
}
