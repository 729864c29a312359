import { Encoder, EncodeError } from '../../../services/processor/supervisor/encode';
import { loadProtos } from '../../../services/processor/supervisor/protos';

const root = loadProtos();
const encoder = new Encoder(root);
const ROUTE = 'type.googleapis.com/envoy.config.route.v3.Route';

function roundTrip(value: { '@type': string; [key: string]: unknown }): unknown {
  const any = encoder.any(value as never);
  const type = root.lookupType(any.type_url.slice('type.googleapis.com/'.length));
  return type.toObject(type.decode(any.value), { enums: String, longs: Number });
}

test('durations, wrappers, enums, nested messages and maps arrive as written', () => {
  expect(
    roundTrip({
      '@type': ROUTE,
      name: 'a/v1/b',
      match: { path: '/x', headers: [{ name: ':method', string_match: { exact: 'POST' } }] },
      route: { cluster: 'processor', timeout: '2.2s', retry_policy: { retry_on: 'connect-failure', num_retries: 2 } },
      request_body_buffer_limit: 65536,
      request_headers_to_add: [{ header: { key: 'x-kea-route', value: 'a/v1/b' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
    }),
  ).toEqual({
    name: 'a/v1/b',
    match: { path: '/x', headers: [{ name: ':method', string_match: { exact: 'POST' } }] },
    route: {
      cluster: 'processor',
      timeout: { seconds: 2, nanos: 200000000 },
      retry_policy: { retry_on: 'connect-failure', num_retries: { value: 2 } },
    },
    request_body_buffer_limit: { value: 65536 },
    request_headers_to_add: [{ header: { key: 'x-kea-route', value: 'a/v1/b' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
  });
});

test.each([
  ['an unknown field', { match: { path: '/x', pathh: '/y' } }, '$.match.pathh: is unknown to envoy.config.route.v3.RouteMatch'],
  [
    'an unknown field inside an extension',
    { typed_per_filter_config: { rbac: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBACPerRoute', rback: {} } } },
    '$.typed_per_filter_config["rbac"].rback: is unknown to envoy.extensions.filters.http.rbac.v3.RBACPerRoute',
  ],
  ['two members of one choice', { match: { path: '/x', prefix: '/' } }, '$.match.prefix: excludes path'],
  [
    'a word that is no member of the enumeration',
    { request_headers_to_add: [{ append_action: 'OVERWRITE' }] },
    '$.request_headers_to_add[0].append_action: "OVERWRITE" is not one of HeaderAppendAction',
  ],
  ['a number for a duration', { route: { timeout: 2 } }, '$.route.timeout: 2 is not a duration such as "1.5s"'],
  ['a text for a number', { direct_response: { status: '404' } }, '$.direct_response.status: "404" is not a uint32'],
  ['a negative number for an unsigned one', { direct_response: { status: -1 } }, '$.direct_response.status: -1 is not a uint32'],
])('refuses %s and says where', (_what, fields, message) => {
  expect(() => encoder.any({ '@type': ROUTE, ...fields } as never)).toThrow(
    new EncodeError(message.split(': ')[0] ?? '', message.split(': ').slice(1).join(': ')),
  );
});

test('a type younger than the definitions travels as JSON for Envoy to read', () => {
  const any = encoder.any({
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute',
    config: { forward_bearer_token: true, auth_scopes: ['openid'], n: 1, none: null },
  });
  expect(any.type_url).toBe('type.googleapis.com/xds.type.v3.TypedStruct');
  const type = root.lookupType('xds.type.v3.TypedStruct');
  expect(type.toObject(type.decode(any.value))).toEqual({
    type_url: 'type.googleapis.com/envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute',
    value: {
      fields: {
        config: {
          structValue: {
            fields: {
              forward_bearer_token: { boolValue: true },
              auth_scopes: { listValue: { values: [{ stringValue: 'openid' }] } },
              n: { numberValue: 1 },
              none: { nullValue: 0 },
            },
          },
        },
      },
    },
  });
});
