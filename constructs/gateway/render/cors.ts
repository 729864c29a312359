import type { JsonObject } from '../../../core/json';
import { Header } from '../../../core/contract/headers';
import { extension, typed } from './envoy';

export const CORS_FILTER = 'envoy.filters.http.cors';

/** Answers preflights of routes that carry a policy; others go on and need a token. */
export function corsFilter(): JsonObject {
  return extension(CORS_FILTER, 'envoy.extensions.filters.http.cors.v3.Cors');
}

/** Policy of one model: exact origins, tokens in headers, never cookies. */
export function corsPolicy(origins: readonly string[]): JsonObject {
  return typed('envoy.extensions.filters.http.cors.v3.CorsPolicy', {
    allow_origin_string_match: origins.map((origin) => ({ exact: origin })),
    allow_methods: 'GET, POST',
    allow_headers: `authorization, content-type, ${Header.version}`,
    expose_headers: `${Header.servedVersion}, ${Header.cacheStatus}, ${Header.requestId}, retry-after`,
    max_age: '600',
    allow_credentials: false,
    // Envoy demands an explicit share; without these two the filter answers by itself, which is what we want.
    forward_not_matching_preflights: true,
  });
}
