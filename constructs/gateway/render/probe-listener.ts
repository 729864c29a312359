import { Socket, WorkerPath } from '../../../core/contract/ports';
import type { JsonObject } from '../../../core/json';
import { extension, pipeAddress } from './envoy';
import type { ResolvedGatewayOptions } from './options';

/**
 * A third listener, inside the pod only, for one question of the supervisor: do the routes that Envoy has now lead to a worker that has the same bundle?
 * It has the edge's own routes and no token, so its filter lets nothing but that one path pass.
 */
export function probeListener(options: ResolvedGatewayOptions, routes: JsonObject): JsonObject {
  const manager = {
    stat_prefix: 'probe',
    codec_type: 'HTTP1',
    request_headers_timeout: '5s',
    stream_idle_timeout: '5s',
    common_http_protocol_options: { idle_timeout: '60s', max_headers_count: 20 },
    ...routes,
    http_filters: [onlyTheQuestion(), extension('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router')],
  };
  return {
    name: 'probe',
    address: pipeAddress(`${options.socketFolder}/${Socket.probe}`, 0o660),
    // Stays open while the public listener drains.
    traffic_direction: 'OUTBOUND',
    filter_chains: [
      {
        filters: [
          extension(
            'envoy.filters.network.http_connection_manager',
            'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
            manager,
          ),
        ],
      },
    ],
  };
}

// By a name of its own: the rules that routes carry for the edge's filter do not reach it.
function onlyTheQuestion(): JsonObject {
  return extension('kea.probe', 'envoy.extensions.filters.http.rbac.v3.RBAC', {
    rules: {
      action: 'ALLOW',
      policies: { ready: { permissions: [{ url_path: { path: { exact: WorkerPath.ready } } }], principals: [{ any: true }] } },
    },
  });
}
