import { synthesize } from '../../constructs';
import { describeObject } from '../../constructs/plan/plan-object';
import { samplePlatform, sampleStack } from '../support/platforms';

const whole = synthesize(samplePlatform());
const stack = sampleStack({ shards: { flowers: { name: ['iris'] } } });
const platform = synthesize({ ...samplePlatform(), stack });
const shard = synthesize({ ...samplePlatform(), stack, shard: 'flowers' });

test('a shard holds the pods of its models and nothing else', () => {
  expect(new Set(shard.objects.map((object) => object.model))).toEqual(new Set(['iris']));
  const kinds = ['Namespace', 'HTTPRoute', 'LimitRange'];
  expect(shard.objects.filter((object) => kinds.includes(object.kind) || object.namespace !== 'kea-models').map(describeObject)).toEqual(
    [],
  );
  expect(shard.findings.filter((each) => each.severity === 'error')).toEqual([]);
});

test('platform and shards together are the whole, object by object', () => {
  const together = [...platform.objects, ...shard.objects].map(describeObject).sort();
  expect(together).toEqual(whole.objects.map(describeObject).sort());
  const byName = new Map(whole.objects.map((object) => [describeObject(object), object.value]));
  for (const object of [...platform.objects, ...shard.objects]) {
    expect([describeObject(object), object.value]).toEqual([describeObject(object), byName.get(describeObject(object))]);
  }
});

test('the platform names the Services that its shards must have made', () => {
  expect(platform.expects.filter((each) => each.kind === 'Service').map((each) => each.name)).toEqual(['iris-v1-0-0']);
  expect(platform.findings.filter((each) => each.severity === 'error')).toEqual([]);
});
