import { INTERNAL_PREFIX } from '../../../core/contract/headers';
import { EDGE_ROUTES } from '../../../core/contract/edge-routes';
import type { JsonObject } from '../../../core/json';
import type { ResolvedPlatform } from '../../../schema/resolved';
import { grpcLog, refusalLog } from './access-log';
import { edgeFilters } from './edge-filters';
import { extension, removePrefix, socketAddress, typed } from './envoy';
import { localReplies } from './local-replies';
import type { ResolvedGatewayOptions } from './options';

/** Headers that could make another program read a request otherwise than the edge judged it. Removed before a route is chosen. */
const REMOVED_HEADERS = [
  'forwarded',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
] as const;

/** The public listener: decides who may call, and hands every admitted call to the processor. */
export function edgeListener(platform: ResolvedPlatform, options: ResolvedGatewayOptions, routes: JsonObject = routesByAds()): JsonObject {
  return {
    name: 'edge',
    address: socketAddress(options.edge.address, options.edge.port),
    traffic_direction: 'INBOUND',
    per_connection_buffer_limit_bytes: 32 * 1024,
    enable_reuse_port: true,
    tcp_backlog_size: 4096,
    filter_chains: [
      {
        ...(options.edge.tls ? { transport_socket: serverTls(options.edge.tls.sdsFile) } : {}),
        transport_socket_connect_timeout: '5s',
        filters: [extension('envoy.filters.network.http_connection_manager', MANAGER, { ...manager(platform, options), ...routes })],
      },
    ],
  };
}

const MANAGER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** Routes come from the supervisor. Without a time limit: the port opens only once there are routes to judge by. */
export function routesByAds(): JsonObject {
  return { rds: { route_config_name: EDGE_ROUTES, config_source: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' } } };
}

function manager(platform: ResolvedPlatform, options: ResolvedGatewayOptions): JsonObject {
  return {
    stat_prefix: 'edge',
    codec_type: 'AUTO',
    server_name: 'kea',
    access_log: [refusalLog(options.accessLog), grpcLog(options.accessLog)],
    ...clientAddress(platform, options),
    ...paths(),
    ...timeouts(),
    early_header_mutation_extensions: [removeInternalHeaders()],
    request_id_extension: {
      // The nibble that Envoy would use for tracing stays as RFC 4122 wants it: the id is an audit id.
      typed_config: typed('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig', { pack_trace_reason: false }),
    },
    generate_request_id: true,
    preserve_external_request_id: false,
    always_set_request_id_in_response: true,
    max_request_headers_kb: 48,
    http_protocol_options: { accept_http_10: false, allow_chunked_length: false },
    http2_protocol_options: { max_concurrent_streams: 100, initial_stream_window_size: 65_536, initial_connection_window_size: 1_048_576 },
    local_reply_config: localReplies(platform.stack.identity),
    http_filters: [...edgeFilters(platform.stack.identity, options)],
  };
}

function clientAddress(platform: ResolvedPlatform, options: ResolvedGatewayOptions): JsonObject {
  const inFront = platform.stack.exposure.kind === 'httpRoute' || platform.stack.exposure.kind === 'ingress' ? 1 : 0;
  return {
    use_remote_address: true,
    xff_num_trusted_hops: options.trustedHops ?? inFront,
    // Nobody is internal: x-envoy-* overrides and request ids are taken from no client. An empty list would mean "all private addresses".
    internal_address_config: { unix_sockets: false, cidr_ranges: [{ address_prefix: '255.255.255.255', prefix_len: 32 }] },
    forward_client_cert_details: 'SANITIZE',
  };
}

function paths(): JsonObject {
  return {
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: 'REJECT_REQUEST',
    strip_trailing_host_dot: true,
  };
}

function timeouts(): JsonObject {
  return {
    request_headers_timeout: '10s',
    request_timeout: '60s',
    stream_idle_timeout: '300s',
    drain_timeout: '5s',
    delayed_close_timeout: '1s',
    common_http_protocol_options: {
      idle_timeout: '300s',
      max_headers_count: 100,
      max_stream_duration: '3600s',
      headers_with_underscores_action: 'REJECT_REQUEST',
    },
  };
}

function removeInternalHeaders(): JsonObject {
  return extension(
    'envoy.http.early_header_mutation.header_mutation',
    'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
    {
      mutations: [removePrefix(INTERNAL_PREFIX), removePrefix('x-envoy-'), ...REMOVED_HEADERS.map((name) => ({ remove: name }))],
    },
  );
}

function serverTls(sdsFile: string): JsonObject {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      common_tls_context: {
        tls_params: { tls_minimum_protocol_version: 'TLSv1_2', tls_maximum_protocol_version: 'TLSv1_3' },
        alpn_protocols: ['h2', 'http/1.1'],
        tls_certificate_sds_secret_configs: [
          { name: 'edge', sds_config: { path_config_source: { path: sdsFile }, resource_api_version: 'V3' } },
        ],
      },
    }),
  };
}
