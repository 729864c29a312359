import { defineStack } from '../../constructs/stack';

test('keys that are left out have their own defaults', () => {
  expect(defineStack()).toMatchObject({
    name: 'default',
    namespaces: { platform: 'kea-system', models: 'kea-models' },
    gateway: { replicas: { min: 2, max: 6 } },
  });
});

test('quantities and choices are read as in the stack file', () => {
  const stack = defineStack({
    name: 'ours',
    gateway: { drain: '1m' },
    identity: { oidc: { issuer: 'https://login.example.com' } },
    cache: { redis: { managed: { memory: '64Mi' } } },
  });
  expect(stack).toMatchObject({
    name: 'ours',
    gateway: { drainSeconds: 60 },
    identity: { kind: 'oidc' },
    cache: { kind: 'managed', memoryBytes: 67_108_864 },
  });
});

test('what a check of the stack file refuses is refused, all of it at once', () => {
  expect(() => defineStack({ identity: { oidc: { issuer: 'https://a.example.com' }, embedded: {} }, secrets: 'externalSecret' })).toThrow(
    /KEA13\d\d: [^]*KEA13\d\d: /,
  );
});
