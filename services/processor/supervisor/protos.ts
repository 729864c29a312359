import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Field, Root } from 'protobufjs';
import { packageRoot } from '../../../core/package-root';

/** Files whose types the supervisor serves; what they import comes with them. */
const FILES = [
  'envoy/service/discovery/v3/discovery.proto',
  'envoy/config/cluster/v3/cluster.proto',
  'envoy/config/endpoint/v3/endpoint.proto',
  'envoy/config/route/v3/route.proto',
  'envoy/extensions/filters/http/rbac/v3/rbac.proto',
  'envoy/extensions/filters/http/jwt_authn/v3/config.proto',
  'envoy/extensions/filters/http/cors/v3/cors.proto',
  'envoy/extensions/filters/http/csrf/v3/csrf.proto',
  'envoy/extensions/retry/host/previous_hosts/v3/previous_hosts.proto',
  'envoy/extensions/upstreams/http/v3/http_protocol_options.proto',
  'envoy/type/matcher/v3/http_inputs.proto',
  'xds/type/matcher/v3/matcher.proto',
  'xds/type/v3/typed_struct.proto',
] as const;

/**
 * Fields of Envoy 1.40 that are younger than the published definitions. Numbers are those of Envoy's own files;
 * `test/services/supervisor` sends each to a real Envoy and reads it back.
 */
const YOUNGER_FIELDS: readonly { readonly type: string; readonly field: string; readonly id: number; readonly fieldType: string }[] = [
  { type: 'envoy.config.route.v3.Route', field: 'request_body_buffer_limit', id: 20, fieldType: 'google.protobuf.UInt64Value' },
];

/** Envoy's message types, with the field names as Envoy writes them. Takes about half a second: call once. */
export function loadProtos(): Root {
  const folders = protoFolders();
  const root = new Root();
  root.resolvePath = (_origin, target) => folders.map((folder) => join(folder, target)).find((file) => existsSync(file)) ?? target;
  root.loadSync([...FILES], { keepCase: true });
  for (const { type, field, id, fieldType } of YOUNGER_FIELDS) {
    const message = root.lookupType(type);
    if (!message.fields[field]) message.add(new Field(field, id, fieldType));
  }
  root.resolveAll();
  return root;
}

function protoFolders(): readonly string[] {
  const require = createRequire(join(packageRoot(), 'package.json'));
  const xds = join(dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps');
  const own = dirname(require.resolve('protobufjs/package.json'));
  return [...['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((folder) => join(xds, folder)), own];
}
