import type { JsonObject } from '../../../core/json';
import type { Cluster } from '../../../stacks/cluster/connect';
import { judgeCluster } from '../../../stacks/cluster/preflight';
import { sampleStack } from '../../support/platforms';

const plan = { objects: [], findings: [], expects: [], hatches: [] };
const cluster = (version: JsonObject): Cluster => ({
  context: 'old',
  server: 'https://old.example.com',
  get: (path) => Promise.resolve(path === '/version' ? version : undefined),
  whoAmI: () => Promise.resolve({ user: 'admin', groups: [] }),
});

test.each([
  ['1', '32', 'v1.32.9', 1],
  ['1', '33', 'v1.33.0', 0],
  // Clouds add a plus to the minor.
  ['1', '32+', 'v1.32.9-eks-1', 1],
  ['1', '35+', 'v1.35.0-gke.1', 0],
  ['2', '0', 'v2.0.0', 0],
])('Kubernetes %s.%s', async (major, minor, gitVersion, refused) => {
  const findings = await judgeCluster(cluster({ major, minor, gitVersion }), plan, sampleStack());
  expect(findings.map((each) => `${each.code} ${each.message}`)).toEqual(
    refused ? [`KEA7003 the cluster runs Kubernetes ${gitVersion}, needed is 1.33 or newer`] : [],
  );
});
