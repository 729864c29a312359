/**
 * The only file that imports cdk8s-plus: its typed L1 objects, so that the Kubernetes minor of the types is this one line.
 * The deep path leaves out the L2 layer, whose defaults KEA does not use, and halves the time that the import takes.
 */
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
import { type ApiObject, App, JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';
import type { JsonObject } from '../core/json';

export { k8s };

/** A typed L1 class. */
export interface L1Kind<Props, Made extends ApiObject> {
  new (scope: Construct, id: string, props: Props): Made;
  manifest(props: Props): unknown;
}

/** Resolvers that every cdk8s app has; more of them are the app's own. */
const STANDARD_RESOLVERS = 3;

/**
 * Makes an object out of props that hold plain values only (no `Lazy`, no token), as KEA's own builders give them.
 * It renders the same as any L1, without cdk8s' resolution of each single value, which takes most of a large plan's time. Whatever might make a
 * difference (resolvers of the app, JSON patches) leads back to cdk8s' own way.
 */
export function plainObject<Props extends object, Made extends ApiObject>(
  kind: L1Kind<Props, Made>,
  scope: Construct,
  id: string,
  props: Props,
): Made {
  const object = new kind(scope, id, props);
  const slowly = object.toJson.bind(object);
  const patch = object.addJsonPatch.bind(object);
  let patched = false;
  object.addJsonPatch = (...operations) => {
    patched = true;
    patch(...operations);
  };
  object.toJson = () => {
    if (patched || App.of(object).resolvers.length !== STANDARD_RESOLVERS) return slowly() as unknown;
    // The metadata is plain already; typing it once more would only take time.
    const { metadata: _metadata, ...rest } = props as Props & { readonly metadata?: unknown };
    return inOrder(kind.manifest(rest as unknown as Props), object.metadata.toJson() as unknown);
  };
  return object;
}

/** Keys sorted as cdk8s sorts them; undefined and null left out. */
function inOrder(value: unknown, metadata: unknown): unknown {
  const { apiVersion, kind, ...rest } = sorted(value) as { [key: string]: unknown };
  return { apiVersion, kind, metadata: sorted(metadata), ...rest };
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const result: { [key: string]: unknown } = {};
  for (const key of Object.keys(value).sort()) {
    const each = (value as { [key: string]: unknown })[key];
    if (each !== undefined && each !== null) result[key] = sorted(each);
  }
  return result;
}

/** Lets `extend` add to the finished object what Kubernetes has and this minor's types do not know. */
export function extendRendered(object: ApiObject, extend: (rendered: JsonObject) => JsonObject): void {
  const render = object.toJson.bind(object);
  object.toJson = () => extend(render() as JsonObject);
}

/**
 * Applies RFC 6902 operations to the finished object.
 * cdk8s applies `addJsonPatch` before the typed rendering, which then drops every field that this minor's types do not know
 * (`lifecycle.preStop.sleep`, for one); these operations come after it.
 */
export function patchRendered(object: ApiObject, ...operations: readonly JsonPatch[]): void {
  if (operations.length === 0) return;
  const render = object.toJson.bind(object);
  object.toJson = () => JsonPatch.apply(render(), ...operations) as unknown;
}
