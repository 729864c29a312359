import * as pulumi from '@pulumi/pulumi';
import { checked, differences } from '../../../stacks/bridge/late';
import { lateInputs } from '../../../stacks/bridge/late-keys';
import { Platform } from '../../../stacks/bridge/platform';
import { record, valueOf } from '../../support/recorded';

const recorded = record();

const stack = {
  identity: { oidc: { issuer: pulumi.output('https://login.corp.example/realms/a') } },
  cache: { redis: { external: { address: pulumi.output('10.1.2.3:6380'), tls: false } } },
  hostname: pulumi.output('models.corp.example'),
  images: { unpinned: 'warn' },
  policies: { level: 'audit' },
} as const;

test('true values stand in every object that probes were rendered into, also inside texts and archives', async () => {
  const late = new Platform('late', { stackName: 'test', stack, protect: false });
  await valueOf(late.urn);
  expect(await valueOf(late.url)).toBe('https://models.corp.example');
  expect(await valueOf(late.issuer)).toBe('https://login.corp.example/realms/a');
  const plain = new Platform('plain', {
    stackName: 'test',
    stack: {
      ...stack,
      identity: { oidc: { issuer: 'https://login.corp.example/realms/a' } },
      cache: { redis: { external: { address: '10.1.2.3:6380', tls: false } } },
      hostname: 'models.corp.example',
    },
    protect: false,
  });
  // Whoever waits for the component waits for everything in it.
  await valueOf(new pulumi.ComponentResource('test:index:After', 'after', {}, { dependsOn: [late, plain] }).urn);
  await pulumi.runtime.disconnect();
  const of = (component: string): Map<string, unknown> =>
    new Map(
      recorded
        .filter((each) => each.type.startsWith('kubernetes:') && each.name.startsWith(`${component}/`))
        .map((each) => [`${each.type} ${each.name.slice(component.length)}`, each.inputs]),
    );
  expect(of('late').size).toBeGreaterThan(30);
  expect(Object.fromEntries(of('late'))).toEqual(Object.fromEntries(of('plain')));
  expect(JSON.stringify([...of('late')])).not.toContain('kea.invalid');
}, 60_000);

test('an output where the value must be known is refused by the name of its key', () => {
  expect(() => lateInputs({ gateway: { drain: pulumi.output('10s') } })).toThrow(/KEA7010 "gateway\.drain" is an output/);
});

test('each late key of the schema has values to probe with', () => {
  const keys = {
    hostname: pulumi.output('a'),
    audit: { sinks: [{ otlp: pulumi.output('https://a') }] },
    cache: { redis: { external: { address: pulumi.output('a:1') } } },
  };
  expect(lateInputs(keys).late.map(({ path, probes }) => [path.join('.'), probes[0]])).toEqual([
    ['hostname', 'first.kea.invalid'],
    ['audit.sinks.0.otlp', 'https://first.kea.invalid/one'],
    ['cache.redis.external.address', 'first.kea.invalid:1024'],
  ]);
});

test('where shapes differ, the whole differs', () => {
  expect(differences({ a: [1, 2], b: { c: 1 } }, { a: [1, 2, 3], b: { c: 2 } })).toEqual([['a'], ['b', 'c']]);
});

test('true values that change more than was foreseen are refused, and so are objects that come or go (KEA7011)', () => {
  const object = (data: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'c',
    layer: 'configuration' as const,
    value: { data: { ...data } },
  });
  const base = new Map([['c', object({ known: 'a', other: 'x' })]]);
  const leaves = new Map([['c', new Map([['data.known', { path: ['data', 'known'] }]])]]);
  const real = new Map([['c', object({ known: 'b', other: 'x' })]]);
  expect(checked(base, real, leaves)).toBe(real);
  expect(() => checked(base, new Map([['c', object({ known: 'b', other: 'y' })]]), leaves)).toThrow(
    /KEA7011 ConfigMap c: data\.other changes/,
  );
  expect(() => checked(base, new Map(), leaves)).toThrow(/KEA7011 with the true values c comes or goes/);
});
