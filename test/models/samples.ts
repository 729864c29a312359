import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { BundleCall, BundleExample, BundleMethod, BundleVersion, Datatype, TensorInput, TensorOutput } from '../../core/contract/bundle';
import type { ExampleChecks } from '../../core/contract/example-checks';
import { digestOf } from '../../core/digests';
import type { JsonSchema } from '../../core/json';
import { packageRoot } from '../../core/package-root';

/** One sample version, read straight from the model's files: what the loader makes of them is tested elsewhere. */
export interface Sample {
  readonly model: string;
  readonly version: string;
  /** ONNX file; absent for a container. */
  readonly graph?: string;
  /** Digest that the file names. */
  readonly sha256?: string;
  /** Folder and command of a container. */
  readonly local?: { readonly folder: string; readonly command: readonly string[] };
  readonly methods: { readonly [method: string]: SampleMethod };
  readonly folder: string;
}

interface SampleMethod {
  readonly request: { readonly $ref: string };
  readonly response: { readonly $ref: string };
  readonly call?: {
    readonly input: { readonly [tensor: string]: string | readonly string[] };
    readonly output: { readonly [field: string]: string | { readonly tensor: string; readonly column: number } };
  };
  readonly examples: readonly BundleExample[];
}

interface Document {
  readonly runtime?: { readonly local?: { readonly command: readonly string[] } };
  readonly versions: { readonly [version: string]: { readonly artifact?: { readonly uri: string; readonly sha256: string } } };
  readonly methods: { readonly [method: string]: SampleMethod };
}

export const modelFolder = (...path: string[]): string => join(packageRoot(), 'models', ...path);

/** Every version of a model whose contract stands in `file`. */
export function samplesOf(path: string, file: string): Sample[] {
  const folder = modelFolder(path);
  const document = parse(readFileSync(join(folder, file), 'utf8')) as Document;
  const model = path.split('/').at(-1) ?? path;
  return Object.entries(document.versions).map(([version, { artifact }]) => ({
    model,
    version,
    folder,
    methods: document.methods,
    ...(artifact ? { graph: join(folder, artifact.uri), sha256: artifact.sha256 } : {}),
    ...(document.runtime?.local ? { local: { folder, command: document.runtime.local.command } } : {}),
  }));
}

/** Tensors as a server's `GET /v2/models/{name}` lists them. */
export interface Metadata {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/** What the plan would hand to the sidecar for this sample. Without metadata the model speaks the contract's own JSON. */
export function checksOf(sample: Sample, metadata?: Metadata): ExampleChecks {
  const schemas: { [digest: string]: JsonSchema } = {};
  const schema = ({ $ref }: { readonly $ref: string }): string => {
    const read = JSON.parse(readFileSync(join(sample.folder, $ref), 'utf8')) as JsonSchema;
    schemas[digestOf(read)] = read;
    return digestOf(read);
  };
  const methods = Object.entries(sample.methods).map(([method, told]): BundleMethod => ({
    method,
    summary: method,
    roles: [],
    public: false,
    requestSchema: schema(told.request),
    responseSchema: schema(told.response),
    responseCheck: 'enforce',
    call: metadata && told.call ? tensorCall(told.call, metadata) : { kind: 'json', path: `/${method}` },
    idempotent: true,
    cache: { scope: 'none' },
    timeoutMs: 5000,
    maxBodyBytes: 65536,
    retries: 0,
    examples: told.examples,
  }));
  const version: BundleVersion = {
    version: sample.version,
    cluster: 'test',
    digest: sample.sha256 ?? '',
    protocol: metadata ? 'oip' : 'json',
    runtimeModel: sample.model,
    concurrency: 1,
  };
  return { model: sample.model, contract: 'v1', versions: { [sample.version]: version }, methods, schemas };
}

function tensorCall(call: NonNullable<SampleMethod['call']>, metadata: Metadata): BundleCall {
  const found = (tensors: readonly Tensor[], name: string): Omit<Tensor, 'name'> => {
    const tensor = tensors.find((one) => one.name === name);
    if (!tensor) throw new Error(`the graph has no tensor ${name}`);
    return { datatype: tensor.datatype, shape: tensor.shape };
  };
  return {
    kind: 'tensors',
    inputs: Object.entries(call.input).map(
      ([tensor, fields]): TensorInput => ({ tensor, fields: typeof fields === 'string' ? [fields] : fields, ...found(metadata.inputs, tensor) }),
    ),
    outputs: Object.entries(call.output).map(([field, from]): TensorOutput => {
      const { tensor, ...column } = typeof from === 'string' ? { tensor: from } : from;
      return { field, tensor, ...column, ...found(metadata.outputs, tensor) };
    }),
  };
}
