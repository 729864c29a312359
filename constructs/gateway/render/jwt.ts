import { Header } from '../../../core/contract/headers';
import type { JsonObject } from '../../../core/json';
import { CLOCK_SKEW_SECONDS, claimPath } from '../../../core/contract/identity';
import { issuersOf, trustedIssuer } from '../../../schema/access/issuers';
import type { ResolvedIdentity, ResolvedIssuer } from '../../../schema/resolved';
import { CLAIMS_KEY, JWT_FILTER, PLAIN_NAME } from './claims';
import { extension, typed } from './envoy';

/** Requirement for methods that are declared public: no token, or a valid one. */
export const OPTIONAL_TOKEN = 'optional';

/** Static cluster through which a provider's keys are fetched: `identity`, then `identity-1` and so on for those besides. */
export function identityClusterName(at: number): string {
  return at === 0 ? IDENTITY_CLUSTER : `${IDENTITY_CLUSTER}-${at}`;
}

export const IDENTITY_CLUSTER = 'identity';

const PROVIDER = 'platform';

/** Verifies tokens: only from the Authorization header, of a trusted issuer, for its audience, with an end; on every path. */
export function jwtFilter(identity: ResolvedIdentity): JsonObject {
  const providers = issuersOf(identity).map((issuer, at) => [at === 0 ? PROVIDER : `${PROVIDER}-${at}`, provider(issuer, at)] as const);
  const names = providers.map(([name]) => ({ provider_name: name }));
  const [only] = names;
  return extension(JWT_FILTER, 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', {
    providers: Object.fromEntries(providers),
    // No rule matching would mean "not verified and passed on", so the one rule matches every path, also `*`.
    rules: [{ match: { prefix: '' }, requires: names.length === 1 && only ? only : { requires_any: { requirements: names } } }],
    requirement_map: {
      [OPTIONAL_TOKEN]: { requires_any: { requirements: [...names, { allow_missing: {} }] } },
    },
    bypass_cors_preflight: false,
  });
}

/** Per-route configuration of a public method. */
export function optionalToken(): JsonObject {
  return typed('envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig', { requirement_name: OPTIONAL_TOKEN });
}

function provider(identity: ResolvedIssuer, at: number): JsonObject {
  return {
    issuer: identity.issuer,
    audiences: trustedIssuer(identity).audiences,
    ...(identity.claims.subject === 'sub' ? { subjects: { safe_regex: { regex: `(${PLAIN_NAME})?` } } } : {}),
    require_expiration: true,
    clock_skew_seconds: CLOCK_SKEW_SECONDS,
    // Without this, Envoy also takes `?access_token=`, which ends in other people's logs.
    from_headers: [{ name: 'Authorization', value_prefix: 'Bearer ' }],
    forward: false,
    payload_in_metadata: CLAIMS_KEY,
    claim_to_headers: [
      claimHeader(Header.subject, identity.claims.subject),
      { header_name: Header.issuer, claim_name: 'iss' },
      claimHeader(Header.client, identity.claims.client),
      claimHeader(Header.roles, identity.claims.roles),
      { header_name: Header.tokenId, claim_name: 'jti' },
      ...(identity.claims.tenant === undefined ? [] : [claimHeader(Header.tenant, identity.claims.tenant)]),
    ],
    jwt_cache_config: { jwt_cache_size: 1000, jwt_max_token_size: 8192 },
    ...keys(identity, at),
  };
}

function claimHeader(header: string, claim: string): JsonObject {
  const path = claimPath(claim);
  if (path.length === 1 && !claim.includes('.')) return { header_name: header, claim_name: claim };
  return { header_name: header, claim_path: path.map((key) => ({ key })) };
}

function keys(identity: ResolvedIssuer, at: number): JsonObject {
  if (identity.jwks !== undefined) return { local_jwks: { inline_string: identity.jwks } };
  return {
    remote_jwks: {
      http_uri: { uri: identity.jwksUri, cluster: identityClusterName(at), timeout: '5s' },
      cache_duration: '300s',
      // The listener waits for the first fetch, whatever comes of it: a new gateway is ready with keys, and starts without them when the provider is away.
      // Not so behind a proxy: its listener opens with the edge's, so the first fetch fails and keys come one second later.
      async_fetch: { failed_refetch_duration: '1s' },
    },
  };
}
