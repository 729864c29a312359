import * as pulumi from '@pulumi/pulumi';
import { synthesize } from '../../../constructs';
import { ComponentType } from '../../../stacks/bridge/apply';
import { applyPlan } from '../../../stacks/bridge/apply-plan';
import { ClusterProvider } from '../../../stacks/bridge/provider';
import { expectGolden } from '../../support/golden';
import { samplePlatform, sampleStack } from '../../support/platforms';
import { record, valueOf } from '../../support/recorded';

const recorded = record();
let urns: readonly string[];

beforeAll(async () => {
  const plan = synthesize({ ...samplePlatform(), stack: sampleStack({ secrets: 'pulumi' }) });
  const provider = new ClusterProvider('cluster');
  const parent = new pulumi.ComponentResource(ComponentType.platform, 'kea', {}, { provider });
  const secrets = { 'kea-store': { 'access-key-id': 'someone', 'secret-access-key': 'correct-horse' } };
  const made = applyPlan(plan, { name: 'kea', parent, stack: 'test', protect: true, secrets });
  urns = await Promise.all([...made.values()].map((resource) => valueOf(resource.urn)));
}, 60_000);

test('identities in the state are what they have always been', () => {
  // A changed line here removes the object and makes it anew on every installation, unless the table of settings names the old type as an alias.
  expectGolden('urns', [{ path: 'urns.txt', text: `${[...urns].sort().join('\n')}\n` }]);
});

test('one resource an object, of the exact type, each by the one provider', () => {
  const objects = recorded.filter((each) => each.type.startsWith('kubernetes:'));
  expect(objects.length).toBe(urns.length);
  expect(new Set(objects.map((each) => each.provider)).size).toBe(1);
  expect(objects[0]?.provider).toContain('::cluster::');
  expect(objects.find((each) => each.name === 'kea/kea-system/kea-gateway' && each.type.endsWith('Deployment'))?.type).toBe(
    'kubernetes:apps/v1:Deployment',
  );
  expect(objects.find((each) => each.name === 'kea/kea-models')?.type).toBe('kubernetes:core/v1:Namespace');
});

test('the provider changes ConfigMaps and Secrets in place from the first up', () => {
  expect(recorded.find((each) => each.name === 'cluster')?.inputs).toMatchObject({
    enableServerSideApply: 'true',
    enableConfigMapMutable: 'true',
    enableSecretMutable: 'true',
  });
});

test('Services are not waited for, unless a load balancer gives an address', () => {
  const services = recorded.filter((each) => each.type === 'kubernetes:core/v1:Service');
  expect(services.length).toBeGreaterThan(3);
  for (const each of services) expect(each.inputs).toHaveProperty(['metadata', 'annotations', 'pulumi.com/skipAwait'], 'true');
});

test('values of Secrets reach the provider marked as secret', () => {
  const secret = recorded.find((each) => each.type === 'kubernetes:core/v1:Secret' && each.name.endsWith('/kea-store'));
  // The engine's mark around a secret value.
  expect(secret?.inputs['stringData']).toMatchObject({ '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270' });
});
