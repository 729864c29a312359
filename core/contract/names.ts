/** Names that the plan, the gateway and the local run derive from a model's identity, in one place so that they cannot differ. */

/** `/models/<model>/<contract>/`: the key of the edge's prefix map. */
export function contractPrefix(model: string, contract: string): string {
  return `/models/${model}/${contract}/`;
}

/** `/models/<model>/<contract>/<method>`: where a method is called with POST. */
export function methodPath(model: string, contract: string, method: string): string {
  return `${contractPrefix(model, contract)}${method}`;
}

/** `<model>/<contract>/<method>`: value of the route header and of audit records. */
export function routeId(model: string, contract: string, method: string): string {
  return `${model}/${contract}/${method}`;
}

/** Name of everything that belongs to one version: Deployment, Service, Envoy cluster. `credit-score` 1.4.0 → `credit-score-v1-4-0`. */
export function versionName(model: string, version: string): string {
  return `${model}-v${version.replaceAll('.', '-')}`;
}

/** Envoy cluster of a version's gRPC port, where there is one. No version is named so: those end in a number. */
export function grpcClusterName(model: string, version: string): string {
  return versionName(model, version) + GRPC_SUFFIX;
}

/** What stands behind a Service's name in the name of the cluster of its gRPC port. */
export const GRPC_SUFFIX = '-grpc';

/** Name of everything that belongs to one contract: ConfigMaps, bundle part. `credit-score` v1 → `credit-score-v1`. */
export function contractName(model: string, contract: string): string {
  return `${model}-${contract}`;
}

/** The role that admits to one method: `credit-score:score`. */
export function methodRole(model: string, method: string): string {
  return `${model}:${method}`;
}

/** The role that a pinned version needs besides: `credit-score:pin`. */
export function pinRole(model: string): string {
  return `${model}:pin`;
}
