/**
 * The only file that imports cdk8s-plus: its typed L1 objects, so that the Kubernetes minor of the types is this one line.
 * The deep path leaves out the L2 layer, whose defaults KEA does not use, and halves the time that the import takes.
 */
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
import { ApiObject, JsonPatch } from 'cdk8s';

export { k8s };

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
