import { isJsonObject, type JsonObject } from '../../core/json';
import { modelDefaults as is } from '../source/defaults';
import type { FullContract, FullMethod, FullVersion } from './full';

/** What the model gets where every document is silent. */
export const modelDefaultValues: JsonObject = { tags: [], data: { classification: is.classification, risk: is.risk } };

/** What a contract gets where every document is silent; some defaults stand only beside a key that is there. */
export function contractDefaultValues(contract: Partial<FullContract>): JsonObject {
  return {
    versions: mapped(contract.versions, versionDefaults),
    methods: mapped(contract.methods, methodDefaults),
    routing: { sticky: is.sticky, shadow: {}, match: [] },
    audit: { payload: is.auditPayload },
    grpc: is.grpc,
    lifecycle: { retired: false },
  };
}

function versionDefaults(version: Partial<FullVersion>): JsonObject {
  const { framework } = version.runtime ?? {};
  return {
    runtime: {
      loadTime: is.loadTime,
      concurrency: is.concurrency,
      env: {},
      args: [],
      ...(framework === 'container' ? { port: is.port, readyPath: is.readyPath } : {}),
    },
    resources: {
      cpu: is.cpu,
      memory: is.memory,
      ephemeralStorage: is.ephemeralStorage,
      ...(version.resources?.gpu ? { gpu: { count: is.gpuCount } } : {}),
    },
    scaling: {
      min: is.scalingMin,
      max: is.scalingMax,
      ...(version.scaling?.target ? {} : { target: { cpu: is.scalingCpu } }),
      behaviour: { scaleUp: is.scaleUp, scaleDown: is.scaleDown },
      schedule: [],
    },
  };
}

function methodDefaults(method: Partial<FullMethod>): JsonObject {
  return {
    responseCheck: is.responseCheck,
    roles: [],
    public: false,
    cache: { scope: is.cacheScope },
    ...(method.rateLimit ? { rateLimit: { per: is.rateLimitPer, by: is.rateLimitBy } } : {}),
    timeout: is.timeout,
    maxBody: is.maxBody,
    idempotent: is.idempotent,
    // A call that is not idempotent is never sent twice.
    retries: method.idempotent === false ? 0 : is.retries,
    examples: [],
  };
}

function mapped<T>(of: { readonly [key: string]: T } | undefined, make: (value: T) => JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(of ?? {}).map(([key, value]) => [key, isJsonObject(value) ? make(value as T) : {}]));
}
