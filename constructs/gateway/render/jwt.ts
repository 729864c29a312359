import { Header } from '../../../core/contract/headers';
import type { JsonObject } from '../../../core/json';
import type { ResolvedIdentity } from '../../../schema/resolved';
import { CLAIMS_KEY, claimPath, JWT_FILTER } from './claims';
import { extension, typed } from './envoy';

/** Requirement for methods that are declared public: no token, or a valid one. */
export const OPTIONAL_TOKEN = 'optional';

/** Static cluster through which the provider's keys are fetched. */
export const IDENTITY_CLUSTER = 'identity';

const PROVIDER = 'platform';

/** Verifies tokens: only from the Authorization header, of this issuer, for this audience, with an end; on every path. */
export function jwtFilter(identity: ResolvedIdentity): JsonObject {
  return extension(JWT_FILTER, 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', {
    providers: { [PROVIDER]: provider(identity) },
    // No rule matching would mean "not verified and passed on", so the one rule matches every path, also `*`.
    rules: [{ match: { prefix: '' }, requires: { provider_name: PROVIDER } }],
    requirement_map: {
      [OPTIONAL_TOKEN]: { requires_any: { requirements: [{ provider_name: PROVIDER }, { allow_missing: {} }] } },
    },
    bypass_cors_preflight: false,
  });
}

/** Per-route configuration of a public method. */
export function optionalToken(): JsonObject {
  return typed('envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig', { requirement_name: OPTIONAL_TOKEN });
}

function provider(identity: ResolvedIdentity): JsonObject {
  return {
    issuer: identity.issuer,
    audiences: [identity.audience],
    require_expiration: true,
    clock_skew_seconds: 30,
    // Without this, Envoy also takes `?access_token=`, which ends in other people's logs.
    from_headers: [{ name: 'Authorization', value_prefix: 'Bearer ' }],
    forward: false,
    payload_in_metadata: CLAIMS_KEY,
    claim_to_headers: [
      claimHeader(Header.subject, identity.claims.subject),
      { header_name: Header.issuer, claim_name: 'iss' },
      claimHeader(Header.client, identity.claims.client),
      claimHeader(Header.roles, identity.claims.roles),
    ],
    jwt_cache_config: { jwt_cache_size: 1000, jwt_max_token_size: 8192 },
    ...keys(identity),
  };
}

function claimHeader(header: string, claim: string): JsonObject {
  const path = claimPath(claim);
  if (path.length === 1 && !claim.includes('.')) return { header_name: header, claim_name: claim };
  return { header_name: header, claim_path: path.map((key) => ({ key })) };
}

function keys(identity: ResolvedIdentity): JsonObject {
  if (identity.jwks !== undefined) return { local_jwks: { inline_string: identity.jwks } };
  return {
    remote_jwks: {
      http_uri: { uri: identity.jwksUri, cluster: IDENTITY_CLUSTER, timeout: '5s' },
      cache_duration: '300s',
      // The gateway starts without the provider: until the first fetch every token is refused, and none passes.
      async_fetch: { fast_listener: true, failed_refetch_duration: '1s' },
    },
  };
}
