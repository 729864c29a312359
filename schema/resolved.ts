import type { TrustedIssuer } from '../core/contract/identity';
import type { BundleCall, BundleExample, BundleMethod, BundleRouting } from '../core/contract/bundle';
import type { Fronts } from '../core/contract/fronts';
import type { JsonSchema } from '../core/json';

/**
 * The two documents after loading: references inlined, derivations made, defaults filled in, the stack's overrides applied, quantities parsed.
 * Everything downstream (constructs, gateway bundle, OpenAPI, local run) reads only these shapes. Frozen, in byte order of name.
 */
export interface ResolvedPlatform {
  readonly stack: ResolvedStack;
  /** All models of the stack, also those whose pods stand in shards. */
  readonly models: readonly ResolvedModel[];
  /** Only the pods of this shard's models are meant; absent for the platform with all its routes. */
  readonly shard?: string;
}

export interface ResolvedStack {
  readonly name: string;
  /** Stack that changes come through before this one. */
  readonly after?: string;
  /** Namespaces of the platform's own pods and of the models' pods. */
  readonly namespaces: { readonly platform: string; readonly models: string };
  readonly cluster?: { readonly kubeSystemUid: string };
  /** Public host name of the gateway. */
  readonly hostname: string;
  readonly images: {
    readonly unpinned: 'refuse' | 'warn';
    /** Replaces the registry host of every image, for private mirrors. */
    readonly registry?: string;
    /** Image name of the runtime table → digest from `images.lock.yaml`, `sha256:<hex>`. */
    readonly digests: { readonly [name: string]: string };
    readonly pullSecret?: string;
  };
  readonly gateway: {
    readonly replicas: { readonly min: number; readonly max: number };
    /** Of one pod, thousandths of a core. */
    readonly cpuMillis: number;
    readonly drainSeconds: number;
  };
  readonly identity: ResolvedIdentity;
  readonly cache: ResolvedCache;
  /** `*`, model, `model/v1` or `model/v1/1.4.0` → number that changes when its answers must be forgotten. */
  readonly purged?: { readonly [what: string]: number };
  readonly artifacts: {
    readonly store?: string;
    readonly allow: readonly string[];
    readonly secret?: string;
    readonly requireDigest: boolean;
  };
  readonly exposure: ResolvedExposure;
  readonly secrets: 'existing' | 'externalSecret' | 'pulumi';
  /** `ExternalSecret` objects point at this store. */
  readonly secretStore?: string;
  readonly metrics: {
    readonly monitors: boolean;
    readonly custom: { readonly [metric: string]: MetricSource };
    /** Where KEDA asks. */
    readonly prometheus?: string;
  };
  readonly audit: {
    readonly sinks: readonly { readonly otlp: string }[];
    readonly retentionDays: number;
    readonly replicas: number;
    readonly volumeBytes: number;
  };
  readonly policies: {
    readonly level: 'audit' | 'warn' | 'deny';
    /** The API server holds the rules too. `deployers`: users, and groups written `group:NAME`, who alone set facts. */
    readonly admission?: { readonly deployers: readonly string[] };
  };
  readonly derivedSchemas: 'allow' | 'refuse';
  /** Addresses outside of the plan that its pods may reach; any, where it is absent. `ports`: all, where absent. */
  readonly egress?: { readonly allow: readonly { readonly cidr: string; readonly ports?: readonly number[] }[] };
  readonly quota?: { readonly cpuMillis: number; readonly memoryBytes: number; readonly pods: number };
  readonly priorityClass?: string;
  readonly zones: boolean;
  /** Shard → which models' pods stand in it. */
  readonly shards?: { readonly [shard: string]: ModelSelection };
}

/** Who tells autoscalers of a metric. */
export type MetricSource = 'prometheus-adapter' | 'keda';

/** A model fits when every key that is given does. */
export interface ModelSelection {
  readonly owner?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly name?: readonly string[] | undefined;
}

/** A provider whose tokens the gateway takes, and how it is reached. */
export interface ResolvedIssuer extends Pick<TrustedIssuer, 'issuer' | 'claims'> {
  /** The first; that of the documents and of the realm. */
  readonly audience: string;
  /** Further ones. */
  readonly audiences?: readonly string[];
  /** Value of the roles claim → roles that it stands for. @default - values are names of roles */
  readonly roleOf?: TrustedIssuer['roleOf'];
  readonly jwksUri: string;
  /** Inline JWKS, for the embedded issuer and for providers that Envoy cannot reach. */
  readonly jwks?: string;
  /** Secret whose `ca.crt` signed its certificate. */
  readonly ca?: string;
  /** `host:port` of a proxy through which its keys are fetched. */
  readonly proxy?: string;
}

export type ResolvedIdentity = ResolvedIssuer & {
  /** `embedded` is for the local run only and refused by synth. */
  readonly kind: 'embedded' | 'keycloak' | 'oidc';
  /** Providers whose tokens are taken besides. */
  readonly also?: readonly ResolvedIssuer[];
  /** With `kind: keycloak`: what the platform runs. */
  readonly keycloak?: {
    readonly hostname: string;
    readonly adminHostname: string;
    readonly realm: string;
    /** `host:port` of PostgreSQL; the Secret has keys `username` and `password`. `inPlan`: the plan brings it along. */
    readonly database: { readonly address: string; readonly name: string; readonly secret: string; readonly inPlan: boolean };
    /** In byte order of name. */
    readonly machines: readonly ResolvedMachine[];
    readonly brokers: readonly ResolvedBroker[];
  };
};

/** An application with roles of its own; it has `jwksUri` or `jwks`, or else a secret that Keycloak makes. */
export interface ResolvedMachine {
  readonly name: string;
  readonly roles: readonly string[];
  readonly jwksUri?: string;
  readonly jwks?: string;
  readonly algorithm?: string;
}

/** A provider behind Keycloak; `oidc` or `saml`. `groups` and `roles`: value of the claim → group or role. */
export interface ResolvedBroker {
  readonly name: string;
  readonly title: string;
  readonly oidc?: {
    readonly issuer: string;
    readonly authorizationUrl: string;
    readonly tokenUrl: string;
    readonly jwksUrl: string;
    readonly logoutUrl?: string;
    readonly clientId: string;
    readonly secret?: string;
  };
  readonly saml?: { readonly entityId: string; readonly ssoUrl: string; readonly logoutUrl?: string; readonly certificate: string };
  readonly claim: string;
  readonly groups: { readonly [value: string]: string };
  readonly roles: { readonly [value: string]: string };
}

export type ResolvedCache =
  | { readonly kind: 'none' }
  | { readonly kind: 'managed'; readonly memoryBytes: number }
  | {
      readonly kind: 'external';
      /** `host:port` of the server, or of nodes or sentinels, at least one. */
      readonly addresses: readonly string[];
      readonly mode: 'single' | 'sentinel' | 'cluster';
      /** Name of the master, in mode `sentinel`. */
      readonly master?: string;
      readonly tls: boolean;
      /** Secret with `ca.crt`. */
      readonly ca?: string;
      readonly secret?: string;
    };

export type ResolvedExposure =
  | { readonly kind: 'none' }
  | { readonly kind: 'loadBalancer'; readonly tlsSecret: string }
  /** `<namespace>/<name>` of a Gateway that exists. */
  | { readonly kind: 'httpRoute'; readonly gateway: string }
  | { readonly kind: 'ingress'; readonly className: string; readonly tlsSecret: string };

export interface ResolvedModel {
  readonly name: string;
  /** Folder relative to the project, with `/`. */
  readonly folder: string;
  readonly owner: string;
  readonly approvers: readonly string[];
  readonly description: string;
  readonly tags: readonly string[];
  readonly data: {
    readonly classification: 'public' | 'internal' | 'confidential' | 'restricted';
    readonly risk: 'minimal' | 'limited' | 'high';
  };
  readonly cors?: { readonly origins: readonly string[] };
  /** Live contracts, oldest first. */
  readonly contracts: readonly ResolvedContract[];
}

export interface ResolvedContract {
  readonly contract: string;
  /** Versions deployed in this stack, in semantic-version order. */
  readonly versions: readonly ResolvedVersion[];
  readonly routing: BundleRouting;
  readonly methods: readonly ResolvedMethod[];
  /** Which methods the standard front paths stand for. @default - none */
  readonly fronts?: Fronts;
  /** Open Inference Protocol over gRPC, for the method that `fronts.infer` names. @default false */
  readonly grpc?: boolean;
  readonly slo?: {
    readonly availability?: number;
    readonly latency?: { readonly p50Ms?: number; readonly p95Ms?: number; readonly p99Ms?: number };
  };
  readonly audit: { readonly level: 'metadata' | 'durable' | 'strict'; readonly payload: 'none' | 'hashed' | 'redacted' };
  readonly lifecycle: { readonly deprecated?: string; readonly sunset?: string; readonly retired: boolean };
  /** Places that are derived, for `openapi` to say so. */
  readonly derived: boolean;
}

export interface ResolvedVersion {
  /** MAJOR.MINOR.PATCH */
  readonly version: string;
  readonly framework: Framework;
  readonly runtime: ResolvedRuntime;
  /** Exactly one of the two. */
  readonly artifact?: ResolvedArtifact;
  readonly image?: ResolvedImage;
  readonly resources: ResolvedResources;
  readonly scaling: ResolvedScaling;
}

export type Framework =
  | 'onnx'
  | 'sklearn'
  | 'xgboost'
  | 'lightgbm'
  | 'mlflow'
  | 'tensorflow'
  | 'pytorch'
  | 'triton'
  | 'huggingface'
  | 'vllm'
  | 'python'
  | 'container';

export interface ResolvedRuntime {
  /** Seconds from start of the server until it can answer. */
  readonly loadSeconds: number;
  /** How many requests one instance takes at once. */
  readonly concurrency: number;
  /** Requests that wait in the gateway; undefined = as many as all instances take, at least 64. */
  readonly queue?: number;
  readonly env: { readonly [name: string]: string };
  readonly args: readonly string[];
  /** How `npm start` runs a container or python model without a container engine. */
  readonly local?: { readonly command: readonly string[] };
  /** Container only: port it listens on and path that is ready. */
  readonly port?: number;
  readonly readyPath?: string;
  /** Python only: file below the model's folder, and the class in it. */
  readonly python?: { readonly source: string; readonly class: string };
}

export interface ResolvedArtifact {
  /** `s3://`, `https://`, `oci://`, `pvc://`, `file://`, or the content address made of the stack's store. */
  readonly uri: string;
  /** hex; undefined only where the stack does not demand one and the bytes are remote. */
  readonly sha256?: string;
  readonly isFolder: boolean;
  /** File or folder on this machine, absolute, when the artifact is a relative path of the model's folder. */
  readonly localPath?: string;
  /** Bytes travel in the plan (≤ 700 KiB, no store): base64. */
  readonly inline?: string;
  readonly bytes?: number;
}

export interface ResolvedImage {
  /** `registry/name@sha256:<hex>`, optionally with `:tag` before the `@`. */
  readonly reference: string;
}

export interface ResolvedResources {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  readonly gpu?: { readonly count: number; readonly product?: string };
}

export interface ResolvedScaling {
  readonly min: number;
  readonly max: number;
  readonly target: { readonly metric: 'cpu' | 'concurrency' | 'rps' | 'gpu' | 'queue'; readonly value: number };
  readonly behaviour: { readonly scaleUpSeconds: number; readonly scaleDownSeconds: number };
  readonly schedule: readonly { readonly cron: string; readonly min: number }[];
}

export interface ResolvedMethod {
  readonly method: string;
  readonly summary: string;
  readonly request: JsonSchema;
  readonly response: JsonSchema;
  readonly responseCheck: 'none' | 'report' | 'enforce';
  readonly call: BundleCall;
  /** The method role and every role listed; empty only where public. */
  readonly roles: readonly string[];
  readonly public: boolean;
  readonly cache: BundleMethod['cache'];
  readonly rateLimit?: NonNullable<BundleMethod['rateLimit']>;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly idempotent: boolean;
  readonly retries: number;
  readonly examples: readonly BundleExample[];
}
