import * as pulumi from '@pulumi/pulumi';
import { isDeepStrictEqual } from 'node:util';
import { objectKey, describeObject, type PlanObject } from '../../constructs/plan/plan-object';
import { deployFindings } from '../../core/findings/deploy';
import { finding } from '../../core/findings/finding';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';

import { stableName } from './kube-object';
import { heed } from './refuse';

/** A place in a document. */
export type Path = readonly (string | number)[];

/** One late input: where it stands, the value itself, and two values that are right there, as different as they can be. */
export interface Late {
  readonly path: Path;
  readonly value: pulumi.Output<string>;
  readonly probes: readonly [string, string];
}

/** What a document gives: its objects. Throws when the document is refused. */
export type Render = (document: JsonObject) => readonly PlanObject[];

export interface LateObjects {
  /** The plan with probe values in it: identities, order and references are the true ones. */
  readonly objects: readonly PlanObject[];
  /** An object with outputs bound into every leaf that depends on a late input. */
  readonly inputs: (object: PlanObject) => pulumi.Inputs;
}

/**
 * Binds late inputs into objects that are rendered eagerly. Which leaf depends on which input is found by rendering with other values, one input varied
 * at a time; each such leaf becomes `all(its inputs) → render again → that leaf`, so values inside texts, digests and archives come out right, and a preview
 * leaves only those leaves unknown. What exists, and how it is called, never depends on a late input: that is refused.
 */
export function bindLate(document: JsonObject, late: readonly Late[], render: Render): LateObjects {
  const first = late.map(({ probes }) => probes[0]);
  const base = byKey(render(filled(document, late, first)));
  const leaves = new Map<string, Map<string, { readonly path: Path; readonly on: Set<number> }>>();
  late.forEach(({ path, probes }, input) => {
    const other = byKey(
      render(
        filled(
          document,
          late,
          first.map((each, index) => (index === input ? probes[1] : each)),
        ),
      ),
    );
    refuseOthers(path, base, other);
    for (const [key, object] of base) {
      const known = leaves.get(key) ?? new Map<string, { readonly path: Path; readonly on: Set<number> }>();
      for (const at of differences(object.value, other.get(key)?.value)) {
        const leaf = known.get(at.join('\0')) ?? { path: at, on: new Set<number>() };
        known.set(at.join('\0'), { path: at, on: leaf.on.add(input) });
      }
      if (known.size > 0) leaves.set(key, known);
    }
  });

  const rendered = new Map<string, ReadonlyMap<string, PlanObject>>();
  const real = (values: readonly string[]): ReadonlyMap<string, PlanObject> => {
    const id = JSON.stringify(values);
    const plan = rendered.get(id) ?? checked(base, byKey(render(filled(document, late, values))), leaves);
    rendered.set(id, plan);
    return plan;
  };
  // All of them, not only the leaf's own: a digest over a leaf's neighbours is right only when they are.
  const values = pulumi.all(late.map((each) => each.value));
  const inputs = (object: PlanObject): pulumi.Inputs => {
    const key = stableKey(object);
    const own = [...(leaves.get(key)?.values() ?? [])];
    return outermost(own.map((each) => each.path)).reduce<pulumi.Inputs>(
      (all, path) => placed(all, path, values.apply((known) => valueAt(real(known).get(key)?.value, path)) as never),
      object.value,
    );
  };
  return { objects: [...base.values()], inputs };
}

/** The document with values at the places of its late inputs. */
export function filled(document: JsonObject, late: readonly Late[], values: readonly string[]): JsonObject {
  return late.reduce((all, { path }, index) => placed(all, path, values[index] ?? ''), document);
}

/** Paths of a document where two renderings differ; where shapes differ, the place of the whole. */
export function differences(a: JsonValue | undefined, b: JsonValue | undefined, at: Path = []): Path[] {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    const other = b as readonly JsonValue[];
    return (a as readonly JsonValue[]).flatMap((each, index) => differences(each, other[index], [...at, index]));
  }
  if (isJsonObject(a) && isJsonObject(b) && isDeepStrictEqual(Object.keys(a).sort(), Object.keys(b).sort())) {
    return Object.keys(a).flatMap((key) => differences(a[key], b[key], [...at, key]));
  }
  return isDeepStrictEqual(a, b) ? [] : [at];
}

function refuseOthers(path: Path, base: ReadonlyMap<string, PlanObject>, other: ReadonlyMap<string, PlanObject>): void {
  const odd = [...base].find(([key]) => !other.has(key)) ?? [...other].find(([key]) => !base.has(key));
  if (!odd) return;
  const message = `"${path.join('.')}" is an output, and it decides whether ${describeObject(odd[1])} exists`;
  heed([finding(deployFindings.lateElsewhere, { message })]);
}

/** The true plan, refused when it differs from the one with probes anywhere else than at the leaves that were found. */
export function checked(
  base: ReadonlyMap<string, PlanObject>,
  real: ReadonlyMap<string, PlanObject>,
  leaves: ReadonlyMap<string, ReadonlyMap<string, { readonly path: Path }>>,
): ReadonlyMap<string, PlanObject> {
  const lost = [...new Set([...base.keys(), ...real.keys()])].find((key) => !base.has(key) || !real.has(key));
  if (lost !== undefined) heed([finding(deployFindings.lateShape, { message: `with the true values ${lost} comes or goes` })]);
  for (const [key, object] of base) {
    const known = [...(leaves.get(key)?.values() ?? [])].map((each) => each.path);
    const stray = differences(object.value, real.get(key)?.value).find((path) => !known.some((each) => isWithin(path, each)));
    if (stray)
      heed([finding(deployFindings.lateShape, { message: `${describeObject(object)}: ${stray.join('.')} changes with the true values` })]);
  }
  return real;
}

/** Without those that lie inside others. */
function outermost(paths: readonly Path[]): readonly Path[] {
  return paths.filter((path) => !paths.some((other) => other !== path && other.length < path.length && isWithin(path, other)));
}

function isWithin(path: Path, outer: Path): boolean {
  return outer.length <= path.length && outer.every((step, index) => path[index] === step);
}

/** Identity of an object, whatever the digest of its content. */
function stableKey(object: PlanObject): string {
  return objectKey({ ...object, name: stableName(object) });
}

function byKey(objects: readonly PlanObject[]): ReadonlyMap<string, PlanObject> {
  return new Map(objects.map((object) => [stableKey(object), object]));
}

/** A copy with another value at one place. */
function placed(document: JsonObject, path: Path, value: JsonValue): JsonObject {
  const [step, ...rest] = path;
  if (step === undefined) return value as JsonObject;
  const inner = rest.length === 0 ? value : placed((document as { readonly [key: string]: JsonObject })[step] ?? {}, rest, value);
  if (Array.isArray(document))
    return (document as readonly JsonValue[]).map((each, index) => (index === step ? inner : each)) as unknown as JsonObject;
  return { ...document, [step]: inner };
}

function valueAt(value: JsonValue | undefined, path: Path): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((at, step) => (at as { readonly [key: string]: JsonValue } | undefined)?.[step], value);
}
