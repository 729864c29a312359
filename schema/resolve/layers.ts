import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import type { KeyPath } from '../load/document';
import type { Origin } from './sources';

/** One source of keys in the shape of the full document, sparse, and where each of its paths stands in what the user wrote. */
export interface Layer {
  readonly value: JsonObject;
  /** Nothing for paths above the keys that the layer brings, such as `versions` for settings that were handed to each version. */
  readonly origin: (path: KeyPath) => Origin | undefined;
}

/** How many levels below a root key are merged key by key; beneath that a later layer's value replaces the earlier one whole. */
const MERGED_LEVELS: { readonly [key: string]: number } = {
  versions: 3,
  methods: 2,
  routing: 1,
  audit: 1,
  lifecycle: 1,
  fronts: 1,
  data: 1,
};
/** Exceptions: an artifact is one value, not keys to be mixed. */
const WHOLE_IN_VERSION: ReadonlySet<string | number | undefined> = new Set(['artifact', 'image']);

/** Length of the prefix of `path` that one layer owns whole. */
function ownedLength(path: KeyPath): number {
  const [root, , third] = path;
  if (root === 'versions' && WHOLE_IN_VERSION.has(third)) return 3;
  return (MERGED_LEVELS[String(root)] ?? 0) + 1;
}

/** Later layers win, key by key down to the owned level. */
export function merge(layers: readonly JsonObject[]): JsonObject {
  return layers.reduce((below, above) => over(below, above, []), {});
}

function over(below: JsonObject, above: JsonObject, path: KeyPath): JsonObject {
  const merged: { [key: string]: JsonValue | undefined } = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const here = [...path, key];
    const old = merged[key];
    merged[key] = here.length < ownedLength(here) && isJsonObject(old) && isJsonObject(value) ? over(old, value, here) : value;
  }
  return merged;
}

/** Adds what is missing, at any depth; nothing that is there changes. */
export function fill(value: JsonObject, missing: JsonObject): JsonObject {
  const filled: { [key: string]: JsonValue | undefined } = { ...value };
  for (const [key, wanted] of Object.entries(missing)) {
    const there = filled[key];
    if (there === undefined) filled[key] = wanted;
    else if (isJsonObject(there) && isJsonObject(wanted)) filled[key] = fill(there, wanted);
  }
  return filled;
}

/** The value at a path. */
export function valueAt(value: JsonValue | undefined, path: KeyPath): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const key of path) {
    if (Array.isArray(at)) at = at[Number(key)] as JsonValue | undefined;
    else if (isJsonObject(at)) at = Object.hasOwn(at, key) ? at[key] : undefined;
    else return undefined;
  }
  return at;
}

/**
 * Where the value at `path` of the full document came from.
 *
 * @param layers the merged ones, weakest first
 * @param derived what was derived, and from what
 */
export function originAt(path: KeyPath, layers: readonly Layer[], derived: JsonObject): Origin {
  const owned = path.slice(0, ownedLength(path));
  for (const layer of layers.toReversed()) {
    if (valueAt(layer.value, owned) === undefined) continue;
    const origin = valueAt(layer.value, path) === undefined ? undefined : layer.origin(path);
    if (origin) return origin;
    if (path.length >= owned.length && valueAt(layer.value, path) === undefined) break;
  }
  return valueAt(derived, path) !== undefined ? { kind: 'derived', from: derivedFrom(path) } : { kind: 'default' };
}

function derivedFrom(path: KeyPath): string {
  const last = path.at(-1);
  if (path[0] === 'methods' && path.length > 2 && path[2] !== 'summary') return "the model's graph";
  if (path[0] === 'routing') return 'the only version';
  if (last === 'framework') return "the artifact's name";
  if (last === 'sha256') return "the artifact's bytes";
  if (path[0] === 'audit') return 'the classification and risk of the data';
  if (path[0] === 'approvers') return 'the owner';
  return 'the name';
}
