import { Header } from '../../../core/contract/headers';
import { PORTAL_PATH } from '../../../core/contract/ports';
import type { JsonObject } from '../../../core/json';
import type { ResolvedIdentity } from '../../../schema/resolved';
import { toProcessor } from './contract-routes';
import { exactHeader, overwriteHeader } from './envoy';
import { AUTHZ_FILTER, askProcessor } from './ext-authz';
import { loginRoute } from './login';
import type { LoginOptions } from './options';
import { PORTAL_CLUSTER } from './platform-clusters';
import { allowAuthenticated, RBAC_FILTER } from './rbac';

/** Routes that belong to no model; every verified caller may use them, and the processor shows each what they may call. */
export function platformRoutes(identity: ResolvedIdentity, login?: LoginOptions): readonly JsonObject[] {
  return [
    page(identity, '/models', 'platform/models'),
    page(identity, '/openapi.json', 'platform/openapi'),
    // The Open Inference Protocol asks a server before it asks for a model.
    ...['/v2', '/v2/health/live', '/v2/health/ready'].map((path) => page(identity, path, 'platform/v2')),
    {
      name: 'platform/docs',
      match: { path_separated_prefix: PORTAL_PATH },
      route: { cluster: PORTAL_CLUSTER, timeout: '15s' },
      typed_per_filter_config: {
        ...(login ? loginRoute(login) : {}),
        [RBAC_FILTER]: allowAuthenticated(identity),
        // The portal is not the processor, which knows the deny list.
        [AUTHZ_FILTER]: askProcessor(),
      },
    },
  ];
}

function page(identity: ResolvedIdentity, path: string, id: string): JsonObject {
  return {
    name: id,
    match: { path, headers: [exactHeader(':method', 'GET')] },
    route: toProcessor(5000),
    request_headers_to_add: [overwriteHeader(Header.route, id)],
    typed_per_filter_config: { [RBAC_FILTER]: allowAuthenticated(identity) },
  };
}
