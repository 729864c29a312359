import { buildBundle } from '../../../constructs/gateway/render/bundle';
import { decodeIndex, decodePart, encodeIndex, encodePart } from '../../../core/contract/bundle-codec';
import { edgeRouteConfiguration } from '../../../core/contract/edge-routes';
import { digestOf } from '../../../core/digests';
import { method, model, platform, version } from './platform';

const models = [model('iris'), model('credit', { versions: [version('1.0.0'), version('1.1.0')] }), model('a-model')];
const bytes = (bundle: ReturnType<typeof buildBundle>): string[] => [
  encodeIndex(bundle.index),
  ...bundle.parts.map((part) => encodePart(part).toString('base64')),
];

test('two builds give equal bytes, and parts stand in byte order', () => {
  const [first, second] = [buildBundle(platform(models)), buildBundle(platform(models))];
  expect(bytes(first)).toEqual(bytes(second));
  expect(first.index.parts.map(({ name }) => name)).toEqual(['a-model-v1', 'credit-v1', 'iris-v1']);
});

test('editing one model changes its part and the index, and nothing else', () => {
  const before = buildBundle(platform(models));
  const after = buildBundle(platform(models.map((each) => (each.name === 'credit' ? { ...each, owner: 'others' } : each))));
  const changed = after.index.parts
    .filter(({ digest }, position) => digest !== before.index.parts[position]?.digest)
    .map(({ name }) => name);
  expect(changed).toEqual(['credit-v1']);
  expect(after.index.digest).not.toBe(before.index.digest);
});

test('a part holds what the processor and Envoy need of the contract', () => {
  const [part] = buildBundle(
    platform([model('credit', { versions: [version('1.4.0'), version('1.5.0', { artifact: { uri: 's3://m/1.5.0', isFolder: true } })] })]),
  ).parts;
  const { request, response } = method('credit', 'score');
  expect(part?.contract.versions).toEqual([
    { version: '1.4.0', cluster: 'credit-v1-4-0', digest: 'ab'.repeat(32), protocol: 'oip', runtimeModel: 'credit', concurrency: 80 },
    {
      version: '1.5.0',
      cluster: 'credit-v1-5-0',
      digest: digestOf('s3://m/1.5.0'),
      protocol: 'oip',
      runtimeModel: 'credit',
      concurrency: 80,
    },
  ]);
  expect(part?.schemas).toEqual({ [digestOf(request)]: request, [digestOf(response)]: response });
  expect(part?.contract.methods[0]).toMatchObject({
    method: 'score',
    requestSchema: digestOf(request),
    responseSchema: digestOf(response),
  });
  expect(part?.contract.methods[0]).not.toHaveProperty('request');
  expect(part?.clusters.map((cluster) => cluster['name'])).toEqual(['credit-v1-4-0', 'credit-v1-5-0']);
});

test('index and parts come back as they were, and no other', () => {
  const { index, parts } = buildBundle(platform([model('iris')]));
  const [part] = parts;
  const [ref] = index.parts;
  if (!part || !ref) throw new Error('no part');
  expect(decodeIndex(encodeIndex(index))).toEqual(JSON.parse(JSON.stringify(index)));
  expect(decodePart(encodePart(part), ref.digest)).toEqual(JSON.parse(JSON.stringify(part)));
  expect(() => decodePart(encodePart({ ...part, schemas: {} }), ref.digest)).toThrow('does not have the digest');
  expect(() => decodePart(encodePart(part).subarray(0, 100), ref.digest)).toThrow('cut off');
  expect(() => decodePart(Buffer.from('plain'), ref.digest)).toThrow('not gzip');
  expect(() => decodeIndex(encodeIndex({ ...index, stack: 'other' }))).toThrow('does not have the digest');
});

test('routes stand in a prefix map by contract, carry the digest of their part, and end at a route without a rule', () => {
  const { index, parts } = buildBundle(platform([model('iris'), model('old', { lifecycle: { retired: true } })]));
  const configuration = edgeRouteConfiguration(index, parts) as unknown as {
    virtual_hosts: {
      matcher: {
        matcher_tree: { prefix_match_map: { map: object } };
        on_no_match: { action: { typed_config: { routes: { name: string }[] } } };
      };
    }[];
  };
  expect(configuration.virtual_hosts[0]).toMatchObject({ domains: ['*'], retry_policy: { retry_on: 'connect-failure', num_retries: 3 } });
  const matcher = configuration.virtual_hosts[0]?.matcher;
  expect(Object.keys(matcher?.matcher_tree.prefix_match_map.map ?? {})).toEqual(['/models/iris/v1/', '/models/old/v1/']);
  expect(JSON.stringify(matcher?.matcher_tree)).toContain(`{"key":"x-kea-part","value":"${index.parts[0]?.digest}"}`);
  const last = matcher?.on_no_match.action.typed_config.routes;
  expect(last?.map(({ name }) => name)).toEqual([
    'platform/ready',
    'platform/models',
    'platform/openapi',
    ...Array(3).fill('platform/v2'),
    'platform/docs',
    'deny',
  ]);
  expect(last?.at(-1)).toEqual({ name: 'deny', match: { prefix: '/' }, direct_response: { status: 403 } });
});
