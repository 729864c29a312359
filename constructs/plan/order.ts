import { layerNumber } from './layers';
import { objectKey, type PlanObject } from './plan-object';
import { referencesOf } from './references';

/**
 * The order of application: by layer; inside a layer an object stands after those of the same layer that it names; else by namespace, kind and
 * name in byte order. The same objects come out in the same order, however they went in.
 */
export function orderObjects(objects: readonly PlanObject[]): PlanObject[] {
  const sorted = objects.map((object) => ({ object, layer: layerNumber(object.layer), key: sortKey(object) }));
  sorted.sort((a, b) => a.layer - b.layer || compareText(a.key, b.key));
  return dependenciesFirst(sorted.map((each) => each.object));
}

/** The order of removal. */
export function removalOrder(objects: readonly PlanObject[]): PlanObject[] {
  return [...objects].reverse();
}

function sortKey(object: PlanObject): string {
  return `${object.namespace ?? ''}\u0000${object.kind}\u0000${object.name}\u0000${object.apiVersion}`;
}

/** By UTF-16 code units; names are ASCII, so that is byte order. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Depth-first over names inside one layer; a circle is left as it was sorted. */
function dependenciesFirst(objects: readonly PlanObject[]): PlanObject[] {
  const byIdentity = new Map<string, PlanObject>();
  for (const object of objects) byIdentity.set(identity(object.kind, object.namespace, object.name), object);
  const done = new Set<PlanObject>();
  const ordered: PlanObject[] = [];
  const visit = (object: PlanObject): void => {
    if (done.has(object)) return;
    done.add(object);
    for (const reference of referencesOf(object).names) {
      const target = byIdentity.get(identity(reference.kind, reference.namespace, reference.name));
      if (target && target.layer === object.layer) visit(target);
    }
    ordered.push(object);
  };
  objects.forEach(visit);
  return ordered;
}

function identity(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

/** The objects by identity; of two with one identity the first. */
export function byKey(objects: readonly PlanObject[]): ReadonlyMap<string, PlanObject> {
  const map = new Map<string, PlanObject>();
  for (const object of objects) if (!map.has(objectKey(object))) map.set(objectKey(object), object);
  return map;
}
