import { Header } from '../../core/contract/headers';
import type { JsonObject } from '../../core/json';
import type { ResolvedContract, ResolvedMethod } from '../resolved';

/** `components/headers`, those that every document uses. */
export const commonHeaders: JsonObject = {
  ModelVersion: {
    description: 'The version of the model that answered.',
    schema: { type: 'string', pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+$' },
    example: '1.0.0',
  },
  RetryAfter: {
    description: 'Seconds after which a further try makes sense.',
    schema: { type: 'integer', minimum: 0 },
    example: 1,
  },
  WwwAuthenticate: {
    description: 'How to authenticate, RFC 6750.',
    schema: { type: 'string' },
    example: 'Bearer',
  },
};

/** Headers of answers from the cache, and of limited methods; a document carries those that its methods use. */
export const cacheHeaders: JsonObject = {
  CacheStatus: {
    description: 'Whether the answer came from the cache, RFC 9211.',
    schema: { type: 'string' },
    example: 'kea; hit; ttl=42',
  },
  Age: {
    description: 'Seconds that the answer has been in the cache; only on answers from it.',
    schema: { type: 'integer', minimum: 0 },
    example: 17,
  },
};

export const limitHeaders: JsonObject = {
  RateLimit: {
    description: 'What is left of the limit, and the seconds until it is full again.',
    schema: { type: 'string' },
    example: '"default";r=599;t=60',
  },
  RateLimitPolicy: {
    description: 'The limit: requests, and the window in seconds.',
    schema: { type: 'string' },
    example: '"default";q=600;w=60',
  },
};

export const lifecycleHeaders: JsonObject = {
  Deprecation: {
    description: 'Since when, or from when on, the contract is deprecated, RFC 9745: `@` and seconds since 1970.',
    schema: { type: 'string', pattern: '^@[0-9]+$' },
    example: '@1798761600',
  },
  Sunset: {
    description: 'When the contract stops being answered, RFC 8594.',
    schema: { type: 'string' },
    example: 'Wed, 30 Jun 2027 00:00:00 GMT',
  },
};

/** Headers of a method's answer with status 200. */
export function answerHeaders(contract: ResolvedContract, method: ResolvedMethod): JsonObject {
  const { deprecated, sunset } = contract.lifecycle;
  return {
    [Header.servedVersion]: reference('ModelVersion'),
    ...(method.cache.scope === 'none' ? {} : { [Header.cacheStatus]: reference('CacheStatus'), age: reference('Age') }),
    ...(method.rateLimit ? { ratelimit: reference('RateLimit'), 'ratelimit-policy': reference('RateLimitPolicy') } : {}),
    ...(deprecated === undefined ? {} : { deprecation: reference('Deprecation') }),
    ...(sunset === undefined ? {} : { sunset: reference('Sunset') }),
  };
}

/** The part of `components/headers` that these contracts use. */
export function headerComponents(contracts: readonly ResolvedContract[]): JsonObject {
  const methods = contracts.flatMap((contract) => contract.methods);
  const lifecycles = contracts.filter((contract) => contract.methods.length > 0).map((contract) => contract.lifecycle);
  return {
    ...(methods.length > 0
      ? commonHeaders
      : { RetryAfter: commonHeaders['RetryAfter'], WwwAuthenticate: commonHeaders['WwwAuthenticate'] }),
    ...(methods.some((method) => method.cache.scope !== 'none') ? cacheHeaders : {}),
    ...(methods.some((method) => method.rateLimit) ? limitHeaders : {}),
    ...(lifecycles.some((lifecycle) => lifecycle.deprecated !== undefined) ? { Deprecation: lifecycleHeaders['Deprecation'] } : {}),
    ...(lifecycles.some((lifecycle) => lifecycle.sunset !== undefined) ? { Sunset: lifecycleHeaders['Sunset'] } : {}),
  };
}

function reference(component: string): JsonObject {
  return { $ref: `#/components/headers/${component}` };
}
