import type { JsonObject } from '../../core/json';
import { type LayerName, LAYERS, layerFolder } from './layers';
import type { Plan } from './plan-object';

/** Where a rendered stack lies. */
export interface RenderedIn {
  readonly stack: string;
  /** Address of the git repository. */
  readonly repository: string;
  /** Branch or tag. */
  readonly revision: string;
  /** Folder that `kea synth` wrote, from the repository's root, without a slash at either end. */
  readonly path: string;
  /** Namespace of the tool's own objects. */
  readonly namespace: string;
  /** Most time that one layer takes, `15m`. */
  readonly timeout: string;
}

/**
 * One Argo CD Application: applied wave by wave on the server's side, what is gone removed last, the autoscalers' replicas left alone.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
 */
export function argoApplication({ stack, repository, revision, path, namespace }: RenderedIn): JsonObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: `kea-${stack}`, namespace },
    spec: {
      project: 'default',
      source: { repoURL: repository, targetRevision: revision, path },
      destination: { server: 'https://kubernetes.default.svc' },
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: ['ServerSideApply=true', 'PruneLast=true', 'RespectIgnoreDifferences=true'],
        retry: { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
      },
      ignoreDifferences: [{ group: 'apps', kind: 'Deployment', managedFieldsManagers: ['kube-controller-manager'] }],
    },
  };
}

/**
 * Flux: the repository, and one Kustomization for each layer that waits for the one before, because Flux applies all objects of one at once.
 * Within a Kustomization it removes before it looks at health, hence the removal of models in two steps.
 * https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export function fluxKustomizations(plan: Pick<Plan, 'objects'>, where: RenderedIn): readonly JsonObject[] {
  const { stack, repository, revision, path, namespace, timeout } = where;
  const used = new Set<LayerName>(plan.objects.map((object) => object.layer));
  const layers = LAYERS.filter((layer) => used.has(layer));
  const name = (layer: LayerName): string => `kea-${stack}-${layer}`;
  const source = { kind: 'GitRepository', name: `kea-${stack}` };
  return [
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: source.kind,
      metadata: { name: source.name, namespace },
      spec: { interval: '1m', url: repository, ref: { branch: revision } },
    },
    ...layers.map((layer, at) => {
      const before = layers[at - 1];
      return {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: name(layer), namespace },
        spec: {
          interval: '10m',
          retryInterval: '1m',
          timeout,
          path: `./${path}/${layerFolder(layer)}`,
          sourceRef: source,
          prune: true,
          wait: true,
          ...(before === undefined ? {} : { dependsOn: [{ name: name(before) }] }),
        },
      };
    }),
  ];
}
