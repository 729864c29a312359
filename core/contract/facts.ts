import type { BundleContract, BundleMethod } from './bundle';

/** What facts are made of, as the bundle and as the resolved platform have it. */
export interface RouteSubject extends Pick<BundleContract, 'classification' | 'routing' | 'audit'> {
  /** In their order. */
  readonly versions: readonly { readonly version: string }[];
  readonly methods: readonly Pick<BundleMethod, 'roles' | 'cache'>[];
}

/**
 * What a Kubernetes object alone does not tell, as annotations on the object, so that one rule text decides in `kea check`, in a preview and in the
 * API server. They stand on objects, never on pod templates: no pod restarts for a fact. Only the deployer may set them
 * (the guard in `policies/emit/guard.ts`).
 */
export const Fact = {
  /** On deployments and routes: `public`, `internal`, `confidential`, `restricted`. */
  classification: 'kea.dev/classification',
  /** On deployments: `minimal`, `limited`, `high`. */
  risk: 'kea.dev/risk',
  /** On deployments: framework of the runtime table. */
  framework: 'kea.dev/framework',
  /** On deployments that fetch an artifact: where from, and `sha256:<hex>` where one is stated. */
  artifact: 'kea.dev/artifact',
  artifactDigest: 'kea.dev/artifact-digest',
  /** On deployments of Python models: `<file>#<class>`, for whoever builds or reads the image. */
  source: 'kea.dev/source',
  /** On routes: `metadata`, `durable`, `strict`; `none`, `hashed`, `redacted`. */
  auditLevel: 'kea.dev/audit-level',
  auditPayload: 'kea.dev/audit-payload',
  /** On routes: `roles` where every method asks for one, `public` where some method asks for none. */
  access: 'kea.dev/access',
  /** On routes: the widest of their methods, `none`, `principal`, `shared`. */
  cacheScope: 'kea.dev/cache-scope',
  /** On routes: percent of calls that the newest version takes. */
  newestWeight: 'kea.dev/newest-weight',
} as const;

/** Everything below this prefix, labels and annotations, is the deployer's to set. */
export const FACT_PREFIX = 'kea.dev/';

/** Facts of one contract's routes, for the object that carries them. */
export function routeFacts(contract: RouteSubject): { readonly [annotation: string]: string } {
  const newest = contract.versions.at(-1);
  return {
    [Fact.classification]: contract.classification,
    [Fact.auditLevel]: contract.audit.level,
    [Fact.auditPayload]: contract.audit.payload,
    [Fact.access]: contract.methods.every(({ roles }) => roles.length > 0) ? 'roles' : 'public',
    [Fact.cacheScope]: widestScope(contract.methods),
    [Fact.newestWeight]: String(newest ? (contract.routing.weights[newest.version] ?? 0) : 0),
  };
}

function widestScope(methods: RouteSubject['methods']): 'none' | 'principal' | 'shared' {
  const scopes = new Set(methods.map(({ cache }) => cache.scope));
  return scopes.has('shared') ? 'shared' : scopes.has('principal') ? 'principal' : 'none';
}
