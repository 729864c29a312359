import { resolveModel, type ModelContext } from '../../../schema/resolve/model';
import { resolveStack } from '../../../schema/resolve/stack';
import type { ContractDocument } from '../../../schema/generated/model';
import type { StackDocument } from '../../../schema/generated/platform';

const stackDocument: StackDocument = {
  identity: { oidc: { issuer: 'https://login.example.com' } },
  artifacts: { allow: ['s3://a/'], requireDigest: false },
  metrics: { custom: { rps: 'prometheus-adapter' } },
  defaults: { owner: 'somebody', scaling: { min: 4, target: { rps: 50 } }, rateLimit: { requests: 7 } },
};
const context = (name = 'prod'): ModelContext => ({ stack: resolveStack(stackDocument, name), stackDocument });

const schemas = {
  request: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'], additionalProperties: false },
  response: { type: 'object', properties: { y: { type: 'integer' }, z: { type: 'string' } } },
  call: { input: { X: 'x' }, output: { y: { tensor: 'P', column: 1 }, z: 'Z' } },
} as const;

function resolve(document: ContractDocument, stack = 'prod'): ReturnType<typeof resolveModel> {
  return resolveModel(
    { name: 'm', folder: 'models/m', model: {}, contracts: new Map([['v1', document]]), files: new Map() },
    context(stack),
  );
}

test('a plain document resolves without any file', () => {
  const { resolved, findings } = resolve({ artifact: 's3://a/m.onnx', methods: { score: schemas } });
  expect(findings).toEqual([]);
  expect(resolved).toMatchObject({
    name: 'm',
    owner: 'somebody',
    approvers: ['somebody'],
    description: 'm',
    tags: [],
    data: { classification: 'internal', risk: 'minimal' },
  });
  expect(resolved?.contracts[0]?.methods[0]).toMatchObject({
    roles: ['m:score'],
    rateLimit: { requests: 7, per: 'minute', by: 'client' },
    call: {
      kind: 'tensors',
      inputs: [{ tensor: 'X', fields: ['x'], datatype: 'FP32', shape: [-1, 1] }],
      outputs: [
        { field: 'y', tensor: 'P', column: 1, datatype: 'INT64', shape: [-1, -1] },
        { field: 'z', tensor: 'Z', datatype: 'BYTES', shape: [-1, 1] },
      ],
    },
  });
});

test('fields of base64 make a tensor of raw bytes, where all of them are', () => {
  const raw = { type: 'string', contentEncoding: 'base64', maxLength: 8 };
  const properties = {
    a: raw,
    d: raw,
    e: { type: 'string', maxLength: 8 },
    b: { type: 'array', items: raw, maxItems: 2 },
    c: { type: 'string', maxLength: 8 },
  };
  const { resolved, findings } = resolve({
    artifact: 's3://a/m.onnx',
    methods: {
      score: {
        request: { type: 'object', additionalProperties: false, required: Object.keys(properties), properties },
        response: {
          type: 'object',
          additionalProperties: false,
          required: ['y', 'z'],
          properties: { y: raw, z: { type: 'string', maxLength: 8 } },
        },
        call: { input: { A: 'a', B: 'b', C: 'c', D: ['d', 'e'] }, output: { y: 'Y', z: 'Z' } },
      },
    },
  });
  expect(findings).toEqual([]);
  expect(resolved?.contracts[0]?.methods[0]?.call).toEqual({
    kind: 'tensors',
    inputs: [
      { tensor: 'A', fields: ['a'], datatype: 'BYTES', encoding: 'base64', shape: [-1, 1] },
      { tensor: 'B', fields: ['b'], datatype: 'BYTES', encoding: 'base64', shape: [-1, -1] },
      { tensor: 'C', fields: ['c'], datatype: 'BYTES', shape: [-1, 1] },
      { tensor: 'D', fields: ['d', 'e'], datatype: 'BYTES', shape: [-1, 2] },
    ],
    outputs: [
      { field: 'y', tensor: 'Y', datatype: 'BYTES', encoding: 'base64', shape: [-1, 1] },
      { field: 'z', tensor: 'Z', datatype: 'BYTES', shape: [-1, 1] },
    ],
  });
});

test("the stack overrides versions, versions override the contract, the contract the stack's defaults; each key by itself", () => {
  const document: ContractDocument = {
    versions: {
      '1.0.0': { artifact: 's3://a/0.onnx' },
      '1.1.0': { artifact: 's3://a/1.onnx', scaling: { max: 8 }, runtime: { env: { B: '2' } } },
    },
    runtime: { env: { A: '1' }, loadTime: '9s' },
    routing: { weights: { '1.0.0': 100 }, shadow: { '1.1.0': 10 } },
    scaling: { max: 20, target: { cpu: 50 } },
    stacks: {
      prod: { scaling: { max: 30 }, rateLimit: { requests: 1, per: 'hour' } },
      dev: { routing: { weights: { '1.0.0': 0, '1.1.0': 100 } } },
    },
    methods: { score: { ...schemas, rateLimit: { requests: 600, by: 'subject' } } },
  };
  const prod = resolve(document).resolved?.contracts[0];
  expect(prod?.versions.map(({ scaling }) => [scaling.min, scaling.max, scaling.target])).toEqual([
    [4, 30, { metric: 'cpu', value: 50 }],
    [4, 30, { metric: 'cpu', value: 50 }],
  ]);
  expect(prod?.methods[0]?.rateLimit).toEqual({ requests: 1, per: 'hour', by: 'client' });
  const dev = resolve(document, 'dev').resolved?.contracts[0];
  expect(dev?.versions.map(({ scaling, runtime }) => [scaling.max, runtime.loadSeconds, runtime.env])).toEqual([
    [20, 9, { A: '1' }],
    [8, 9, { B: '2' }],
  ]);
  expect(dev?.methods[0]?.rateLimit).toEqual({ requests: 600, per: 'minute', by: 'subject' });
  expect(dev?.routing).toEqual({ weights: { '1.0.0': 0, '1.1.0': 100 }, sticky: 'principal', match: [], shadow: { '1.1.0': 10 } });
});

test('versions that nothing names are not deployed, and names stand in order of version', () => {
  const versions = Object.fromEntries(['1.10.0', '1.9.0', '1.8.0'].map((version) => [version, { artifact: `s3://a/${version}.onnx` }]));
  const { resolved } = resolve({ versions, routing: { weights: { '1.10.0': 100, '1.9.0': 0 } }, methods: { score: schemas } });
  expect(resolved?.contracts[0]?.versions.map(({ version }) => version)).toEqual(['1.9.0', '1.10.0']);
});

test('origins follow the same order', () => {
  const { contracts } = resolve({
    artifact: 's3://a/m.onnx',
    scaling: { max: 20 },
    stacks: { prod: { scaling: { target: { cpu: 60 } } } },
    methods: { score: schemas },
  });
  const origin = contracts[0]?.origin;
  const scaling = ['versions', '1.0.0', 'scaling'];
  expect(origin?.([...scaling, 'max'])).toEqual({ kind: 'file', document: 'contract', path: ['scaling', 'max'] });
  expect(origin?.([...scaling, 'min'])).toEqual({ kind: 'stack', path: ['defaults', 'scaling', 'min'] });
  expect(origin?.([...scaling, 'target', 'cpu'])).toEqual({
    kind: 'file',
    document: 'contract',
    path: ['stacks', 'prod', 'scaling', 'target', 'cpu'],
  });
  expect(origin?.([...scaling, 'behaviour', 'scaleUp'])).toEqual({ kind: 'default' });
  expect(origin?.(['methods', 'score', 'rateLimit', 'requests'])).toEqual({ kind: 'stack', path: ['defaults', 'rateLimit', 'requests'] });
  expect(origin?.(['methods', 'score', 'summary'])).toEqual({ kind: 'derived', from: 'the name' });
});
