import { GRPC_SERVICE } from '../../../core/contract/fronts';
import type { JsonObject } from '../../../core/json';
import { Header } from '../../../core/contract/headers';
import { CLAIMS_KEY, JWT_FILTER } from './claims';
import { extension } from './envoy';
import { details, status } from './local-replies';

/**
 * One JSON line for every request that the edge refused or failed by itself; the processor records those that reached it.
 * No token, no cookie, no query string, no body ever stands in it.
 */
export function refusalLog(file: string): JsonObject {
  return {
    ...logger(file, line()),
    filter: { and_filter: { filters: [status('GE', 400), grpc(false), details("response.code_details != 'via_upstream'")] } },
  };
}

/** One line for every gRPC call when it ends: the processor recorded under the same id that it was let go. */
export function grpcLog(file: string): JsonObject {
  return { ...logger(file, { ...line(), grpcStatus: '%GRPC_STATUS_NUMBER%' }), filter: grpc(true) };
}

function logger(file: string, json_format: JsonObject): JsonObject {
  const format = { json_format, omit_empty_values: true };
  return file === '/dev/stdout'
    ? extension('envoy.access_loggers.stdout', 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', { log_format: format })
    : extension('envoy.access_loggers.file', 'envoy.extensions.access_loggers.file.v3.FileAccessLog', { path: file, log_format: format });
}

// Chooses the line only; nothing is admitted by it.
function grpc(is: boolean): JsonObject {
  return { header_filter: { header: { name: ':path', string_match: { prefix: GRPC_SERVICE }, ...(is ? {} : { invert_match: true }) } } };
}

function line(): JsonObject {
  const claim = (name: string): string => `%DYNAMIC_METADATA(${JWT_FILTER}:${CLAIMS_KEY}:${name})%`;
  return {
    source: 'edge',
    time: '%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%',
    id: '%STREAM_ID%',
    subject: claim('sub'),
    issuer: claim('iss'),
    method: '%REQ(:METHOD)%',
    path: '%PATH(NQ)%',
    route: '%ROUTE_NAME%',
    status: '%RESPONSE_CODE%',
    details: '%RESPONSE_CODE_DETAILS%',
    flags: '%RESPONSE_FLAGS%',
    bytes: '%BYTES_RECEIVED%',
    durationMs: '%DURATION%',
    address: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
    pinned: `%REQ(${Header.version})%`,
  };
}
