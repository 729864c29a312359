import type {
  Artifact,
  Cache,
  Call,
  Example,
  Lifecycle,
  RateLimit,
  RoutingMatch,
  ScalingSchedule,
  ScalingTarget,
  Slo,
} from '../generated/model';
import type { Fronts } from '../../core/contract/fronts';
import type { JsonSchema } from '../../core/json';
import type { Framework } from '../resolved';

/**
 * A model's documents with nothing left out: the user's own words and quantities, after short forms are spelled out, contract-wide keys are
 * handed to each version, and overrides, derivations and defaults are in. `kea show` prints this; `read.ts` turns it into `ResolvedModel`.
 * A member that is still missing is one that has no default and could not be derived; a check says so.
 */
export interface FullModel {
  readonly owner: string;
  readonly approvers: readonly string[];
  readonly description: string;
  readonly tags: readonly string[];
  readonly data: {
    readonly classification: 'public' | 'internal' | 'confidential' | 'restricted';
    readonly risk: 'minimal' | 'limited' | 'high';
  };
  readonly cors?: { readonly origins: readonly string[] };
}

export interface FullContract {
  readonly versions: { readonly [version: string]: FullVersion };
  readonly routing: {
    readonly weights?: { readonly [version: string]: number };
    readonly sticky: 'principal' | 'request';
    readonly shadow: { readonly [version: string]: number };
    readonly match: readonly RoutingMatch[];
  };
  readonly methods: { readonly [method: string]: FullMethod };
  readonly fronts: Fronts;
  readonly grpc: boolean;
  readonly slo?: Slo;
  readonly audit: { readonly level: 'metadata' | 'durable' | 'strict'; readonly payload: 'none' | 'hashed' | 'redacted' };
  readonly lifecycle: Lifecycle & { readonly retired: boolean };
}

export interface FullVersion {
  readonly artifact?: Artifact;
  readonly image?: string;
  readonly runtime: {
    readonly framework?: Framework;
    readonly loadTime: string;
    readonly concurrency: number;
    readonly queue?: number;
    readonly env: { readonly [name: string]: string };
    readonly args: readonly string[];
    readonly source?: string;
    readonly class?: string;
    readonly port?: number;
    readonly readyPath?: string;
    readonly local?: { readonly command: readonly string[] };
  };
  readonly resources: {
    readonly cpu: string | number;
    readonly memory: string;
    readonly ephemeralStorage: string;
    readonly gpu?: { readonly count: number; readonly product?: string };
  };
  readonly scaling: {
    readonly min: number;
    readonly max: number;
    readonly target: ScalingTarget;
    readonly behaviour: { readonly scaleUp: string; readonly scaleDown: string };
    readonly schedule: readonly ScalingSchedule[];
  };
}

export interface FullMethod {
  readonly summary: string;
  readonly request?: JsonSchema;
  readonly response?: JsonSchema;
  readonly responseCheck: 'none' | 'report' | 'enforce';
  readonly call?: Call;
  readonly roles: readonly string[];
  readonly public: boolean;
  readonly cache: Cache & { readonly scope: 'none' | 'shared' | 'principal' };
  readonly rateLimit?: RateLimit & { readonly per: 'second' | 'minute' | 'hour'; readonly by: 'client' | 'subject' };
  readonly timeout: string;
  readonly maxBody: string;
  readonly idempotent: boolean;
  readonly retries: number;
  readonly examples: readonly Example[];
}
