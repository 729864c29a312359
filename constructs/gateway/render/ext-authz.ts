import { AUTHZ_ROUTE } from '../../../core/contract/edge-routes';
import { Header } from '../../../core/contract/headers';
import { WorkerPath } from '../../../core/contract/ports';
import type { JsonObject } from '../../../core/json';
import { extension, typed } from './envoy';
import { PROCESSOR_CLUSTER } from './platform-clusters';

export const AUTHZ_FILTER = 'envoy.filters.http.ext_authz';

/** What the processor is told of a call that passes it by: who calls what, never a token or a body. */
const TOLD = [
  ...[Header.subject, Header.issuer, Header.client, Header.tokenId, Header.tenant, Header.roles],
  ...[Header.model, Header.version, Header.requestId],
] as const;

/**
 * Asks a worker about what does not go through it. Of each gRPC call: deny list, limits, and the record that it was made; of each page of the portal: deny list. Off in the listener, on for the routes that
 * carry `askProcessor`. No answer, a late one or a broken one is a refusal.
 */
export function authzFilter(): JsonObject {
  return {
    ...extension(AUTHZ_FILTER, 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz', {
      transport_api_version: 'V3',
      failure_mode_allow: false,
      status_on_error: { code: 'ServiceUnavailable' },
      clear_route_cache: false,
      http_service: {
        server_uri: { uri: `http://${PROCESSOR_CLUSTER}`, cluster: PROCESSOR_CLUSTER, timeout: '1s' },
        path_prefix: WorkerPath.authz,
        authorization_request: { headers_to_add: [{ key: Header.route, value: AUTHZ_ROUTE }] },
        authorization_response: { allowed_client_headers: { patterns: [{ exact: 'retry-after' }] } },
      },
      allowed_headers: { patterns: TOLD.map((exact) => ({ exact })) },
    }),
    disabled: true,
  };
}

/** Per-route configuration that switches the question on. */
export function askProcessor(): JsonObject {
  return typed('envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute', { check_settings: {} });
}
