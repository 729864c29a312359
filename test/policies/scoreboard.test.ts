import { scoreboard } from '../../policies/scoreboard';

const bare = (kind: string, name: string): { [key: string]: never } =>
  ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'm' },
    spec: { template: { spec: { containers: [{ name: 'main', image: 'score' }] } } },
  }) as never;

const hardened = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'fine' },
  spec: {
    automountServiceAccountToken: false,
    priorityClassName: 'high',
    terminationGracePeriodSeconds: 30,
    topologySpreadConstraints: [{}],
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    initContainers: [{ name: 'fetch', ...container() }],
    containers: [
      {
        name: 'main',
        ...container(),
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        ...{ startupProbe: {}, livenessProbe: {}, readinessProbe: {} },
      },
    ],
  },
};

function container(): { readonly image: string; readonly resources: object; readonly securityContext: object } {
  return {
    image: 'registry.example.com/score:1.0.0@sha256:00',
    resources: { limits: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  };
}

test('who writes nothing misses everything, with its name; a Job serves nobody and needs no probes', () => {
  const scores = scoreboard([bare('Deployment', 'score'), bare('Job', 'once'), { kind: 'Service', metadata: { name: 's' } }]);
  expect(scores.map(({ missed, of }) => `${missed} ${of}`)).toEqual([
    '2 containers',
    '2 containers',
    '1 serving pods',
    '2 pods',
    '2 pods',
    '1 serving containers',
    '2 containers',
    '1 serving containers',
    '2 containers',
    '1 serving containers',
    '1 serving containers',
    ...['2 pods', '2 containers', '2 containers', '2 containers', '2 containers', '2 containers', '2 containers'],
  ]);
  expect(scores[0]).toMatchObject({
    demand: 'image pinned by digest',
    where: ['Deployment m/score/main', 'Job m/once/main'],
    baseline: 99,
  });
});

test('who writes everything misses nothing, init containers included', () => {
  const scores = scoreboard([hardened as never]);
  expect(scores.filter((each) => each.missed > 0)).toEqual([]);
  expect(scores[0]).toMatchObject({ counted: 2, missed: 0 });
  const worse = structuredClone(hardened) as { spec: { initContainers: { securityContext?: object }[] } };
  delete worse.spec.initContainers[0]?.securityContext;
  expect(
    scoreboard([worse as never])
      .filter((each) => each.missed > 0)
      .map(({ demand, where }) => [demand, where]),
  ).toEqual(['root filesystem read only', 'all capabilities dropped', 'no escalation'].map((demand) => [demand, ['Pod fine/fetch']]));
});

test('hostile shapes count as nothing and break nothing', () => {
  for (const spec of [null, 7, [], { template: 'x' }, { template: { spec: { containers: 'x' } } }])
    expect(scoreboard([{ kind: 'Deployment', spec } as never])[0]?.counted).toBe(0);
});
