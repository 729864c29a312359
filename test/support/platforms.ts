import type { BundleCall } from '../../core/contract/bundle';
import type { JsonSchema } from '../../core/json';
import type {
  Framework,
  ResolvedContract,
  ResolvedMethod,
  ResolvedModel,
  ResolvedPlatform,
  ResolvedStack,
  ResolvedVersion,
} from '../../schema/resolved';
import { FRAMEWORKS } from '../../core/contract/protocols';
import { KeaImage, PlatformImage } from '../../constructs/shared/images';
import { runtimes } from '../../constructs/model/runtimes';

/** A digest for fixtures: the same hexadecimal digit 64 times, so that nobody takes it for a real one. */
export function fakeDigest(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

/** Every image of the runtime table and of the platform, pinned to a fake digest. */
function fakeDigests(): { readonly [name: string]: string } {
  const names = [...Object.values(KeaImage), ...Object.values(PlatformImage), ...Object.values(runtimes).map((runtime) => runtime.image)]
    .filter((image) => image !== 'model')
    .map((image) => image.name);
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, fakeDigest('a')]));
}

/** A stack with everything switched on that needs nothing but Kubernetes. */
export function sampleStack(over: Partial<ResolvedStack> = {}): ResolvedStack {
  return {
    name: 'test',
    namespaces: { platform: 'kea-system', models: 'kea-models' },
    hostname: 'models.example.com',
    images: { unpinned: 'refuse', digests: fakeDigests() },
    gateway: { replicas: { min: 2, max: 4 }, cpuMillis: 1000, drainSeconds: 30 },
    identity: {
      kind: 'oidc',
      issuer: 'https://login.example.com/realms/test',
      audience: 'kea',
      jwksUri: 'https://login.example.com/realms/test/certs',
      claims: { roles: 'roles', subject: 'sub', client: 'azp' },
    },
    cache: { kind: 'none' },
    artifacts: { store: 's3://ml-artifacts', allow: ['s3://ml-artifacts/'], secret: 'kea-store', requireDigest: true },
    exposure: { kind: 'none' },
    secrets: 'existing',
    metrics: { monitors: true, custom: {} },
    audit: { sinks: [], retentionDays: 30, replicas: 2, volumeBytes: 10 * 1024 ** 3 },
    policies: { level: 'deny' },
    derivedSchemas: 'refuse',
    zones: true,
    ...over,
  };
}

const CREDIT_REQUEST: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['income', 'age', 'amount'],
  properties: {
    income: { type: 'number', minimum: 0, maximum: 1e7 },
    age: { type: 'integer', minimum: 18, maximum: 120 },
    amount: { type: 'number', minimum: 0, maximum: 1e7 },
  },
};

const CREDIT_RESPONSE: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['score'],
  properties: { score: { type: 'number', minimum: 0, maximum: 1 } },
};

const CREDIT_CALL: BundleCall = {
  kind: 'tensors',
  inputs: [{ tensor: 'X', datatype: 'FP32', shape: [-1, 3], fields: ['income', 'age', 'amount'] }],
  outputs: [{ field: 'score', tensor: 'probabilities', datatype: 'FP32', shape: [-1, 2], column: 1 }],
};

/** A method of a tabular model. */
export function sampleMethod(model: string, over: Partial<ResolvedMethod> = {}): ResolvedMethod {
  return {
    method: 'score',
    summary: 'Score one application.',
    request: CREDIT_REQUEST,
    response: CREDIT_RESPONSE,
    responseCheck: 'report',
    call: CREDIT_CALL,
    roles: ['credit-analyst', `${model}:score`],
    public: false,
    cache: { scope: 'shared', ttlSeconds: 600 },
    rateLimit: { requests: 600, per: 'minute', by: 'client' },
    timeoutMs: 2000,
    maxBodyBytes: 64 * 1024,
    idempotent: true,
    retries: 1,
    examples: [{ name: 'typical', request: { income: 52000, age: 41, amount: 9000 }, response: { score: 0.87 }, tolerance: 0.01 }],
    ...over,
  };
}

/** A version on ONNX, fetched from the store. */
export function sampleVersion(model: string, version: string, over: Partial<ResolvedVersion> = {}): ResolvedVersion {
  return {
    version,
    framework: 'onnx',
    runtime: { loadSeconds: 30, concurrency: 8, env: {}, args: [] },
    artifact: { uri: `s3://ml-artifacts/${model}/${version}/model.onnx`, sha256: 'b'.repeat(64), isFolder: false },
    resources: { cpuMillis: 500, memoryBytes: 1024 ** 3, ephemeralStorageBytes: 2 * 1024 ** 3 },
    scaling: {
      min: 2,
      max: 20,
      target: { metric: 'cpu', value: 70 },
      behaviour: { scaleUpSeconds: 0, scaleDownSeconds: 300 },
      schedule: [],
    },
    ...over,
  };
}

/** A contract that sends everything to its first version. */
export function sampleContract(model: string, over: Partial<ResolvedContract> = {}): ResolvedContract {
  const versions = over.versions ?? [sampleVersion(model, '1.0.0')];
  return {
    contract: 'v1',
    versions,
    routing: { weights: { [versions[0]?.version ?? '1.0.0']: 100 }, sticky: 'principal', match: [], shadow: {} },
    methods: [sampleMethod(model)],
    slo: { availability: 99.9, latency: { p99Ms: 200 } },
    audit: { level: 'durable', payload: 'hashed' },
    lifecycle: { retired: false },
    derived: false,
    ...over,
  };
}

/** A model with one contract. */
export function sampleModel(name: string, over: Partial<ResolvedModel> = {}): ResolvedModel {
  return {
    name,
    folder: `models/${name}`,
    owner: 'risk-team',
    approvers: ['risk-leads'],
    description: `The model ${name}.`,
    tags: ['tabular'],
    data: { classification: 'confidential', risk: 'high' },
    contracts: [sampleContract(name)],
    ...over,
  };
}

/** A version that runs on the given framework, with what that framework needs. */
export function frameworkVersion(model: string, framework: Framework): ResolvedVersion {
  const runtime = runtimes[framework];
  const { artifact: _artifact, ...base } = sampleVersion(model, '1.0.0', { framework });
  if (runtime.image === 'model') {
    const image = { reference: `registry.example.com/teams/${model}:1.0.0@${fakeDigest('c')}` };
    return { ...base, image, runtime: { ...base.runtime, port: 9000, readyPath: '/healthz' } };
  }
  const isFolder = runtime.artifact.shape === 'folder';
  const uri = isFolder ? `s3://ml-artifacts/${model}/1.0.0/` : `s3://ml-artifacts/${model}/1.0.0/model.joblib`;
  const gpu = runtime.gpu === 'required' ? { gpu: { count: 1, product: 'NVIDIA-L4' } } : {};
  return { ...base, artifact: { uri, sha256: 'd'.repeat(64), isFolder }, resources: { ...base.resources, ...gpu } };
}

/** One model for each framework, named after it. */
export function frameworkModels(): ResolvedModel[] {
  return [...FRAMEWORKS].sort().map((framework) => {
    const name = `${framework}-model`;
    return sampleModel(name, { contracts: [sampleContract(name, { versions: [frameworkVersion(name, framework)] })] });
  });
}

/** Several models with what real ones have: a canary, an inline artifact, a container, fixed replicas, two contracts. */
export function samplePlatform(over: Partial<ResolvedStack> = {}): ResolvedPlatform {
  const credit = sampleModel('credit-score', {
    contracts: [
      sampleContract('credit-score', {
        versions: [sampleVersion('credit-score', '1.4.0'), sampleVersion('credit-score', '1.5.0')],
        routing: { weights: { '1.4.0': 90, '1.5.0': 10 }, sticky: 'principal', match: [], shadow: {} },
      }),
      sampleContract('credit-score', { contract: 'v2', versions: [sampleVersion('credit-score', '2.0.0')] }),
    ],
  });
  const bytes = Buffer.from('not a real model, but bytes that travel in the plan');
  const iris = sampleModel('iris', {
    owner: 'platform',
    contracts: [
      sampleContract('iris', {
        versions: [
          sampleVersion('iris', '1.0.0', {
            artifact: {
              uri: 'file://iris.onnx',
              sha256: 'e'.repeat(64),
              isFolder: false,
              inline: bytes.toString('base64'),
              bytes: bytes.length,
            },
            scaling: {
              min: 2,
              max: 2,
              target: { metric: 'cpu', value: 70 },
              behaviour: { scaleUpSeconds: 0, scaleDownSeconds: 300 },
              schedule: [],
            },
          }),
        ],
      }),
    ],
  });
  const grades = sampleModel('student-grades', {
    owner: 'education',
    contracts: [
      sampleContract('student-grades', {
        versions: [frameworkVersion('student-grades', 'container')],
        methods: [
          sampleMethod('student-grades', {
            method: 'read',
            call: { kind: 'json', path: '/read' },
            roles: ['student', 'student-grades:read'],
          }),
          sampleMethod('student-grades', {
            method: 'write',
            call: { kind: 'json', path: '/write' },
            roles: ['student-grades:write', 'teacher'],
            idempotent: false,
            retries: 0,
            cache: { scope: 'none' },
          }),
        ],
      }),
    ],
  });
  return { stack: sampleStack(over), models: [credit, iris, grades] };
}

/** `count` models with distinct names and distinct schemas, for benchmarks and properties. */
export function manyModels(count: number, over: Partial<ResolvedStack> = {}): ResolvedPlatform {
  const models = Array.from({ length: count }, (_, index) => {
    const name = `model-${String(index).padStart(5, '0')}`;
    const request = { ...CREDIT_REQUEST, title: `Request of ${name}` };
    const response = { ...CREDIT_RESPONSE, title: `Response of ${name}` };
    return sampleModel(name, {
      owner: `team-${index % 20}`,
      contracts: [sampleContract(name, { methods: [sampleMethod(name, { request, response })] })],
    });
  });
  return { stack: sampleStack(over), models };
}
