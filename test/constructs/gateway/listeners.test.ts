import { PLAIN_NAME } from '../../../constructs/gateway/render/claims';
import { buildBootstrap } from '../../../constructs/gateway/render/bootstrap';
import { edgeFilters } from '../../../constructs/gateway/render/edge-filters';
import { edgeListener } from '../../../constructs/gateway/render/edge-listener';
import { innerListener } from '../../../constructs/gateway/render/inner-listener';
import { jwtFilter } from '../../../constructs/gateway/render/jwt';
import { localReplies } from '../../../constructs/gateway/render/local-replies';
import { modelCluster } from '../../../constructs/gateway/render/model-cluster';
import { type LoginOptions, resolveOptions } from '../../../constructs/gateway/render/options';
import { allowRoles } from '../../../constructs/gateway/render/rbac';
import { identityCluster, processorCluster } from '../../../constructs/gateway/render/platform-clusters';
import { proxyListeners } from '../../../constructs/gateway/render/through-proxy';
import { identity, platform } from './platform';

const options = resolveOptions({});
const login: LoginOptions = {
  clientId: 'portal',
  origin: 'https://models.example.com',
  authorizationEndpoint: 'https://login.example.com/a',
  tokenEndpoint: 'https://login.example.com/t',
  secrets: { tokenFile: '/t', hmacFile: '/h' },
};
const managerOf = (listener: object): { readonly [key: string]: unknown } =>
  (listener as { filter_chains: { filters: { typed_config: { readonly [key: string]: unknown } }[] }[] }).filter_chains[0]?.filters[0]
    ?.typed_config ?? {};
const short = (name: unknown): string => String(name).split('.').at(-1) ?? '';

test('filters stand in the order of the design', () => {
  expect(edgeFilters(identity, options).map(({ name }) => short(name))).toEqual([
    'health_check',
    'compressor',
    'cors',
    'local_ratelimit',
    'body_size_limit',
    'jwt_authn',
    'rbac',
    'ext_authz',
    'router',
  ]);
  expect(edgeFilters(identity, { ...options, login }).map(({ name }) => short(name))).toEqual([
    'health_check',
    'compressor',
    'cors',
    'local_ratelimit',
    'body_size_limit',
    'csrf',
    'oauth2',
    'jwt_authn',
    'rbac',
    'ext_authz',
    'router',
  ]);
});

test('the edge believes no client about who it is, and hardens paths and headers', () => {
  const manager = managerOf(edgeListener(platform([]), options));
  expect(manager).toMatchObject({
    use_remote_address: true,
    xff_num_trusted_hops: 0,
    // An empty list would make loopback and private addresses internal, and their x-envoy-* headers obeyed (seen with 1.40).
    internal_address_config: { unix_sockets: false, cidr_ranges: [{ address_prefix: '255.255.255.255', prefix_len: 32 }] },
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: 'REJECT_REQUEST',
    strip_trailing_host_dot: true,
    preserve_external_request_id: false,
    common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST', max_headers_count: 100, idle_timeout: '300s' },
    request_headers_timeout: '10s',
    request_timeout: '60s',
  });
  expect(JSON.stringify(manager['early_header_mutation_extensions'])).toContain(
    '{"remove_on_match":{"key_matcher":{"prefix":"x-kea-"}}},{"remove_on_match":{"key_matcher":{"prefix":"x-envoy-"}}}',
  );
  expect(manager['rds']).toEqual({
    route_config_name: 'edge',
    config_source: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' },
  });
});

test('one trusted proxy behind a Gateway or an Ingress', () => {
  const behind = platform([]);
  const stack = { ...behind.stack, exposure: { kind: 'httpRoute', gateway: 'infra/public' } as const };
  expect(managerOf(edgeListener({ ...behind, stack }, options))['xff_num_trusted_hops']).toBe(1);
});

test('tokens: only from the header, of this issuer, for this audience, with an end, on every path', () => {
  expect(jwtFilter(identity)['typed_config']).toEqual({
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
    providers: {
      platform: {
        issuer: 'https://login.example.com/x',
        audiences: ['kea'],
        subjects: { safe_regex: { regex: `(${PLAIN_NAME})?` } },
        require_expiration: true,
        clock_skew_seconds: 30,
        from_headers: [{ name: 'Authorization', value_prefix: 'Bearer ' }],
        forward: false,
        payload_in_metadata: 'jwt',
        claim_to_headers: [
          { header_name: 'x-kea-subject', claim_name: 'sub' },
          { header_name: 'x-kea-issuer', claim_name: 'iss' },
          { header_name: 'x-kea-client', claim_name: 'azp' },
          { header_name: 'x-kea-roles', claim_name: 'roles' },
          { header_name: 'x-kea-token-id', claim_name: 'jti' },
        ],
        jwt_cache_config: { jwt_cache_size: 1000, jwt_max_token_size: 8192 },
        remote_jwks: {
          http_uri: { uri: 'https://login.example.com/x/keys', cluster: 'identity', timeout: '5s' },
          cache_duration: '300s',
          async_fetch: { failed_refetch_duration: '1s' },
        },
      },
    },
    rules: [{ match: { prefix: '' }, requires: { provider_name: 'platform' } }],
    requirement_map: { optional: { requires_any: { requirements: [{ provider_name: 'platform' }, { allow_missing: {} }] } } },
    bypass_cors_preflight: false,
  });
});

test('several issuers: any of them, each with its own claims and keys', () => {
  const partner = {
    issuer: 'https://login.partner.example.com',
    audience: 'kea',
    audiences: ['api://kea'],
    claims: { roles: 'groups', subject: 'oid', client: 'appid', tenant: 'tid' },
    roleOf: { 'b3c1-77': ['credit-analyst'] },
    jwksUri: 'https://login.partner.example.com/keys',
    ca: 'partner-ca',
    proxy: 'proxy.infra:3128',
  };
  const both = { ...identity, also: [partner] };
  const filter = JSON.stringify(jwtFilter(both));
  expect(filter).toContain('"requires":{"requires_any":{"requirements":[{"provider_name":"platform"},{"provider_name":"platform-1"}]}}');
  expect(filter).toContain('"audiences":["kea","api://kea"]');
  expect(filter).toContain('{"header_name":"x-kea-tenant","claim_name":"tid"}');
  expect(filter).toContain('"uri":"https://login.partner.example.com/keys","cluster":"identity-1"');
  const rule = JSON.stringify(allowRoles(both, ['credit-analyst']));
  expect(rule).toContain('{"string_match":{"exact":"https://login.partner.example.com"}}');
  expect(rule).toContain('{"exact":"b3c1-77"}');
  const inside = [{ endpoint: { address: { envoy_internal_address: { server_listener_name: 'identity-1-proxy' } } } }];
  expect(JSON.stringify(proxyListeners(both))).toContain('"tunneling_config":{"hostname":"login.partner.example.com:443"}');
  expect(proxyListeners(identity)).toEqual([]);
  expect(identityCluster(partner, 1, options)).toMatchObject({
    name: 'identity-1',
    load_assignment: { endpoints: [{ lb_endpoints: inside }] },
    transport_socket: {
      name: 'envoy.transport_sockets.internal_upstream',
      typed_config: {
        transport_socket: {
          typed_config: { common_tls_context: { validation_context: { trusted_ca: { filename: '/etc/kea/issuer-ca-1/ca.crt' } } } },
        },
      },
    },
  });
});

test('claims inside objects and claims named by a URL', () => {
  const odd = jwtFilter({ ...identity, claims: { roles: 'realm_access.roles', subject: 'sub', client: 'https://kea.example/client' } });
  expect(JSON.stringify(odd)).toContain(
    '{"header_name":"x-kea-client","claim_path":[{"key":"https://kea.example/client"}]},{"header_name":"x-kea-roles","claim_path":[{"key":"realm_access"},{"key":"roles"}]}',
  );
});

test('the inner listener is a socket of the pod with one route by header, and marks its own replies', () => {
  const inner = innerListener(options);
  expect(inner).toMatchObject({ address: { pipe: { path: '/run/kea/inner.sock', mode: 0o660 } }, traffic_direction: 'OUTBOUND' });
  const manager = managerOf(inner) as {
    route_config: { virtual_hosts: { routes: { match: object; route: object }[] }[] };
    local_reply_config: object;
  };
  const routes = manager.route_config.virtual_hosts[0]?.routes;
  expect(routes).toHaveLength(1);
  expect(routes?.[0]).toMatchObject({ match: { prefix: '/' }, route: { cluster_header: 'x-kea-cluster' } });
  expect(JSON.stringify(manager.local_reply_config)).toContain('{"key":"x-kea-inner","value":"%RESPONSE_FLAGS%;%RESPONSE_CODE_DETAILS%"}');
});

test('every error of the edge has a problem type, the most exact first', () => {
  const mappers = (
    localReplies(identity) as {
      mappers: { status_code: number; body_format_override: { json_format: { type: string; status: number; error?: unknown } } }[];
    }
  ).mappers;
  const plain = mappers.filter((each) => each.body_format_override.json_format.error === undefined);
  // For each: OpenAI's clients, those of the Open Inference Protocol, everybody else.
  expect(mappers.length).toBe(3 * plain.length);
  expect(plain.map(({ status_code, body_format_override: { json_format } }) => [status_code, json_format.type.split('/').at(-1)])).toEqual([
    [401, 'unauthenticated'],
    [401, 'unauthenticated'],
    [401, 'unauthenticated'],
    [403, 'roles-overage'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [405, 'method-not-allowed'],
    [408, 'request-timeout'],
    [410, 'gone'],
    [413, 'body-too-large'],
    [429, 'too-many-requests'],
    [431, 'headers-too-large'],
    [400, 'bad-request'],
    [503, 'overloaded'],
    [503, 'portal-unavailable'],
    [503, 'processor-unavailable'],
    [500, 'internal'],
    [400, 'bad-request'],
    [400, 'bad-request'],
  ]);
});

test('a version’s cluster: instances by discovery, least request, breakers from what its instances take', () => {
  expect(modelCluster({ name: 'credit-v1-4-0', concurrency: 80 })).toMatchObject({
    name: 'credit-v1-4-0',
    type: 'EDS',
    eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' } },
    connect_timeout: '1s',
    lb_policy: 'LEAST_REQUEST',
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
    circuit_breakers: { thresholds: [{ max_connections: 80, max_requests: 80, max_pending_requests: 80, max_retries: 80 }] },
    outlier_detection: { enforcing_consecutive_5xx: 0, consecutive_gateway_failure: 5 },
  });
  expect(modelCluster({ name: 'gpu-v1-0-0', concurrency: 1 })).toMatchObject({
    circuit_breakers: { thresholds: [{ max_connections: 1, max_pending_requests: 64, max_retries: 3 }] },
  });
});

test('zones are weighed only where the stack has zones', () => {
  const lb = (zones?: boolean): unknown =>
    modelCluster({ name: 'a-v1-0-0', concurrency: 1, ...(zones === undefined ? {} : { zones }) })['common_lb_config'];
  expect(lb(true)).toEqual({ healthy_panic_threshold: { value: 0 }, update_merge_window: '0s', locality_weighted_lb_config: {} });
  expect(JSON.stringify(lb(false))).toBe('{"healthy_panic_threshold":{"value":0},"update_merge_window":"0s"}');
  expect(lb()).toEqual(lb(false));
});

test('the processor is its workers’ sockets', () => {
  expect(JSON.stringify(processorCluster({ ...options, workers: 2 })['load_assignment'])).toBe(
    '{"cluster_name":"processor","endpoints":[{"lb_endpoints":[{"endpoint":{"address":{"pipe":{"path":"/run/kea/worker-0.sock"}}}},{"endpoint":{"address":{"pipe":{"path":"/run/kea/worker-1.sock"}}}}]}]}',
  );
});

test('keys are fetched over verified TLS; this machine’s provider by address', () => {
  expect(identityCluster(identity, 0, options)).toMatchObject({
    type: 'STRICT_DNS',
    transport_socket: {
      typed_config: {
        sni: 'login.example.com',
        common_tls_context: {
          validation_context: {
            trusted_ca: { filename: '/etc/ssl/certs/ca-certificates.crt' },
            match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'login.example.com' } }],
          },
        },
      },
    },
  });
  const here = identityCluster({ ...identity, jwksUri: 'http://localhost:8081/jwks' }, 0, options);
  expect(here).toMatchObject({
    type: 'STATIC',
    load_assignment: {
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: 8081 } } } }] }],
    },
  });
  expect(here).not.toHaveProperty('transport_socket');
});

test('the bootstrap keeps the admin on loopback and encrypts session cookies with GCM', () => {
  expect(buildBootstrap(platform([]))).toMatchObject({
    node: { id: 'kea-gateway', cluster: 'kea-test' },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 9900 } } },
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
  });
});
