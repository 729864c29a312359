import type {
  ResolvedContract,
  ResolvedIdentity,
  ResolvedMethod,
  ResolvedModel,
  ResolvedPlatform,
  ResolvedVersion,
} from '../../../schema/resolved';

/** Resolved platforms for the gateway's tests: small, complete, and changed by spreading. */

export const identity: ResolvedIdentity = {
  kind: 'oidc',
  issuer: 'https://login.example.com/x',
  audience: 'kea',
  jwksUri: 'https://login.example.com/x/keys',
  claims: { roles: 'roles', subject: 'sub', client: 'azp' },
};

export function platform(models: readonly ResolvedModel[], stackIdentity: ResolvedIdentity = identity): ResolvedPlatform {
  return {
    stack: {
      name: 'test',
      namespaces: { platform: 'kea', models: 'kea-models' },
      hostname: 'models.example.com',
      images: { unpinned: 'warn', digests: {} },
      gateway: { replicas: { min: 2, max: 4 }, cpuMillis: 1000, drainSeconds: 30 },
      identity: stackIdentity,
      cache: { kind: 'none' },
      artifacts: { allow: [], requireDigest: false },
      exposure: { kind: 'none' },
      secrets: 'existing',
      metrics: { monitors: false, custom: {} },
      audit: { sinks: [], retentionDays: 30, replicas: 2, volumeBytes: 1024 ** 3 },
      policies: { level: 'warn' },
      derivedSchemas: 'allow',
      zones: false,
    },
    models,
  };
}

export function model(name: string, contract: Partial<ResolvedContract> = {}, more: Partial<ResolvedModel> = {}): ResolvedModel {
  return {
    name,
    folder: `models/${name}`,
    owner: 'team',
    approvers: [],
    description: `Model ${name}.`,
    tags: [],
    data: { classification: 'internal', risk: 'minimal' },
    contracts: [
      {
        contract: 'v1',
        versions: [version('1.0.0')],
        routing: { weights: { '1.0.0': 100 }, sticky: 'request', match: [], shadow: {} },
        methods: [method(name, 'score')],
        audit: { level: 'metadata', payload: 'none' },
        lifecycle: { retired: false },
        derived: false,
        ...contract,
      },
    ],
    ...more,
  };
}

export function version(number: string, more: Partial<ResolvedVersion> = {}): ResolvedVersion {
  return {
    version: number,
    framework: 'onnx',
    runtime: { loadSeconds: 10, concurrency: 8, env: {}, args: [] },
    artifact: { uri: `s3://models/${number}`, sha256: 'ab'.repeat(32), isFolder: false },
    resources: { cpuMillis: 500, memoryBytes: 1024 ** 3, ephemeralStorageBytes: 1024 ** 3 },
    scaling: {
      min: 2,
      max: 10,
      target: { metric: 'cpu', value: 70 },
      behaviour: { scaleUpSeconds: 0, scaleDownSeconds: 300 },
      schedule: [],
    },
    ...more,
  };
}

export function method(model: string, name: string, more: Partial<ResolvedMethod> = {}): ResolvedMethod {
  return {
    method: name,
    summary: `Calls ${name}.`,
    request: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'], additionalProperties: false },
    response: { type: 'object', properties: { y: { type: 'number' } }, required: ['y'] },
    responseCheck: 'none',
    call: { kind: 'json', path: `/${name}` },
    roles: [`${model}:${name}`],
    public: false,
    cache: { scope: 'none' },
    timeoutMs: 2000,
    maxBodyBytes: 65_536,
    idempotent: true,
    retries: 1,
    examples: [],
    ...more,
  };
}
