import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Field, Root, Type } from 'protobufjs';
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
 * What Envoy 1.40 knows and the published definitions do not yet. Numbers are those of the descriptors inside Envoy's own binary,
 * against which `test/integration/envoy/protos.test.ts` holds them.
 */
export const YOUNGER_FIELDS: readonly {
  readonly type: string;
  readonly field: string;
  readonly id: number;
  readonly fieldType: string;
  readonly oneof?: string;
}[] = [
  { type: 'envoy.config.route.v3.Route', field: 'request_body_buffer_limit', id: 20, fieldType: 'google.protobuf.UInt64Value' },
  { type: 'envoy.config.rbac.v3.SourcedMetadata', field: 'metadata_matcher', id: 1, fieldType: 'envoy.type.matcher.v3.MetadataMatcher' },
  {
    type: 'envoy.config.rbac.v3.Principal',
    field: 'sourced_metadata',
    id: 13,
    fieldType: 'envoy.config.rbac.v3.SourcedMetadata',
    oneof: 'identifier',
  },
];

/** Envoy's message types, with the field names as Envoy writes them. Takes about half a second: call once. */
export function loadProtos(): Root {
  const folders = protoFolders();
  const root = new Root();
  root.resolvePath = (_origin, target) => folders.map((folder) => join(folder, target)).find((file) => existsSync(file)) ?? target;
  root.loadSync([...FILES], { keepCase: true });
  for (const younger of YOUNGER_FIELDS) addField(root, younger);
  root.resolveAll();
  return root;
}

function addField(root: Root, { type, field, id, fieldType, oneof }: (typeof YOUNGER_FIELDS)[number]): void {
  const at = type.lastIndexOf('.');
  const found = root.lookup(type);
  const message = found instanceof Type ? found : new Type(type.slice(at + 1));
  if (message !== found) root.define(type.slice(0, at)).add(message);
  if (message.fields[field]) return;
  const added = new Field(field, id, fieldType);
  const choice = oneof === undefined ? undefined : message.oneofs[oneof];
  if (choice) choice.add(added);
  else message.add(added);
}

function protoFolders(): readonly string[] {
  const require = createRequire(join(packageRoot(), 'package.json'));
  const xds = join(dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps');
  const own = dirname(require.resolve('protobufjs/package.json'));
  return [...['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((folder) => join(xds, folder)), own];
}
