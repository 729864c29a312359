import { Socket, WorkerPath } from '../../../core/contract/ports';
import type { JsonObject } from '../../../core/json';
import { issuersOf } from '../../../schema/access/issuers';
import type { ResolvedIdentity, ResolvedIssuer } from '../../../schema/resolved';
import { loadAssignment, pipeAddress, socketAddress, typed } from './envoy';
import { identityClusterName } from './jwt';
import type { ResolvedGatewayOptions } from './options';
import { insideTransport, proxyName, throughProxies } from './through-proxy';

export const PROCESSOR_CLUSTER = 'processor';
export const PORTAL_CLUSTER = 'portal';
export const ADS_CLUSTER = 'ads';

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** Clusters of the platform itself, in the bootstrap: they change only with the pod. */
export function platformClusters(identity: ResolvedIdentity, options: ResolvedGatewayOptions): readonly JsonObject[] {
  return [
    adsCluster(options),
    processorCluster(options),
    ...(options.portal ? [hostCluster(PORTAL_CLUSTER, options.portal.host, options.portal.port)] : []),
    ...issuersOf(identity).flatMap((issuer, at) =>
      issuer.jwks === undefined || (at === 0 && options.login) ? [identityCluster(issuer, at, options)] : [],
    ),
    ...throughProxies(identity).map(({ proxy, at }) => {
      const colon = proxy.lastIndexOf(':');
      return hostCluster(proxyName(at), proxy.slice(0, colon), Number(proxy.slice(colon + 1)));
    }),
  ];
}

/** The supervisor's discovery service. */
export function adsCluster(options: ResolvedGatewayOptions): JsonObject {
  return {
    name: ADS_CLUSTER,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: loadAssignment(ADS_CLUSTER, [pipeAddress(`${options.socketFolder}/${Socket.ads}`)]),
    typed_extension_protocol_options: {
      [HTTP_OPTIONS]: typed(HTTP_OPTIONS, {
        explicit_http_config: { http2_protocol_options: { connection_keepalive: { interval: '30s', timeout: '20s' } } },
      }),
    },
  };
}

/** The request workers, one Unix socket each. */
export function processorCluster(options: ResolvedGatewayOptions): JsonObject {
  const sockets = Array.from({ length: options.workers }, (_, index) => pipeAddress(`${options.socketFolder}/${Socket.worker(index)}`));
  return {
    name: PROCESSOR_CLUSTER,
    type: 'STATIC',
    // A Unix socket takes or refuses at once; less would fire when this Envoy is busy with a burst, and refuse calls that nobody refused.
    connect_timeout: '1s',
    per_connection_buffer_limit_bytes: 1024 * 1024,
    lb_policy: 'LEAST_REQUEST',
    load_assignment: loadAssignment(PROCESSOR_CLUSTER, sockets),
    circuit_breakers: {
      thresholds: [
        {
          priority: 'DEFAULT',
          max_connections: 4096,
          max_pending_requests: 4096,
          max_requests: 8192,
          max_retries: 1024,
          track_remaining: true,
        },
      ],
    },
    // When none is healthy, all are tried: each of them is a processor, and one may just have come back.
    // Envoy would tell its threads of a change of health up to a second late, and go on choosing a worker that is gone.
    common_lb_config: { healthy_panic_threshold: { value: 1 }, update_merge_window: '0s' },
    // A worker that leaves says so here before it lets go of idle connections; one that hangs gets no further calls.
    health_checks: [
      {
        timeout: '1s',
        interval: '1s',
        unhealthy_interval: '0.25s',
        no_traffic_interval: '1s',
        unhealthy_threshold: 2,
        healthy_threshold: 1,
        http_health_check: { path: WorkerPath.health, host: PROCESSOR_CLUSTER },
      },
    ],
    // A dead worker has no active request, so least-request would choose it every time, also for the retry: the first connection that fails takes it out.
    outlier_detection: {
      split_external_local_origin_errors: true,
      consecutive_local_origin_failure: 1,
      enforcing_consecutive_local_origin_failure: 100,
      enforcing_consecutive_5xx: 0,
      enforcing_consecutive_gateway_failure: 0,
      enforcing_success_rate: 0,
      enforcing_local_origin_success_rate: 0,
      interval: '0.25s',
      base_ejection_time: '0.25s',
      max_ejection_time: '1s',
      max_ejection_percent: 50,
    },
    typed_extension_protocol_options: {
      // Workers keep connections for an hour; Envoy lets go first.
      [HTTP_OPTIONS]: typed(HTTP_OPTIONS, {
        common_http_protocol_options: { idle_timeout: '60s' },
        explicit_http_config: { http_protocol_options: {} },
      }),
    },
  };
}

/** Where the provider's keys (and, with a login, its token endpoint) are reached: host, port and TLS of `jwksUri`. */
export function identityCluster(identity: ResolvedIssuer, at: number, options: ResolvedGatewayOptions): JsonObject {
  const url = new URL(identity.jwksUri);
  const secure = url.protocol === 'https:';
  const cluster = hostCluster(identityClusterName(at), url.hostname, Number(url.port) || (secure ? 443 : 80));
  if (!secure) return cluster;
  const tls = clientTls(url.hostname, identity.ca === undefined ? options.caFile : `${issuerCaFolder(at)}/ca.crt`);
  if (identity.proxy === undefined) return { ...cluster, transport_socket: tls };
  const { type: _type, dns_lookup_family: _family, dns_refresh_rate: _rate, ...rest } = cluster;
  const inside = { endpoint: { address: { envoy_internal_address: { server_listener_name: proxyName(at) } } } };
  return {
    ...rest,
    // The proxy looks the provider up, and connects to it, in this time.
    connect_timeout: '5s',
    type: 'STATIC',
    load_assignment: { cluster_name: identityClusterName(at), endpoints: [{ lb_endpoints: [inside] }] },
    transport_socket: insideTransport(tls),
  };
}

function hostCluster(name: string, host: string, port: number): JsonObject {
  const address = host === 'localhost' ? '127.0.0.1' : host.replace(/^\[|\]$/g, '');
  const isIp = /^[\d.]+$/.test(address) || address.includes(':');
  return {
    name,
    connect_timeout: '1s',
    ...(isIp ? { type: 'STATIC' } : { type: 'STRICT_DNS', dns_lookup_family: 'V4_PREFERRED', dns_refresh_rate: '5s' }),
    load_assignment: loadAssignment(name, [socketAddress(address, port)]),
    typed_extension_protocol_options: {
      [HTTP_OPTIONS]: typed(HTTP_OPTIONS, {
        common_http_protocol_options: { idle_timeout: '4s' },
        explicit_http_config: { http_protocol_options: {} },
      }),
    },
  };
}

/** Folder in which the gateway pod has the authority of a provider's certificate, as `ca.crt`. */
export function issuerCaFolder(at: number): string {
  return `/etc/kea/issuer-ca-${at}`;
}

// Without a trusted CA and a name to compare, Envoy would verify nothing.
function clientTls(host: string, caFile: string): JsonObject {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      sni: host,
      common_tls_context: {
        tls_params: { tls_minimum_protocol_version: 'TLSv1_2', tls_maximum_protocol_version: 'TLSv1_3' },
        validation_context: {
          trusted_ca: { filename: caFile },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: host } }],
        },
      },
    }),
  };
}
