import type { JsonObject } from '../../../core/json';
import { milliseconds, typed } from './envoy';
import { towardsModel } from './towards-model';

/** What balancing needs to know of one model version. */
export interface ModelClusterInput {
  /** `versionName(model, version)`. */
  readonly name: string;
  /** Concurrent requests that all instances together take: largest number of replicas × concurrency of one. */
  readonly concurrency: number;
  /** Seconds that a fresh instance gets to warm up. @default 15 */
  readonly slowStartSeconds?: number;
  /** Zones are weighed as the instances' discovery says. @default false: every instance alike */
  readonly zones?: boolean;
}

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** One cluster per model version; its instances come by EDS. */
export function modelCluster(input: ModelClusterInput): JsonObject {
  return {
    name: input.name,
    type: 'EDS',
    eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '5s' } },
    connect_timeout: '1s',
    per_connection_buffer_limit_bytes: 1024 * 1024,
    lb_policy: 'LEAST_REQUEST',
    least_request_lb_config: {
      choice_count: 2,
      slow_start_config: { slow_start_window: milliseconds((input.slowStartSeconds ?? 15) * 1000), min_weight_percent: { value: 10 } },
    },
    // Better no answer than one from an instance that was ejected: the processor then turns to a sibling version.
    common_lb_config: {
      healthy_panic_threshold: { value: 0 },
      update_merge_window: '0s',
      ...(input.zones ? { locality_weighted_lb_config: {} } : {}),
    },
    circuit_breakers: { thresholds: [breakers(input.concurrency)] },
    outlier_detection: outliers(),
    typed_extension_protocol_options: {
      // Common model servers close idle connections after 5 s; ours must go first, or a request meets a closing one.
      [HTTP_OPTIONS]: typed(HTTP_OPTIONS, {
        common_http_protocol_options: { idle_timeout: '4s' },
        explicit_http_config: { http_protocol_options: {} },
      }),
    },
  };
}

/** The cluster of a version's gRPC port: the same instances and bounds, HTTP/2, and no header of this pod for the model. */
export function grpcCluster(input: ModelClusterInput): JsonObject {
  return {
    ...modelCluster(input),
    typed_extension_protocol_options: {
      [HTTP_OPTIONS]: typed(HTTP_OPTIONS, {
        common_http_protocol_options: { idle_timeout: '60s' },
        explicit_http_config: { http2_protocol_options: { connection_keepalive: { interval: '30s', timeout: '10s' } } },
        http_filters: [...towardsModel()],
      }),
    },
  };
}

// What runs is bounded by the instances; what waits, by as much again and never fewer than 64.
function breakers(concurrency: number): JsonObject {
  const running = Math.max(1, Math.ceil(concurrency));
  return {
    priority: 'DEFAULT',
    max_connections: running,
    max_requests: running,
    max_pending_requests: Math.max(64, running),
    // Each that runs may be sent once more: fewer would lose calls whenever an instance goes.
    max_retries: Math.max(3, running),
    track_remaining: true,
  };
}

// A model's own 500 says nothing about the instance (a poisonous input would eject them all): only gateway failures count.
function outliers(): JsonObject {
  return {
    split_external_local_origin_errors: true,
    consecutive_local_origin_failure: 3,
    consecutive_gateway_failure: 5,
    enforcing_consecutive_gateway_failure: 100,
    enforcing_consecutive_5xx: 0,
    enforcing_success_rate: 0,
    enforcing_local_origin_success_rate: 0,
    interval: '2s',
    base_ejection_time: '10s',
    max_ejection_time: '60s',
    max_ejection_percent: 50,
  };
}
