import { Header } from '../../../core/contract/headers';
import { Socket } from '../../../core/contract/ports';
import type { JsonObject } from '../../../core/json';
import { extension, overwriteHeader, pipeAddress } from './envoy';
import { status } from './local-replies';
import type { ResolvedGatewayOptions } from './options';
import { towardsModel } from './towards-model';

/** The second listener, inside the pod only: balances, retries and ejects for the cluster that the processor names. */
export function innerListener(options: ResolvedGatewayOptions): JsonObject {
  return {
    name: 'inner',
    address: pipeAddress(`${options.socketFolder}/${Socket.inner}`, 0o660),
    traffic_direction: 'OUTBOUND',
    per_connection_buffer_limit_bytes: 1024 * 1024,
    filter_chains: [
      {
        filters: [
          extension(
            'envoy.filters.network.http_connection_manager',
            'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
            manager(),
          ),
        ],
      },
    ],
  };
}

function manager(): JsonObject {
  return {
    stat_prefix: 'inner',
    codec_type: 'HTTP1',
    // Whoever reaches this socket is the processor: its x-envoy-* headers set time and retries.
    use_remote_address: true,
    skip_xff_append: true,
    internal_address_config: { unix_sockets: true },
    preserve_external_request_id: true,
    generate_request_id: false,
    server_header_transformation: 'PASS_THROUGH',
    max_request_headers_kb: 64,
    request_headers_timeout: '10s',
    stream_idle_timeout: '600s',
    common_http_protocol_options: { idle_timeout: '3600s', max_headers_count: 100, max_stream_duration: '3600s' },
    // The mark tells the processor that no model spoke.
    local_reply_config: {
      mappers: [{ filter: status('GE', 400), headers_to_add: [overwriteHeader(Header.inner, '%RESPONSE_FLAGS%;%RESPONSE_CODE_DETAILS%')] }],
    },
    route_config: { name: 'inner', virtual_hosts: [{ name: 'inner', domains: ['*'], routes: [route()] }] },
    http_filters: [
      extension('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router', {
        suppress_envoy_headers: true,
        respect_expected_rq_timeout: false,
        upstream_http_filters: [...towardsModel()],
      }),
    ],
  };
}

function route(): JsonObject {
  return {
    name: 'model',
    match: { prefix: '/' },
    route: {
      cluster_header: Header.cluster,
      cluster_not_found_response_code: 'SERVICE_UNAVAILABLE',
      timeout: '60s',
      retry_policy: {
        retry_on: 'connect-failure,refused-stream,reset-before-request',
        num_retries: 1,
        retry_host_predicate: [
          extension('envoy.retry_host_predicates.previous_hosts', 'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate'),
        ],
        // Least-request prefers an instance that refuses every call: looked at until another comes up.
        host_selection_retry_max_attempts: 200,
        retry_back_off: { base_interval: '0.025s', max_interval: '0.25s' },
      },
    },
  };
}
