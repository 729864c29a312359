// Rules over everything at once: each refuses what it is about, and says nothing of a sound plan.
import { synthesize } from '../../constructs/index';
import type { JsonObject } from '../../core/json';
import { planRules } from '../../policies/plan-rules/index';
import { schemaBreaks } from '../../policies/plan-rules/schema-breaks';
import type { JudgedPlan } from '../../policies/rule';
import type { ResolvedPlatform } from '../../schema/resolved';
import { samplePlatform } from '../support/platforms';

const AS_OF = '2026-11-22';
const platform = samplePlatform();
const objectsOf = (of: ResolvedPlatform): readonly JsonObject[] =>
  synthesize(of, { admission: () => [] }).objects.map((each) => each.value);
const sound = objectsOf(platform);

/** A copy, changed as if it were not frozen. */
function changed<T>(value: T, change: (copy: Loose) => void): T {
  const copy = JSON.parse(JSON.stringify(value)) as T;
  change(copy as Loose);
  return copy;
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Loose = any;

const changedPlatform = (change: (copy: Loose) => void): ResolvedPlatform => changed(platform, change);
const method = (copy: Loose): Loose => copy.models[0].contracts[0].methods[0];
const find = (objects: Loose, kind: string, holds: (each: Loose) => boolean = () => true): Loose =>
  objects.find((each: Loose) => each.kind === kind && holds(each));
const changedObjects = (change: (copy: Loose) => void): readonly JsonObject[] => changed(sound, change);
const ofFiles = (change: (copy: Loose) => void): JudgedPlan => ({ objects: [], platform: changedPlatform(change), asOf: AS_OF });
const ofObjects = (change: (copy: Loose) => void): JudgedPlan => ({ objects: changedObjects(change), asOf: AS_OF });
const ENVOY = (each: Loose): boolean => typeof each.data?.['envoy.json'] === 'string';
const PART = (each: Loose): boolean => each.metadata.labels?.['kea.dev/bundle'] === 'part';
const envoyWith = (change: (text: string) => string): JudgedPlan =>
  ofObjects((copy) => {
    const map = find(copy, 'ConfigMap', ENVOY);
    map.data['envoy.json'] = change(map.data['envoy.json'] as string);
  });

/** Rule → plans that break it, and what it says of each. */
const BROKEN: { readonly [id: string]: readonly (readonly [() => JudgedPlan, string])[] } = {
  'ml.validation': [[() => ofFiles((copy) => void (method(copy).request = { type: 'string' })), 'is a text without maxLength']],
  'ml.timeout': [
    [() => ofFiles((copy) => void (method(copy).timeoutMs = 0)), 'may take 0 ms'],
    [() => ofFiles((copy) => void (method(copy).maxBodyBytes = 1e12)), 'takes bodies of 1000000000000 bytes'],
    [() => ofFiles((copy) => void Object.assign(method(copy), { idempotent: false, retries: 3 })), 'is tried 3 times again'],
  ],
  'ml.cache.keep': [
    [
      () => ofFiles((copy) => void Object.assign(method(copy), { idempotent: false, cache: { scope: 'principal', ttlSeconds: 5 } })),
      'is not idempotent, and its answers are kept',
    ],
    [
      () => ofFiles((copy) => void Object.assign(method(copy), { idempotent: true, cache: { scope: 'principal', ttlSeconds: 1e7 } })),
      'keeps answers for 10000000 s',
    ],
  ],
  'ml.public.limit': [
    [
      () =>
        ofFiles((copy) => {
          method(copy).public = true;
          delete method(copy).rateLimit;
        }),
      'is public and has no rateLimit',
    ],
  ],
  'ml.deprecation': [
    [
      () => ofFiles((copy) => void (copy.models[0].contracts[0].lifecycle = { retired: false, sunset: '2027-01-01' })),
      'was never called deprecated',
    ],
    [
      () =>
        ofFiles(
          (copy) => void (copy.models[0].contracts[0].lifecycle = { retired: false, deprecated: '2026-12-20', sunset: '2027-01-01' }),
        ),
      'ends 12 days after',
    ],
    [
      () =>
        ofFiles(
          (copy) => void (copy.models[0].contracts[0].lifecycle = { retired: false, deprecated: '2026-01-01', sunset: '2026-11-21' }),
        ),
      'still answers',
    ],
  ],
  'ml.capacity': [
    [() => ofFiles((copy) => void (copy.stack.quota = { cpuMillis: 1, memoryBytes: 1e15, pods: 1e6 })), 'CPU, and the quota is 1m'],
  ],
  'ml.slo': [
    [() => ofFiles((copy) => void (copy.models[0].contracts[0].slo = { latency: { p99Ms: 1e6 } })), 'its objective is 1000000 ms'],
  ],
  'ml.gateway.token': [
    [() => envoyWith((text) => text.replaceAll('"from_headers"', '"from_nowhere"')), 'takes tokens from elsewhere'],
    [() => envoyWith((text) => text.replaceAll('"issuer"', '"nobody"')), 'checks no issuer'],
    [() => envoyWith((text) => text.replaceAll('"audiences"', '"nobody"')), 'checks no audience'],
    [() => envoyWith(() => 'no JSON'), 'no JwtAuthentication stands before the routes'],
  ],
  'ml.gateway.failopen': [
    [
      () =>
        envoyWith((text) =>
          text.replaceAll('"failure_mode_allow":false', '"failure_mode_allow":true').replace('{', '{"x":{"failure_mode_allow":true},'),
        ),
      'failure_mode_allow',
    ],
    [() => envoyWith((text) => text.replaceAll('"requires"', '"demands"')), 'lets calls without a token pass'],
  ],
  'ml.route.rules': [
    [() => ofObjects((copy) => void (find(copy, 'ConfigMap', PART).binaryData = { bundle: 'AAAA' })), 'the routes cannot be read'],
  ],
  'ml.route.facts': [
    [
      () => ofObjects((copy) => void (find(copy, 'ConfigMap', PART).metadata.annotations['kea.dev/classification'] = 'nothing')),
      'says "nothing", and it is',
    ],
  ],
  'ml.schema.major': [
    [
      () => ({
        before: sound,
        objects: objectsOf(changedPlatform((copy) => void (copy.models[0].contracts[0].methods[0].request.required = ['something_new']))),
        asOf: AS_OF,
      }),
      '/something_new must be there now',
    ],
    [() => ({ before: sound, objects: [], asOf: AS_OF }), 'is gone, and was neither retired nor past its sunset'],
  ],
  'ml.env.parity': [
    [
      () => ({
        objects: sound,
        earlier: objectsOf(changedPlatform((copy) => void (copy.models[0].contracts[0].audit.level = 'strict'))),
        asOf: AS_OF,
      }),
      'and as strict in the stack before',
    ],
    [
      () => ({
        objects: objectsOf(changedPlatform((copy) => void method(copy).roles.push('everybody'))),
        earlier: sound,
        asOf: AS_OF,
      }),
      'also admits everybody',
    ],
    [
      () => ({
        objects: sound,
        earlier: objectsOf(
          changedPlatform(
            (copy) =>
              void (copy.models[0].contracts[0].versions[0].scaling = {
                ...copy.models[0].contracts[0].versions[0].scaling,
                min: 9,
                max: 9,
              }),
          ),
        ),
        asOf: AS_OF,
      }),
      'instances at least, and 9 in the stack before',
    ],
  ],
  'hyg.api': [
    [
      () => ofObjects((copy) => void (find(copy, 'PodDisruptionBudget').apiVersion = 'policy/v1beta1')),
      'policy/v1beta1/PodDisruptionBudget is gone since Kubernetes 1.25',
    ],
  ],
  'net.select': [
    [
      () => ofObjects((copy) => void (find(copy, 'Service', (each) => each.spec.selector).spec.selector = { app: 'nobody' })),
      'no pod has app=nobody',
    ],
    [
      () => ofObjects((copy) => void (find(copy, 'PodDisruptionBudget').spec.selector.matchLabels = { app: 'nobody' })),
      'no pod has app=nobody',
    ],
  ],
  'net.isolated': [
    [
      () => ofObjects((copy) => void copy.splice(0, copy.length, ...copy.filter((each: Loose) => each.kind !== 'NetworkPolicy'))),
      'no NetworkPolicy holds its Ingress and Egress',
    ],
    [
      () =>
        ofObjects((copy) => {
          for (const each of copy) if (each.kind === 'NetworkPolicy') each.spec.policyTypes = ['Ingress'];
        }),
      'no NetworkPolicy holds its Egress',
    ],
  ],
  'rel.autoscaler': [
    [
      () => ofObjects((copy) => void (find(copy, 'HorizontalPodAutoscaler').spec.scaleTargetRef.name = 'nobody')),
      'there is no Deployment nobody',
    ],
    [
      () =>
        ofObjects((copy) => {
          const { name } = find(copy, 'HorizontalPodAutoscaler').spec.scaleTargetRef;
          find(copy, 'Deployment', (each) => each.metadata.name === name).spec.replicas = 2;
        }),
      'has spec.replicas of its own',
    ],
  ],
};

test('every rule is broken below', () => {
  expect(Object.keys(BROKEN).sort()).toEqual(planRules.map((each) => each.id).sort());
});

test.each(planRules.map((each) => [each.id, each] as const))(
  '%s refuses what it is about, in its words, and nothing of a sound plan',
  (id, rule) => {
    for (const [plan, message] of BROKEN[id] ?? [])
      expect(rule.judge(plan()).map((each) => each.message)).toContainEqual(expect.stringContaining(message));
    const quiet = { objects: sound, asOf: AS_OF, before: sound, earlier: sound };
    expect(rule.judge({ ...quiet, platform })).toEqual([]);
    expect(rule.judge(quiet)).toEqual([]);
  },
);

const TEXT = { type: 'string', maxLength: 9 };
const schema = (properties: object, more: object = {}): JsonObject =>
  ({ type: 'object', additionalProperties: false, properties, ...more }) as JsonObject;

test.each([
  ['one more that may be left out', schema({ a: TEXT }), schema({ a: TEXT, b: TEXT }), []],
  ['one that must be there', schema({ a: TEXT }), schema({ a: TEXT, b: TEXT }, { required: ['b'] }), ['/b must be there now']],
  ['one taken away', schema({ a: TEXT, b: TEXT }), schema({ a: TEXT }), ['/b is refused now']],
  ['a wider bound', schema({ a: TEXT }), schema({ a: { ...TEXT, maxLength: 10 } }), []],
  ['a narrower bound', schema({ a: TEXT }), schema({ a: { ...TEXT, maxLength: 8 } }), ['/a has a narrower maxLength']],
  [
    'a bound where there was none',
    schema({ a: { type: 'integer' } }),
    schema({ a: { type: 'integer', minimum: 0 } }),
    ['/a has a narrower minimum'],
  ],
  ['another type', schema({ a: TEXT }), schema({ a: { type: 'integer' } }), ['/a may no longer be string']],
  ['a number for an integer', schema({ a: { type: 'integer' } }), schema({ a: { type: 'number' } }), []],
  ['fewer words', schema({ a: { enum: ['x', 'y'] } }), schema({ a: { enum: ['x'] } }), ['/a may no longer be "y"']],
  [
    'inside a list',
    { type: 'array', items: TEXT },
    { type: 'array', items: { ...TEXT, maxLength: 1 } },
    ['/items has a narrower maxLength'],
  ],
  [
    'behind a reference',
    { $ref: '#/$defs/a', $defs: { a: TEXT } },
    { $ref: '#/$defs/a', $defs: { a: { ...TEXT, maxLength: 1 } } },
    ['the whole has a narrower maxLength'],
  ],
])('a request with %s', (_, before, after, said) => {
  expect(schemaBreaks(before as JsonObject, after as JsonObject, 'request')).toEqual(said);
});

test.each([
  ['one more', schema({ a: TEXT }, { additionalProperties: true }), schema({ a: TEXT, b: TEXT }, { additionalProperties: true }), []],
  ['one that may be missing', schema({ a: TEXT }, { required: ['a'] }), schema({ a: TEXT }), ['/a may be missing now']],
  ['one more word', schema({ a: { enum: ['x'] } }), schema({ a: { enum: ['x', 'y'] } }), ['/a may now be "y"']],
  ['fewer words', schema({ a: { enum: ['x', 'y'] } }), schema({ a: { enum: ['x'] } }), []],
])('a response with %s', (_, before, after, said) => {
  expect(schemaBreaks(before, after, 'response')).toEqual(said);
});
