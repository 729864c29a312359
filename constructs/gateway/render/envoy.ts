import type { JsonObject, JsonValue } from '../../../core/json';

/** Small words of Envoy's JSON form, so that the builders read like Envoy's own documentation. */

/** A `google.protobuf.Any` in JSON form: `type` without the `type.googleapis.com/` prefix. */
export function typed(type: string, fields: JsonObject = {}): JsonObject {
  return { '@type': `type.googleapis.com/${type}`, ...fields };
}

/** An extension: its name and its typed configuration. */
export function extension(name: string, type: string, fields: JsonObject = {}): JsonObject {
  return { name, typed_config: typed(type, fields) };
}

/** `request_headers_to_add` entry that wins over whatever the client sent. */
export function overwriteHeader(key: string, value: string): JsonObject {
  return { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
}

/** Protobuf duration from milliseconds: 2100 → `2.1s`. */
export function milliseconds(ms: number): string {
  return `${ms / 1000}s`;
}

/** Address of a Unix socket, `pipe`. */
export function pipeAddress(path: string, mode?: number): JsonObject {
  return { pipe: mode === undefined ? { path } : { path, mode } };
}

/** Address of a TCP socket. */
export function socketAddress(address: string, port: number): JsonObject {
  return { socket_address: { address, port_value: port } };
}

/** One header matcher by exact value; Envoy judges repeated headers one by one. */
export function exactHeader(name: string, value: string): JsonObject {
  return { name, string_match: { exact: value } };
}

/** Fixed instances of a static cluster. */
export function loadAssignment(cluster: string, addresses: readonly JsonObject[]): JsonObject {
  return { cluster_name: cluster, endpoints: [{ lb_endpoints: addresses.map((address): JsonValue => ({ endpoint: { address } })) }] };
}

/** Header mutation that removes every header whose name starts so. */
export function removePrefix(prefix: string): JsonObject {
  return { remove_on_match: { key_matcher: { prefix } } };
}
