import type { Bundle } from './bundle';
import { edgeRouteConfiguration } from '../../../core/contract/edge-routes';
import type { JsonObject } from '../../../core/json';
import type { ResolvedPlatform } from '../../../schema/resolved';
import { edgeListener, routesByAds } from './edge-listener';
import { extension, socketAddress } from './envoy';
import { innerListener } from './inner-listener';
import { type GatewayOptions, resolveOptions, type ResolvedGatewayOptions } from './options';
import { ADS_CLUSTER, platformClusters } from './platform-clusters';
import { probeListener } from './probe-listener';
import { statsConfig } from './stats';
import { insideExtension, proxyListeners, throughProxies } from './through-proxy';

/** What Envoy starts with; everything that belongs to models comes later from the supervisor, over `ads.sock`. */
export function buildBootstrap(platform: ResolvedPlatform, options: GatewayOptions = {}): JsonObject {
  const resolved = resolveOptions(options);
  return {
    ...common(platform, resolved),
    dynamic_resources: {
      ads_config: { api_type: 'GRPC', transport_api_version: 'V3', grpc_services: [{ envoy_grpc: { cluster_name: ADS_CLUSTER } }] },
      cds_config: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' },
    },
    static_resources: {
      listeners: [
        edgeListener(platform, resolved),
        innerListener(resolved),
        probeListener(resolved, routesByAds()),
        ...proxyListeners(platform.stack.identity),
      ],
      clusters: [...platformClusters(platform.stack.identity, resolved)],
    },
  };
}

/** The same gateway as one file with nothing left to discover, for `envoy --mode validate`. Model clusters have no instances in it. */
export function buildStatic(platform: ResolvedPlatform, bundle: Bundle, options: GatewayOptions = {}): JsonObject {
  const resolved = resolveOptions(options);
  const routes = { route_config: edgeRouteConfiguration(bundle.index, bundle.parts) };
  const models = bundle.parts.flatMap((part) => part.clusters.map(withoutDiscovery));
  return {
    ...common(platform, resolved),
    static_resources: {
      listeners: [
        edgeListener(platform, resolved, routes),
        innerListener(resolved),
        probeListener(resolved, routes),
        ...proxyListeners(platform.stack.identity),
      ],
      clusters: [...platformClusters(platform.stack.identity, resolved), ...bundle.index.platformClusters, ...models],
    },
  };
}

function common(platform: ResolvedPlatform, options: ResolvedGatewayOptions): JsonObject {
  return {
    node: { id: options.nodeId, cluster: `kea-${platform.stack.name}` },
    admin: { address: socketAddress('127.0.0.1', options.adminPort) },
    // No admin layer: nothing of this can be changed in a running gateway. Without strict chunks, Envoy passes over bytes behind a chunk and takes what follows as a call.
    layered_runtime: {
      layers: [
        {
          name: 'kea',
          static_layer: {
            'envoy.reloadable_features.oauth2_use_gcm_encryption': true,
            'envoy.reloadable_features.strict_chunk_parsing': true,
          },
        },
      ],
    },
    ...(throughProxies(platform.stack.identity).length > 0 ? { bootstrap_extensions: [insideExtension()] } : {}),
    overload_manager: overload(options),
    stats_config: statsConfig(),
  };
}

function overload(options: ResolvedGatewayOptions): JsonObject {
  const heap = 'envoy.resource_monitors.fixed_heap';
  const trigger = (value: number): JsonObject => ({ name: heap, threshold: { value } });
  return {
    refresh_interval: '0.25s',
    resource_monitors: [
      extension(heap, 'envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig', { max_heap_size_bytes: options.maxHeapBytes }),
      extension(
        'envoy.resource_monitors.global_downstream_max_connections',
        'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
        { max_active_downstream_connections: options.maxConnections },
      ),
    ],
    actions: [
      { name: 'envoy.overload_actions.shrink_heap', triggers: [trigger(0.9)] },
      { name: 'envoy.overload_actions.disable_http_keepalive', triggers: [trigger(0.92)] },
      { name: 'envoy.overload_actions.stop_accepting_requests', triggers: [trigger(0.95)] },
    ],
  };
}

function withoutDiscovery(cluster: JsonObject): JsonObject {
  const { eds_cluster_config: _, ...rest } = cluster;
  return { ...rest, type: 'STATIC', load_assignment: { cluster_name: rest['name'], endpoints: [] } };
}
