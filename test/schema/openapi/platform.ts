import type { ResolvedContract, ResolvedIdentity, ResolvedMethod, ResolvedModel, ResolvedPlatform } from '../../../schema/resolved';

export const embedded: ResolvedIdentity = {
  kind: 'embedded',
  issuer: 'http://localhost:8081',
  audience: 'kea',
  jwksUri: 'http://localhost:8081/jwks',
  claims: { roles: 'roles', subject: 'sub', client: 'azp' },
};

export function method(name: string, changes: Partial<ResolvedMethod> = {}): ResolvedMethod {
  return {
    method: name,
    summary: `Do ${name}.`,
    request: {
      type: 'object',
      additionalProperties: false,
      required: ['income'],
      properties: { income: { type: 'number', minimum: 0 }, name: { type: 'string', maxLength: 40 } },
    },
    response: { type: 'object', required: ['score'], properties: { score: { type: 'number' } } },
    responseCheck: 'report',
    call: { kind: 'json', path: `/${name}` },
    roles: [`credit-score:${name}`],
    public: false,
    cache: { scope: 'none' },
    timeoutMs: 2000,
    maxBodyBytes: 65536,
    idempotent: true,
    retries: 1,
    examples: [{ name: 'typical', request: { income: 52000 }, response: { score: 0.87 } }],
    ...changes,
  };
}

export function contract(changes: Partial<ResolvedContract> = {}): ResolvedContract {
  return {
    contract: 'v1',
    versions: ['1.4.0', '1.5.0'].map((version) => ({
      version,
      framework: 'onnx',
      runtime: { loadSeconds: 30, concurrency: 8, env: {}, args: [] },
      artifact: { uri: 'file://model.onnx', isFolder: false },
      resources: { cpuMillis: 500, memoryBytes: 1 << 30, ephemeralStorageBytes: 1 << 30 },
      scaling: {
        min: 1,
        max: 2,
        target: { metric: 'cpu', value: 70 },
        behaviour: { scaleUpSeconds: 0, scaleDownSeconds: 300 },
        schedule: [],
      },
    })),
    routing: { weights: { '1.4.0': 90, '1.5.0': 10 }, sticky: 'principal', match: [], shadow: {} },
    methods: [method('score')],
    audit: { level: 'metadata', payload: 'none' },
    lifecycle: { retired: false },
    derived: false,
    ...changes,
  };
}

export function model(changes: Partial<ResolvedModel> = {}): ResolvedModel {
  return {
    name: 'credit-score',
    folder: 'models/credit-score',
    owner: 'risk-team',
    approvers: [],
    description: 'Probability that a loan will be repaid.',
    tags: ['risk'],
    data: { classification: 'confidential', risk: 'high' },
    contracts: [contract()],
    ...changes,
  };
}

export function platform(models: readonly ResolvedModel[] = [model()], identity: ResolvedIdentity = embedded): ResolvedPlatform {
  return {
    stack: {
      name: 'local',
      namespaces: { platform: 'kea', models: 'kea-models' },
      hostname: 'models.risk.internal',
      images: { unpinned: 'warn', digests: {} },
      gateway: { replicas: { min: 1, max: 1 }, cpuMillis: 1000, drainSeconds: 30 },
      identity,
      cache: { kind: 'none' },
      artifacts: { allow: [], requireDigest: false },
      exposure: { kind: 'none' },
      secrets: 'existing',
      metrics: { monitors: false, custom: {} },
      audit: { sinks: [], retentionDays: 1, replicas: 1, volumeBytes: 1 },
      policies: { level: 'warn' },
      derivedSchemas: 'allow',
      zones: false,
    },
    models,
  };
}
