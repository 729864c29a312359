import { App, Chart } from 'cdk8s';
import { Platform } from '../../constructs/platform';
import { plan } from '../../constructs/plan/collect';
import type { Plan } from '../../constructs/plan/plan-object';
import type { JsonObject } from '../../core/json';
import type { ResolvedStack } from '../../schema/resolved';
import { samplePlatform } from '../support/platforms';

function planOf(over: Partial<ResolvedStack> = {}): Plan {
  const { stack, models } = samplePlatform();
  const chart = new Chart(new App(), 'kea');
  new Platform(chart, 'platform', { stack: { ...stack, ...over }, models });
  return plan(chart);
}

function spec(result: Plan, kind: string, name: string): JsonObject {
  const object = result.objects.find((each) => each.kind === kind && each.name === name);
  if (!object) throw new Error(`the plan has no ${kind} ${name}`);
  return object.value['spec'] as JsonObject;
}

function names(result: Plan, kind: string): string[] {
  return result.objects.filter((each) => each.kind === kind).map((each) => each.name);
}

test('a platform with everything on has no finding, and the gateway’s objects stand once', () => {
  const result = planOf({
    cache: { kind: 'managed', memoryBytes: 128 * 1024 ** 2 },
    exposure: { kind: 'httpRoute', gateway: 'infra/public' },
  });
  expect(result.findings.filter((each) => each.severity !== 'note')).toEqual([]);
  expect(
    names(result, 'Deployment')
      .filter((name) => name.startsWith('kea-'))
      .sort(),
  ).toEqual(['kea-gateway', 'kea-portal', 'kea-redis']);
  expect(names(result, 'StatefulSet')).toEqual(['kea-audit']);
  expect(names(result, 'HTTPRoute')).toEqual(['kea-gateway']);
});

test('namespaces enforce Pod Security restricted', () => {
  for (const namespace of planOf().objects.filter((each) => each.kind === 'Namespace')) {
    expect((namespace.value['metadata'] as JsonObject)['labels']).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  }
});

test('routes come last: the index after its parts, the parts after every access rule', () => {
  const order = planOf().objects.map((each) => `${each.kind} ${each.name}`);
  const at = (name: string): number => order.indexOf(name);
  // Behind it stand only what takes it up: the gateway's pods with their autoscaler, and the Jobs that an apply waits for.
  const after = order.slice(at('ConfigMap kea-bundle-index') + 1).map((each) => each.replace(/-[0-9a-f]{12}$/, ''));
  expect(after).toEqual(expect.arrayContaining(['Deployment kea-gateway', 'Job kea-gateway-applied']));
  expect(after.every((each) => /^(Deployment|HorizontalPodAutoscaler) kea-gateway$|^Job kea-/.test(each))).toBe(true);
  expect(at('ConfigMap kea-bundle-credit-score-v1')).toBeLessThan(at('ConfigMap kea-bundle-index'));
  expect(at('RoleBinding kea-gateway-configmaps')).toBeLessThan(at('ConfigMap kea-bundle-credit-score-v1'));
});

test('editing a model changes neither the gateway’s pods nor another model’s objects', () => {
  const { stack, models } = samplePlatform();
  const [first, ...others] = models;
  if (!first) throw new Error('the sample has no model');
  const edited = { ...first, description: 'edited' };
  const bytes = (list: typeof models): Map<string, string> => {
    const chart = new Chart(new App(), 'kea');
    new Platform(chart, 'platform', { stack, models: list });
    return new Map(plan(chart).objects.map((each) => [`${each.kind} ${each.name}`, JSON.stringify(each.value)]));
  };
  const before = bytes(models);
  const after = bytes([edited, ...others]);
  const changed = [...after].filter(([key, value]) => before.get(key) !== value).map(([key]) => key);
  expect(changed).toContain('ConfigMap kea-bundle-index');
  const own = new RegExp(`${first.name}|kea-bundle-(index|openapi)|Job kea-gateway-applied-`);
  expect(changed.filter((key) => !own.test(key))).toEqual([]);
  expect(changed).not.toContain('Deployment kea-gateway');
});

test('only the processor holds a token, may only read, and no role reaches Secrets', () => {
  const result = planOf();
  const pod = (spec(result, 'Deployment', 'kea-gateway')['template'] as JsonObject)['spec'] as {
    automountServiceAccountToken: boolean;
    initContainers: { name: string; volumeMounts: { name: string }[] }[];
    containers: { name: string; volumeMounts: { name: string }[] }[];
  };
  expect(pod.automountServiceAccountToken).toBe(false);
  const holders = [...pod.initContainers, ...pod.containers].filter((each) => each.volumeMounts.some((mount) => mount.name === 'token'));
  expect(holders.map((each) => each.name)).toEqual(['processor']);
  const rules = result.objects
    .filter((each) => each.kind === 'Role')
    .flatMap((each) => each.value['rules'] as { resources: string[]; verbs: string[] }[]);
  expect(new Set(rules.flatMap((rule) => rule.verbs))).toEqual(new Set(['get', 'list', 'watch']));
  expect(new Set(rules.flatMap((rule) => rule.resources))).toEqual(new Set(['configmaps', 'endpointslices']));
});

test('secrets are made by whom the stack says, and no value of one stands in the plan', () => {
  const cache = { kind: 'external', addresses: ['redis.infra:6379'], mode: 'single', tls: true, secret: 'kea-redis' } as const;
  expect(planOf({ cache }).expects).toContainEqual(
    expect.objectContaining({ kind: 'Secret', name: 'kea-redis', keys: ['password', 'username'] }),
  );
  const external = planOf({ cache, secrets: 'externalSecret', secretStore: 'vault' });
  expect(names(external, 'ExternalSecret')).toContain('kea-redis');
  expect(names(external, 'Secret')).toEqual([]);
});

test('the registry’s credentials are asked for in both namespaces', () => {
  const images = { ...samplePlatform().stack.images, pullSecret: 'registry-pull' };
  const made = planOf({ images, secrets: 'externalSecret', secretStore: 'vault' });
  expect(made.findings.filter((each) => each.severity === 'error')).toEqual([]);
  const secrets = made.objects.filter((each) => each.kind === 'ExternalSecret' && each.name === 'registry-pull');
  expect(secrets.map((each) => each.namespace).sort()).toEqual(['kea-models', 'kea-system']);
  expect(planOf({ images }).findings.filter((each) => each.severity === 'error')).toEqual([]);
});

test('a load balancer serves TLS from the mounted certificate', () => {
  const result = planOf({ exposure: { kind: 'loadBalancer', tlsSecret: 'kea-tls' } });
  expect(spec(result, 'Service', 'kea-gateway-public')).toMatchObject({ type: 'LoadBalancer', ports: [{ port: 443 }] });
  const config = result.objects.find((each) => each.name === 'kea-gateway-envoy')?.value['data'] as {
    'envoy.json': string;
    'tls.json': string;
  };
  expect(config['envoy.json']).toContain('/etc/kea/envoy/tls.json');
  expect(config['tls.json']).toContain('/etc/kea/tls/tls.crt');
});

test('sinks put a collector beside each audit writer, with a queue that loses nothing', () => {
  const without = planOf();
  expect(names(without, 'ConfigMap')).not.toContain('kea-audit-collector');
  const result = planOf({
    audit: { sinks: [{ otlp: 'https://siem.example.com:4318' }], retentionDays: 30, replicas: 2, volumeBytes: 1024 ** 3 },
  });
  const config = result.objects.find((each) => each.name === 'kea-audit-collector')?.value['data'] as { 'collector.json': string };
  expect(JSON.parse(config['collector.json'])).toMatchObject({
    extensions: { file_storage: { fsync: true } },
    exporters: {
      'otlphttp/0': {
        endpoint: 'https://siem.example.com:4318',
        sending_queue: { block_on_overflow: true },
        retry_on_failure: { max_elapsed_time: '0s' },
      },
    },
  });
});
