import { EDGE_HEALTH_PATH } from '../../../core/contract/ports';
import type { JsonObject } from '../../../core/json';
import type { ResolvedIdentity } from '../../../schema/resolved';
import { corsFilter } from './cors';
import { exactHeader, extension } from './envoy';
import { jwtFilter } from './jwt';
import { csrfFilter, loginFilter } from './login';
import { authzFilter } from './ext-authz';
import type { ResolvedGatewayOptions } from './options';
import { rbacFilter } from './rbac';

/**
 * The edge's filters in request order; responses run in reverse, so the compressor works last.
 * Whatever can answer 200 for a model stands after `jwt_authn` and `rbac` (`checks.ts` proves it).
 */
export function edgeFilters(identity: ResolvedIdentity, options: ResolvedGatewayOptions): readonly JsonObject[] {
  return [
    healthCheck(),
    compressor(),
    corsFilter(),
    addressLimit(options.perAddress),
    extension('envoy.filters.http.body_size_limit', 'envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit', {
      max_request_bytes: options.maxBodyBytes,
    }),
    ...(options.login ? [csrfFilter(), loginFilter()] : []),
    jwtFilter(identity),
    rbacFilter(),
    authzFilter(),
    router(),
  ];
}

function healthCheck(): JsonObject {
  return extension('envoy.filters.http.health_check', 'envoy.extensions.filters.http.health_check.v3.HealthCheck', {
    pass_through_mode: false,
    headers: [exactHeader(':path', EDGE_HEALTH_PATH)],
  });
}

const COMPRESSED = [
  'application/json',
  'application/problem+json',
  'text/html',
  'text/css',
  'text/plain',
  'application/javascript',
  'image/svg+xml',
] as const;

function compressor(): JsonObject {
  return extension('envoy.filters.http.compressor', 'envoy.extensions.filters.http.compressor.v3.Compressor', {
    response_direction_config: {
      common_config: {
        enabled: { default_value: true, runtime_key: 'kea.unused' },
        min_content_length: 1024,
        // No text/event-stream: a stream compressed in blocks is a stream held back.
        content_type_matcher: COMPRESSED.map((prefix) => ({ prefix })),
      },
      remove_accept_encoding_header: true,
    },
    compressor_library: extension('gzip', 'envoy.extensions.compression.gzip.compressor.v3.Gzip', { compression_level: 'BEST_SPEED' }),
  });
}

// Protects the verification of tokens, not the models: those have limits per caller in the processor.
function addressLimit(limit: ResolvedGatewayOptions['perAddress']): JsonObject {
  const always = { default_value: { numerator: 100, denominator: 'HUNDRED' }, runtime_key: 'kea.unused' };
  const bucket = (factor: number): JsonObject => ({
    max_tokens: limit.burst * factor,
    tokens_per_fill: limit.perSecond * factor,
    fill_interval: '1s',
  });
  return extension('envoy.filters.http.local_ratelimit', 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit', {
    stat_prefix: 'address',
    filter_enabled: always,
    filter_enforced: always,
    token_bucket: bucket(100),
    always_consume_default_token_bucket: false,
    rate_limits: [{ actions: [{ remote_address: {} }] }],
    descriptors: [{ entries: [{ key: 'remote_address' }], token_bucket: bucket(1) }],
    // A forgotten address starts with a full bucket, so far more are remembered than come at once.
    max_dynamic_descriptors: 50_000,
  });
}

function router(): JsonObject {
  return extension('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true });
}
