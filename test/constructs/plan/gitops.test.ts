import { argoApplication, fluxKustomizations } from '../../../constructs/plan/gitops';
import { samplePlatform } from '../../support/platforms';
import { modelsPlan } from '../../support/trees';

const where = {
  stack: 'prod',
  repository: 'https://git.example.com/platform.git',
  revision: 'main',
  path: 'rendered/prod',
  namespace: 'flux-system',
  timeout: '15m',
};

test('Flux: one Kustomization for each layer that is used, each after the one before, pruning and waiting', () => {
  const [source, ...layers] = fluxKustomizations(modelsPlan(samplePlatform()), where);
  expect(source).toMatchObject({ kind: 'GitRepository', spec: { url: where.repository, ref: { branch: 'main' } } });
  expect(layers.map(({ metadata, spec }) => [metadata, spec])).toEqual(
    [
      ['guards', '20-guards', undefined],
      ['identity', '30-identity', 'guards'],
      ['configuration', '40-configuration', 'identity'],
      ['services', '50-services', 'configuration'],
      ['workloads', '60-workloads', 'services'],
      ['scaling', '70-scaling', 'workloads'],
    ].map(([layer, folder, before]) => [
      { name: `kea-prod-${layer}`, namespace: 'flux-system' },
      {
        interval: '10m',
        retryInterval: '1m',
        timeout: '15m',
        path: `./rendered/prod/${folder}`,
        sourceRef: { kind: 'GitRepository', name: 'kea-prod' },
        prune: true,
        wait: true,
        ...(before === undefined ? {} : { dependsOn: [{ name: `kea-prod-${before}` }] }),
      },
    ]),
  );
});

test('Argo CD: on the server side, removals last, replicas left to the autoscaler', () => {
  expect(argoApplication(where)).toMatchObject({
    kind: 'Application',
    spec: {
      source: { repoURL: where.repository, targetRevision: 'main', path: 'rendered/prod' },
      syncPolicy: { syncOptions: ['ServerSideApply=true', 'PruneLast=true', 'RespectIgnoreDifferences=true'] },
      ignoreDifferences: [{ group: 'apps', kind: 'Deployment', managedFieldsManagers: ['kube-controller-manager'] }],
    },
  });
});
