import { isIP } from 'node:net';
import type { Endpoint, Endpoints, GatewayZones } from '../../../core/contract/endpoints';
import { zoneWeights } from '../../../core/decide/zone-weights';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json';
import type { EncodedAny, Encoder } from './encode';

/**
 * Reads `endpoints.json`.
 *
 * @throws Error naming the first entry that is no instance: host names in particular, which Envoy would not resolve.
 */
export function parseEndpoints(text: string): Endpoints {
  const value = parse(text, 'endpoints.json');
  return Object.fromEntries(
    Object.entries(value).map(([cluster, list]) => {
      if (!Array.isArray(list)) throw new Error(`endpoints.json: ${cluster} is not a list`);
      return [cluster, (list as readonly JsonValue[]).map((entry) => parseEndpoint(cluster, entry))];
    }),
  );
}

/**
 * Reads `zones.json`.
 *
 * @throws Error naming the first entry that is no number of pods.
 */
export function parseZones(text: string): GatewayZones {
  const { own, gateways } = parse(text, 'zones.json');
  if (!isJsonObject(gateways)) throw new Error('zones.json: gateways is not a JSON object');
  for (const [zone, pods] of Object.entries(gateways))
    if (typeof pods !== 'number' || !Number.isInteger(pods) || pods < 1)
      throw new Error(`zones.json: zone ${JSON.stringify(zone)} has a number of pods that is not 1 or more`);
  return { ...(typeof own === 'string' ? { own } : {}), gateways: gateways as GatewayZones['gateways'] };
}

/** Clusters with at least one instance. */
export function readyClusters(endpoints: Endpoints): readonly string[] {
  return Object.keys(endpoints)
    .filter((cluster) => (endpoints[cluster]?.length ?? 0) > 0)
    .sort();
}

/** Envoy's `ClusterLoadAssignment`: one locality a zone, weighed where one is preferred. Envoy takes no notice of weights when a cluster has none. */
export function encodeAssignment(encoder: Encoder, cluster: string, instances: readonly Endpoint[], zones?: GatewayZones): EncodedAny {
  const counts = new Map<string, number>();
  for (const { zone = '' } of instances) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  const weights = zones && zoneWeights(new Map(Object.entries(zones.gateways)), counts, zones.own);
  return encoder.any({
    '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    cluster_name: cluster,
    endpoints: [...counts.keys()].sort().map((zone) => ({
      locality: zone === '' ? {} : { zone },
      lb_endpoints: instances.filter((each) => (each.zone ?? '') === zone).map(lbEndpoint),
      ...(weights ? { load_balancing_weight: weights.get(zone) } : {}),
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

function parse(text: string, file: string): JsonObject {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw new Error(`${file} is not JSON`);
  }
  if (!isJsonObject(value)) throw new Error(`${file} is not a JSON object`);
  return value;
}
