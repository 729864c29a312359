/**
 * The order in which a plan is applied; removal runs in reverse. An object stands after everything that it refers to,
 * access rules stand before the routes that need them, the gateway's pods beside the index that makes them ready, and Jobs that an apply waits for last.
 */
export const LAYERS = [
  'namespaces',
  'definitions',
  'guards',
  'identity',
  'configuration',
  'services',
  'workloads',
  'scaling',
  'access',
  'routes',
  'gates',
] as const;

export type LayerName = (typeof LAYERS)[number];

/** Layer of a kind unless the construct says otherwise. Unknown kinds are applied with the routes: after all that they could refer to. */
const LAYER_OF_KIND: { readonly [kind: string]: LayerName } = {
  Namespace: 'namespaces',
  CustomResourceDefinition: 'definitions',
  PriorityClass: 'definitions',
  StorageClass: 'definitions',
  RuntimeClass: 'definitions',
  ResourceQuota: 'guards',
  LimitRange: 'guards',
  NetworkPolicy: 'guards',
  ValidatingAdmissionPolicy: 'guards',
  ValidatingAdmissionPolicyBinding: 'guards',
  ServiceAccount: 'identity',
  Role: 'identity',
  RoleBinding: 'identity',
  ClusterRole: 'identity',
  ClusterRoleBinding: 'identity',
  Secret: 'configuration',
  ExternalSecret: 'configuration',
  ConfigMap: 'configuration',
  PersistentVolumeClaim: 'configuration',
  Service: 'services',
  Deployment: 'workloads',
  StatefulSet: 'workloads',
  DaemonSet: 'workloads',
  CronJob: 'workloads',
  Job: 'workloads',
  Pod: 'workloads',
  HorizontalPodAutoscaler: 'scaling',
  ScaledObject: 'scaling',
  PodDisruptionBudget: 'scaling',
  ServiceMonitor: 'scaling',
  PodMonitor: 'scaling',
  PrometheusRule: 'scaling',
  HTTPRoute: 'routes',
  Ingress: 'routes',
};

/** Layer of a kind. */
export function layerOfKind(kind: string): LayerName {
  return LAYER_OF_KIND[kind] ?? 'routes';
}

/** Position of a layer, from 0. */
export function layerNumber(layer: LayerName): number {
  return LAYERS.indexOf(layer);
}

/** Wave in which a layer is applied: ten apart, the last one five, so that folders sort as they are applied. */
export function syncWave(layer: LayerName): number {
  return Math.min(layerNumber(layer) * 10, 95);
}

/** Name of a layer's folder: `40-configuration`. */
export function layerFolder(layer: LayerName): string {
  return `${String(syncWave(layer)).padStart(2, '0')}-${layer}`;
}
