import type { JsonObject, JsonSchema, JsonValue } from '../json';
import type { Fronts } from './fronts';
import type { TrustedIssuer } from './identity';

/**
 * The gateway bundle: everything that changes while a gateway runs, as data, content-addressed.
 * One index, one part a contract, and the platform's OpenAPI document, so that editing one model changes one part, that document and the index.
 * On disk and in ConfigMaps a part is the gzipped canonical JSON of `BundlePart`, and so is the document.
 */
export interface BundleIndex {
  readonly format: 1;
  /** sha256 (hex) of the canonical JSON of this index without `digest`: what `/-/config` shows. */
  readonly digest: string;
  /** Stack that the bundle belongs to. */
  readonly stack: string;
  /** In byte order of name. */
  readonly parts: readonly BundlePartRef[];
  /** Routes that belong to no model: catalogue, platform OpenAPI, docs, bare `/v2`. Envoy `Route` objects in JSON form. */
  readonly platformRoutes: readonly JsonObject[];
  /** Envoy clusters that belong to no model and may change without a restart. */
  readonly platformClusters: readonly JsonObject[];
  /** sha256 (hex) of the canonical JSON of the platform's OpenAPI document, which is a piece of its own: only its page reads it. */
  readonly openapi: string;
  /** Part of every cache key. Absent: the store's own epoch, which begins as a fresh random one, never 0. */
  readonly epoch?: string;
  /** Issuer → value of its roles claim → roles that it stands for. Absent: values are names of roles. */
  readonly roleOf?: { readonly [issuer: string]: TrustedIssuer['roleOf'] };
  /** `*`, model, `model/v1` or `model/v1/1.4.0` → part of the cache keys of its answers. */
  readonly purged?: { readonly [what: string]: number };
}

export interface BundlePartRef {
  /** `contractName(model, contract)`. */
  readonly name: string;
  /** sha256 (hex) of the part's canonical JSON. */
  readonly digest: string;
}

/** All that the gateway knows of one contract. */
export interface BundlePart {
  readonly contract: BundleContract;
  /** One EDS cluster a version, Envoy `Cluster` in JSON form, named `versionName(model, version)`; with gRPC a second one each, `grpcClusterName`. */
  readonly clusters: readonly JsonObject[];
  /** Envoy `Route` objects of the contract's prefix, in order; the supervisor adds nothing but the part's digest header. */
  readonly routes: readonly JsonObject[];
  /** Routes below `/v2/models/<model>`, where this is the model's newest contract. @default - none */
  readonly bareRoutes?: readonly JsonObject[];
  /** Routes of calls over gRPC that name this contract. @default - none */
  readonly grpcRoutes?: readonly JsonObject[];
  /** By sha256 (hex) of their canonical JSON. */
  readonly schemas: { readonly [digest: string]: JsonSchema };
  /** OpenAPI 3.1 document of the contract. */
  readonly openapi: JsonObject;
}

/** What the processor needs to know of one contract. */
export interface BundleContract {
  readonly model: string;
  /** `v1`, `v2`, … */
  readonly contract: string;
  readonly owner: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly classification: 'public' | 'internal' | 'confidential' | 'restricted';
  readonly versions: readonly BundleVersion[];
  /** What decides the version when the caller does not pin one. */
  readonly routing: BundleRouting;
  readonly methods: readonly BundleMethod[];
  /** Which methods the standard paths stand for. */
  readonly fronts?: Fronts;
  /** The method of `fronts.infer` may be called over gRPC, past the processor. */
  readonly grpc?: boolean;
  readonly audit: { readonly level: 'metadata' | 'durable' | 'strict'; readonly payload: 'none' | 'hashed' | 'redacted' };
  /** ISO dates, days of UTC; once the day of `sunset` is over the answer is 410. */
  readonly lifecycle: { readonly deprecated?: string; readonly sunset?: string; readonly retired: boolean };
}

export interface BundleVersion {
  /** MAJOR.MINOR.PATCH */
  readonly version: string;
  /** Envoy cluster: `versionName(model, version)`. */
  readonly cluster: string;
  /** sha256 (hex) of the artifact, or the image's digest: part of the cache key. */
  readonly digest: string;
  readonly protocol: Protocol;
  /** Name by which the runtime knows the model (OIP, TensorFlow Serving, OpenAI). */
  readonly runtimeModel: string;
  /** Highest number of concurrent requests that all instances together take. */
  readonly concurrency: number;
  /** How many more may wait in one gateway. @default - as many as `concurrency`, 64 at least */
  readonly queue?: number;
}

/** What a runtime speaks: Open Inference Protocol v2 (REST), TensorFlow Serving REST, the contract's own JSON, OpenAI's API. */
export type Protocol = 'oip' | 'tfserving' | 'json' | 'openai';

export interface BundleRouting {
  /** Version → weight, 0 to 100, sum 100. */
  readonly weights: { readonly [version: string]: number };
  /** `principal`: the same caller meets the same version; `request`: each request is drawn anew. */
  readonly sticky: 'principal' | 'request';
  /** First match wins; before weights. */
  readonly match: readonly { readonly header: string; readonly equals: string; readonly version: string }[];
  /** Version → percent of calls mirrored. */
  readonly shadow: { readonly [version: string]: number };
}

export interface BundleMethod {
  readonly method: string;
  readonly summary: string;
  /** Any of these admits (the method role included); empty only where `public`. */
  readonly roles: readonly string[];
  readonly public: boolean;
  readonly requestSchema: string;
  readonly responseSchema: string;
  readonly responseCheck: 'none' | 'report' | 'enforce';
  readonly call: BundleCall;
  readonly idempotent: boolean;
  readonly cache:
    | { readonly scope: 'none' }
    | {
        readonly scope: 'shared' | 'principal';
        readonly ttlSeconds: number;
        /** How long after its time an answer may still be given, while the model is asked anew. */
        readonly staleSeconds?: number;
      };
  /** At least one of `requests` and `tokens` (of a language model, prompt and answer together). */
  readonly rateLimit?: {
    readonly requests?: number;
    readonly tokens?: number;
    readonly per: 'second' | 'minute' | 'hour';
    readonly by: 'client' | 'subject';
  };
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly retries: number;
  readonly examples: readonly BundleExample[];
}

export interface BundleExample {
  readonly name: string;
  readonly request: JsonValue;
  readonly response?: JsonValue;
  /** Largest accepted difference of numbers, absolute. */
  readonly tolerance?: number;
}

/** How a method's JSON becomes what the runtime speaks, and back; complete, nothing left to derive. */
export type BundleCall =
  | {
      readonly kind: 'tensors';
      readonly inputs: readonly TensorInput[];
      readonly outputs: readonly TensorOutput[];
      /** Name by which the runtime knows the model, where it is not the version's `runtimeModel`. */
      readonly model?: string;
      /** TensorFlow's signature; absent = the server's default. */
      readonly signature?: string;
    }
  | { readonly kind: 'json'; readonly path: string }
  | { readonly kind: 'openai'; readonly operation: 'chat.completions' | 'completions' | 'embeddings' };

/** Open Inference Protocol datatypes. */
export type Datatype =
  'BOOL' | 'UINT8' | 'UINT16' | 'UINT32' | 'UINT64' | 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'FP16' | 'FP32' | 'FP64' | 'BYTES';

export interface TensorInput {
  readonly tensor: string;
  readonly datatype: Datatype;
  /** As the runtime declares it; -1 is free. A leading batch dimension is part of it. */
  readonly shape: readonly number[];
  /** BYTES only: the fields hold raw bytes as base64. @default they hold texts */
  readonly encoding?: 'base64';
  /** One field: its value (scalar or nested array) fills the tensor. Several: a row of their values in this order. */
  readonly fields: readonly string[];
}

export interface TensorOutput {
  /** Field of the answer. */
  readonly field: string;
  readonly tensor: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** BYTES only: the field holds raw bytes as base64. @default it holds a text */
  readonly encoding?: 'base64';
  /** Takes one column of the last dimension. */
  readonly column?: number;
}
