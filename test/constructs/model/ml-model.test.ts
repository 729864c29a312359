import { defineStack } from '../../../constructs/stack';
import { JsonPatch, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { MlModel } from '../../../constructs/model/ml-model';
import { plan } from '../../../constructs/plan/collect';
import { fakeDigest, sampleContract, sampleModel, samplePlatform, sampleStack, sampleVersion } from '../../support/platforms';
import { chart, find, modelPlan } from '../../support/trees';

const platform = samplePlatform();

test('construct ids are public: a model with one version has these children', () => {
  const scope = chart();
  const model = sampleModel('iris');
  MlModel.fromResolved(scope, 'iris', { model, stack: sampleStack() });
  expect(scope.node.findAll().map((each) => each.node.path)).toEqual([
    'test',
    'test/iris',
    'test/iris/Closed',
    'test/iris/FromGateway',
    'test/iris/v1',
    'test/iris/v1/Checks0',
    'test/iris/v1/Rules',
    'test/iris/v1/1.0.0',
    'test/iris/v1/1.0.0/ServiceAccount',
    'test/iris/v1/1.0.0/Fetch',
    'test/iris/v1/1.0.0/Service',
    'test/iris/v1/1.0.0/Deployment',
    'test/iris/v1/1.0.0/Autoscaler',
    'test/iris/v1/1.0.0/DisruptionBudget',
  ]);
});

test('a model moved elsewhere in the tree makes the same objects', () => {
  const [model] = platform.models;
  if (!model) throw new Error('no model');
  const here = chart();
  MlModel.fromResolved(here, 'a', { model, stack: platform.stack });
  const there = chart();
  MlModel.fromResolved(new Construct(there, 'team'), 'b', { model, stack: platform.stack });
  expect(plan(there).objects).toEqual(plan(here).objects);
});

test('names and selectors are the identity of model and version', () => {
  const deployment = find(modelPlan(platform, 'credit-score'), 'Deployment', 'credit-score-v1-4-0');
  expect(deployment).toMatchObject({
    namespace: 'kea-models',
    model: 'credit-score',
    layer: 'workloads',
    value: {
      spec: {
        selector: { matchLabels: { 'app.kubernetes.io/instance': 'credit-score-v1-4-0', 'kea.dev/model': 'credit-score' } },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      },
    },
  });
});

test('an autoscaler owns the replicas, or the Deployment does, never both', () => {
  const autoscaled = modelPlan(platform, 'credit-score');
  expect(find(autoscaled, 'Deployment', 'credit-score-v1-4-0').value['spec']).not.toHaveProperty('replicas');
  expect(find(autoscaled, 'HorizontalPodAutoscaler', 'credit-score-v1-4-0').value['spec']).toMatchObject({
    minReplicas: 2,
    maxReplicas: 20,
    metrics: [
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: 'model', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
  });
  const fixed = modelPlan(platform, 'iris');
  expect(find(fixed, 'Deployment', 'iris-v1-0-0').value['spec']).toHaveProperty('replicas', 2);
  expect(fixed.objects.filter((object) => object.kind === 'HorizontalPodAutoscaler')).toEqual([]);
});

test('nobody but the gateway reaches a model, and nothing leaves it but the fetch of its artifact', () => {
  const policies = modelPlan(platform, 'credit-score').objects.filter((object) => object.kind === 'NetworkPolicy');
  expect(Object.fromEntries(policies.map((policy) => [policy.name, policy.value['spec']]))).toMatchObject({
    'credit-score-closed': { policyTypes: ['Ingress', 'Egress'] },
    'credit-score-from-gateway': {
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kea-system' } },
              podSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } },
            },
          ],
          ports: [{ port: 'http', protocol: 'TCP' }],
        },
      ],
    },
    'credit-score-v1-4-0-fetch': {
      policyTypes: ['Egress'],
      egress: [
        {
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
        {
          to: [
            { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } },
            { ipBlock: { cidr: '::/0', except: ['fd00:ec2::254/128'] } },
          ],
        },
      ],
    },
  });
  expect(modelPlan(platform, 'iris').objects.filter((object) => object.name.endsWith('-fetch'))).toEqual([]);
});

test('a transform and a patch change what they name, and are reported', () => {
  const changed = modelPlan(platform, 'iris', {
    transform: { service: (props) => ({ ...props, metadata: { ...props.metadata, annotations: { team: 'x' } } }) },
    patches: [{ kind: 'Deployment', operations: [JsonPatch.add('/spec/template/spec/hostAliases', [{ ip: '10.0.0.1' }])] }],
  });
  expect(find(changed, 'Service', 'iris-v1-0-0').value['metadata']).toHaveProperty('annotations', { team: 'x' });
  expect(find(changed, 'Deployment', 'iris-v1-0-0').value).toHaveProperty('spec.template.spec.hostAliases', [{ ip: '10.0.0.1' }]);
  expect(changed.hatches).toEqual([
    { what: 'patch', object: 'Deployment iris-v1-0-0' },
    { what: 'transform', object: 'Service iris-v1-0-0' },
  ]);
  expect(changed.findings.map((each) => [each.code, each.severity])).toEqual([
    ['KEA2009', 'note'],
    ['KEA2009', 'note'],
  ]);
});

test('the fast rendering says the same as cdk8s itself', () => {
  const scope = chart();
  MlModel.fromResolved(scope, 'iris', { model: sampleModel('iris'), stack: sampleStack() });
  const fast = plan(scope).objects.map((object) => object.value);
  const slow = Testing.synth(scope) as { kind: string; metadata: { name: string } }[];
  const key = (value: unknown): string => JSON.stringify(value);
  expect(fast.map(key).sort()).toEqual(slow.map(key).sort());
});

const MODEL_KEYS = {
  owner: 'risk-team',
  runtime: { framework: 'onnx' },
  artifact: { uri: 's3://models/churn/model.onnx', sha256: 'a'.repeat(64) },
  methods: {
    score: {
      request: { type: 'object', additionalProperties: false, required: ['age'], properties: { age: { type: 'number' } } },
      response: { type: 'object', additionalProperties: false, required: ['p'], properties: { p: { type: 'number' } } },
      call: { input: { X: ['age'] }, output: { p: 'P' } },
      examples: [{ name: 'typical', request: { age: 1 } }],
    },
  },
} as const;

test("a model alone in another team's chart: the file's keys as props", () => {
  const scope = chart();
  const digests = ['model-agent', 'model-server'].map((name) => [`ghcr.io/kea-platform/${name}`, fakeDigest('a')] as const);
  new MlModel(scope, 'churn', {
    name: 'churn',
    namespace: 'team-a',
    ...MODEL_KEYS,
    stack: defineStack({ imageDigests: Object.fromEntries(digests), artifacts: { store: 's3://models', secret: 'store' } }),
  });
  const made = plan(scope);
  expect(made.findings.filter((each) => each.severity === 'error')).toEqual([]);
  expect(find(made, 'Deployment', 'churn-v1-0-0')).toMatchObject({ namespace: 'team-a' });
});

test("cdk8s synth of another team's app refuses what kea synth refuses", () => {
  const scope = chart();
  const version = sampleVersion('iris', '1.0.0');
  const model = sampleModel('iris', { contracts: [sampleContract('iris', { versions: [version] })] });
  MlModel.fromResolved(scope, 'iris', { model, stack: sampleStack({ images: { unpinned: 'refuse', digests: {} } }) });
  expect(() => Testing.synth(scope)).toThrow('KEA2007: image "ghcr.io/kea-platform/model-server" has no digest');
});

test('two models of one name are refused once', () => {
  const scope = chart();
  for (const id of ['a', 'b']) MlModel.fromResolved(scope, id, { model: sampleModel('iris'), stack: sampleStack() });
  const duplicates = plan(scope).findings.filter((each) => each.code === 'KEA2001');
  expect(duplicates).toHaveLength(10);
  expect(duplicates[0]?.message).toBe('NetworkPolicy kea-models/iris-closed is there twice (model "iris" and "iris")');
});

test('a schema that the validator cannot compile is a finding, not a crash', () => {
  const scope = chart();
  const request = { type: 'object', additionalProperties: false, required: ['age'], properties: { age: { type: 'nmuber' } } };
  new MlModel(scope, 'churn', { name: 'churn', ...MODEL_KEYS, methods: { score: { ...MODEL_KEYS.methods.score, request } } });
  expect(plan(scope).findings.map((each) => each.code)).toContain('KEA1413');
});
