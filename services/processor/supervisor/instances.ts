import { isIP } from 'node:net';
import type { Endpoint, Endpoints } from '../../../core/contract/endpoints';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json';
import type { EncodedAny, Encoder } from './encode';

/**
 * Reads `endpoints.json`.
 *
 * @throws Error naming the first entry that is no instance: host names in particular, which Envoy would not resolve.
 */
export function parseEndpoints(text: string): Endpoints {
  const value = parse(text);
  if (!isJsonObject(value)) throw new Error('endpoints.json is not a JSON object');
  return Object.fromEntries(
    Object.entries(value).map(([cluster, list]) => {
      if (!Array.isArray(list)) throw new Error(`endpoints.json: ${cluster} is not a list`);
      return [cluster, (list as readonly JsonValue[]).map((entry) => parseEndpoint(cluster, entry))];
    }),
  );
}

/** Clusters with at least one instance. */
export function readyClusters(endpoints: Endpoints): readonly string[] {
  return Object.keys(endpoints)
    .filter((cluster) => (endpoints[cluster]?.length ?? 0) > 0)
    .sort();
}

/** Envoy's `ClusterLoadAssignment`: one locality a zone. */
export function encodeAssignment(encoder: Encoder, cluster: string, instances: readonly Endpoint[]): EncodedAny {
  const zones = [...new Set(instances.map(({ zone }) => zone ?? ''))].sort();
  return encoder.any({
    '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    cluster_name: cluster,
    endpoints: zones.map((zone) => ({
      locality: zone === '' ? {} : { zone },
      lb_endpoints: instances.filter((each) => (each.zone ?? '') === zone).map(lbEndpoint),
    })),
  });
}

function lbEndpoint({ address, port }: Endpoint): JsonObject {
  return { endpoint: { address: { socket_address: { address, port_value: port } } } };
}

function parseEndpoint(cluster: string, entry: JsonValue): Endpoint {
  const { address, port, zone } = isJsonObject(entry) ? entry : {};
  if (typeof address !== 'string' || isIP(address) === 0)
    throw new Error(`endpoints.json: ${cluster} has an address that is no IP address`);
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`endpoints.json: ${cluster} has a port that is no port`);
  return typeof zone === 'string' ? { address, port, zone } : { address, port };
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new Error('endpoints.json is not JSON');
  }
}
