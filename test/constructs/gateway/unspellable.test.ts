import { buildBootstrap } from '../../../constructs/gateway/render/bootstrap';
import { buildBundle, type Bundle } from '../../../constructs/gateway/render/bundle';
import { checkBootstrap, checkGateway, checkRoutes } from '../../../constructs/gateway/render/checks';
import { type GatewayOptions, type LoginOptions, resolveOptions } from '../../../constructs/gateway/render/options';
import { platformClusters } from '../../../constructs/gateway/render/platform-clusters';
import { PlatformImage } from '../../../constructs/shared/images';
import { unsafeRoutes } from '../../../core/contract/edge-safety';
import { INTERNAL_PREFIX } from '../../../core/contract/headers';
import { cacheKey, type CacheQuestion } from '../../../core/decide/cache-key';
import type { JsonObject, JsonValue } from '../../../core/json';
import { identity, method, model, platform, version } from './platform';

/**
 * Mistakes that a gateway must not be able to make, one test each: what would open it is refused when it is written, or there is no way
 * to say it. The list follows the field's known ways to open a gateway by its configuration.
 */

const call = {
  kind: 'tensors',
  inputs: [{ tensor: 'X', datatype: 'FP32', shape: [-1, 1], fields: ['x'] }],
  outputs: [{ field: 'y', tensor: 'Y', datatype: 'FP32', shape: [-1, 1] }],
} as const;
const login: LoginOptions = {
  clientId: 'portal',
  origin: 'https://models.example.com',
  authorizationEndpoint: 'https://login.example.com/authorize',
  tokenEndpoint: 'https://login.example.com/token',
  endSessionEndpoint: 'https://login.example.com/logout',
  secrets: { tokenFile: '/a', hmacFile: '/b' },
};
const models = [
  model('credit', {
    versions: [version('1.0.0', { framework: 'triton' })],
    methods: [method('credit', 'score', { call })],
    fronts: { infer: 'score' },
    grpc: true,
  }),
  model('open', { methods: [method('open', 'look', { public: true, roles: [] })] }),
];
const whole = {
  ...platform(models),
  stack: { ...platform(models).stack, exposure: { kind: 'httpRoute', gateway: 'infra/public' } as const },
};
const bundle = buildBundle(whole, { login });
const bootstrap = buildBootstrap(whole, { login });

test('what the builders write is right', () => {
  expect(checkGateway(whole, bundle, { login })).toEqual([]);
});

/** A parsed document that a test breaks on purpose. */
type Loose = ReturnType<typeof JSON.parse>;
type Change = (copy: Loose) => void;
function changed<T>(value: T, change: Change): T {
  const copy = JSON.parse(JSON.stringify(value)) as T;
  change(copy as { [key: string]: unknown });
  return copy;
}

const part = (copy: Loose, name: string): Loose => copy['parts'].find((each: Loose) => each.contract.model === name);
const FILTERS = 'typed_per_filter_config';
const RBAC = 'envoy.filters.http.rbac';
const JWT = 'envoy.filters.http.jwt_authn';

/** Codes of what the bundle's check finds after the change of one route. */
function routeCodes(change: Change, list: 'routes' | 'bareRoutes' | 'grpcRoutes' = 'routes', name = 'credit/v1/score'): readonly string[] {
  const broken = changed(bundle, (copy) =>
    change(part(copy, 'credit')[list].find((route: { name: string }) => route.name.startsWith(name))),
  );
  expect(JSON.stringify(broken)).not.toBe(JSON.stringify(bundle));
  return [...new Set(checkRoutes(broken as Bundle).map(({ code }) => code))];
}

const manager = (copy: Loose): Loose => copy['static_resources'].listeners[0].filter_chains[0].filters[0].typed_config;
const filter = (copy: Loose, name: string): Loose =>
  manager(copy).http_filters.find((each: { name: string }) => each.name === `envoy.filters.http.${name}`);

/** Codes of what the listener's check finds after a change of the bootstrap. */
function bootstrapCodes(change: Change): readonly string[] {
  const broken = changed(bootstrap, change);
  expect(JSON.stringify(broken)).not.toBe(JSON.stringify(bootstrap));
  return [...new Set(checkBootstrap(broken).map(({ code }) => code))];
}

describe('a check switched off on a route', () => {
  test.each(['routes', 'bareRoutes', 'grpcRoutes'] as const)('an empty RBACPerRoute in %s', (list) => {
    expect(routeCodes((route) => (route[FILTERS][RBAC] = { '@type': route[FILTERS][RBAC]['@type'] }), list)).toEqual(['KEA3001']);
  });
  test.each([
    ['jwt_authn disabled', JWT, { disabled: true }],
    ['jwt_authn by another requirement', JWT, { requirement_name: 'anything' }],
    ['a filter disabled by FilterConfig', 'envoy.filters.http.local_ratelimit', { disabled: true }],
    ['a filter of the listener configured anew', 'envoy.filters.http.body_size_limit', {}],
  ])('%s', (_what, name, value) => {
    expect(routeCodes((route) => (route[FILTERS][name] = { '@type': 'x', ...value }))).toEqual(['KEA3003']);
  });
  test('a way past the processor, over HTTP', () => {
    expect(routeCodes((route) => (route['route'].cluster = 'credit-v1-0-0'))).toEqual(['KEA3004']);
  });
  test('a way past the processor over gRPC that does not ask it first', () => {
    const EXT = 'envoy.filters.http.ext_authz';
    expect(routeCodes((route) => Reflect.deleteProperty(route[FILTERS], EXT), 'grpcRoutes')).toEqual(['KEA3004']);
    expect(routeCodes((route) => (route[FILTERS][EXT] = { '@type': 'x', disabled: true }), 'grpcRoutes')).toEqual(['KEA3004']);
    expect(routeCodes((route) => (route[FILTERS][EXT].check_settings = { disable_request_body_buffering: true }), 'grpcRoutes')).toEqual([
      'KEA3004',
    ]);
    expect(routeCodes((route) => (route['route'].cluster = 'open-v1-0-0-grpc'), 'grpcRoutes')).toEqual(['KEA3004']);
  });
});

describe('a token check with a hole', () => {
  const provider = (copy: Loose): Loose => filter(copy, 'jwt_authn').typed_config.providers.platform;
  test.each([
    ['no catch-all rule', (copy) => (filter(copy, 'jwt_authn').typed_config.rules[0].match.prefix = '/models')],
    ['allow_missing_or_failed', (copy) => (filter(copy, 'jwt_authn').typed_config.rules[0].requires = { allow_missing_or_failed: {} })],
    [
      'extract_only_without_validation',
      (copy) => (filter(copy, 'jwt_authn').typed_config.rules[0].requires = { extract_only_without_validation: {} }),
    ],
    ['a provider without audiences', (copy) => delete provider(copy).audiences],
    ['default token locations', (copy) => delete provider(copy).from_headers],
  ] satisfies readonly (readonly [string, Change])[])('%s', (_what, change) => {
    expect(bootstrapCodes(change)).toEqual(['KEA3007']);
  });
});

describe('a rule that fails open', () => {
  const policy = (route: Loose): Loose => route[FILTERS][RBAC].rbac.rules.policies.callers;
  test.each([
    ['a DENY list', (route) => (route[FILTERS][RBAC].rbac.rules.action = 'DENY')],
    ['a match of :path', (route) => (policy(route).principals = [{ header: { name: ':path', string_match: { prefix: '/models' } } }])],
    ['a match of the path', (route) => (policy(route).principals = [{ url_path: { path: { safe_regex: { regex: '.*' } } } }])],
    ['an address', (route) => (policy(route).principals = [{ remote_ip: { address_prefix: '10.0.0.0', prefix_len: 8 } }])],
    ['an expression', (route) => (policy(route).condition = { const_expr: true })],
  ] satisfies readonly (readonly [string, Change])[])('%s', (_what, change) => {
    expect(routeCodes(change)).toEqual(['KEA3003']);
  });
  test('a pattern where a path belongs', () => {
    expect(routeCodes((route) => (route['match'] = { safe_regex: { regex: '/models/.*' } }))).toEqual(['KEA3005']);
  });
});

describe('a processor that is passed by or that moves a call', () => {
  test.each([
    [
      'before the roles',
      (copy) => manager(copy).http_filters.sort((a: Loose, b: Loose) => Number(/rbac/.test(a.name)) - Number(/rbac/.test(b.name))),
    ],
    ['open when nobody answers', (copy) => (filter(copy, 'ext_authz').typed_config.failure_mode_allow = true)],
    ['looking on only', (copy) => (filter(copy, 'ext_authz').typed_config.shadow_mode = true)],
    ['free to change the route', (copy) => (filter(copy, 'ext_authz').typed_config.clear_route_cache = true)],
    ['as an external processor', (copy) => manager(copy).http_filters.splice(-1, 0, { name: 'envoy.filters.http.ext_proc' })],
    ['as a module that is fetched', (copy) => manager(copy).http_filters.splice(0, 0, { name: 'envoy.filters.http.dynamic_modules' })],
  ] satisfies readonly (readonly [string, Change])[])('%s', (_what, change) => {
    expect(bootstrapCodes(change)).toContain('KEA3006');
  });
  test.each([
    ['another path', (route) => (route['route'].prefix_rewrite = '/')],
    ['another host', (route) => (route['route'].host_rewrite_literal = 'x')],
    ['a cluster by header', (route) => (route['route'].cluster_header = 'x')],
    ['a copy elsewhere', (route) => (route['route'].request_mirror_policies = [{ cluster: 'x' }])],
    [
      'a header of the edge',
      (route) =>
        route['request_headers_to_add'].push({
          header: { key: 'x-kea-subject', value: 'root' },
          append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
        }),
    ],
  ] satisfies readonly (readonly [string, Change])[])('a route with %s', (_what, change) => {
    expect(routeCodes(change)).toEqual(['KEA3004']);
  });
});

describe('a cache that hands answers to others', () => {
  const question: CacheQuestion = {
    model: 'credit',
    contract: 'v1',
    method: 'score',
    version: '1.0.0',
    versionDigest: 'a',
    schemaDigest: 'b',
    epoch: 'e',
    scope: 'principal',
    principal: 'issuer\nada',
    canonicalBody: '{}',
  };
  test('principal scope without a principal has no key, so a public method without a token is not stored', () => {
    expect(cacheKey({ ...question, principal: '' })).toBeUndefined();
    const { principal: _, ...nobody } = question;
    expect(cacheKey(nobody)).toBeUndefined();
  });
  test('two callers never share a key, and a key never looks at what a client asks of caches or versions', () => {
    expect(cacheKey(question)).not.toBe(cacheKey({ ...question, principal: 'issuer\ngrace' }));
    expect(Object.keys(question).filter((name) => /header|bypass|pin/i.test(name))).toEqual([]);
  });
});

test('nothing that another program could read otherwise passes: override headers and what only the edge may say', () => {
  const [mutation] = manager(bootstrap as { [key: string]: unknown }).early_header_mutation_extensions as readonly JsonObject[];
  const text = JSON.stringify(mutation);
  for (const name of [
    'x-http-method-override',
    'x-method-override',
    'x-original-url',
    'x-rewrite-url',
    'forwarded',
    INTERNAL_PREFIX,
    'x-envoy-',
  ])
    expect(text).toContain(`"${name}"`);
});

test('a gRPC route is no second way to a JSON method: it takes gRPC only, and there is no transcoder', () => {
  const routes = part(bundle as unknown as { [key: string]: unknown }, 'credit').grpcRoutes as readonly {
    match: JsonObject;
    route?: JsonValue;
  }[];
  expect(routes.filter(({ route }) => route !== undefined).every(({ match }) => match['grpc'] !== undefined)).toBe(true);
  expect(bootstrapCodes((copy) => manager(copy).http_filters.splice(0, 0, { name: 'envoy.filters.http.grpc_json_transcoder' }))).toContain(
    'KEA3006',
  );
});

test('errors of the edge hold nothing of the request', () => {
  const text = JSON.stringify(manager(bootstrap as { [key: string]: unknown }).local_reply_config);
  expect(text.match(/%[A-Z_]+(\([^)]*\))?%/g)?.filter((each) => each !== '%STREAM_ID%')).toEqual([]);
});

describe('a browser login that gives sessions away', () => {
  const OAUTH = 'envoy.filters.http.oauth2';
  const routeBreaches = (change: Change): readonly string[] => {
    const routes = changed(bundle.index.platformRoutes, (copy) =>
      change((copy as unknown as Loose[]).find((each) => each['name'] === 'platform/docs') as Loose),
    );
    return [...new Set(unsafeRoutes(routes, {}).map(({ rule }) => rule))];
  };
  const settings = (route: Loose): Loose => route[FILTERS][OAUTH].config;
  test('as written it does not', () => expect(routeBreaches(() => undefined)).toEqual([]));
  test.each([
    ['a cookie for a wider domain', (route) => (settings(route).credentials.cookie_domain = 'example.com')],
    ['the default scope', (route) => delete settings(route).auth_scopes],
    ['a session that is not checked as a token', (route) => (settings(route).forward_bearer_token = false)],
    ['failed logins let through', (route) => (settings(route).allow_failed_matcher = [{ name: 'x' }])],
    ['a way back that the request names', (route) => (settings(route).redirect_uri = 'https://%REQ(:authority)%/docs/callback')],
    ['cookies on every path', (route) => delete settings(route).cookie_configs],
    ['cookies in the clear', (route) => (settings(route).disable_token_encryption = true)],
    ['a bypass by another header', (route) => (settings(route).pass_through_matcher = [{ name: 'x-api-key', present_match: true }])],
    ['no check of the origin', (route) => delete route[FILTERS]['envoy.filters.http.csrf']],
    ['another path', (route) => (route['match'] = { path_separated_prefix: '/models' })],
  ] satisfies readonly (readonly [string, Change])[])('%s', (_what, change) => {
    expect(routeBreaches(change)).toEqual(['weak-login']);
  });
  test('the older cipher, or one that a running gateway may choose', () => {
    expect(bootstrapCodes((copy) => (copy['layered_runtime'].layers = []))).toEqual(['KEA3013']);
    expect(bootstrapCodes((copy) => copy['layered_runtime'].layers.push({ name: 'admin', admin_layer: {} }))).toEqual(['KEA3013']);
  });
  test.each([
    ['a login over plain HTTP', { origin: 'http://models.example.com' }],
    ['a token endpoint over plain HTTP', { tokenEndpoint: 'http://login.example.com/token' }],
    ['a way back with a path', { origin: 'https://models.example.com/x' }],
  ])('%s', (_what, more) => {
    const options: GatewayOptions = { login: { ...login, ...more } };
    expect(checkGateway(whole, buildBundle(whole, options), options).map(({ code }) => code)).toEqual(['KEA3013']);
  });
  test('nothing in front that speaks TLS', () => {
    const plain = platform(models);
    expect(checkGateway(plain, buildBundle(plain, { login }), { login }).map(({ code }) => code)).toEqual(['KEA3013']);
  });
});

describe('what only the pod may reach', () => {
  test('an admin on another address', () => {
    expect(bootstrapCodes((copy) => (copy['admin'].address.socket_address.address = '0.0.0.0'))).toEqual(['KEA3012']);
  });
  test('no statistic is named after a caller', () => {
    expect(JSON.stringify(bootstrap['stats_config'])).not.toMatch(/subject|client|issuer|jwt|remote_address/);
  });
});

test('an Envoy older than 1.40 is not what the plan runs', () => {
  expect(Number(/v1\.(\d+)\./.exec(PlatformImage.envoy.tag)?.[1])).toBeGreaterThanOrEqual(40);
});

describe('TLS that proves nothing', () => {
  const secure = platformClusters(identity, resolveOptions({})).find(({ name }) => name === 'identity');
  const at = (cluster: JsonObject | undefined, change: Change): readonly string[] =>
    checkBootstrap({ ...bootstrap, static_resources: { clusters: [changed(cluster ?? {}, change)] } })
      .map(({ code }) => code)
      .filter((code) => code === 'KEA3014');
  const validation = (cluster: Loose): Loose => cluster['transport_socket'].typed_config.common_tls_context.validation_context;
  test('as written it does', () => expect(at(secure, () => undefined)).toEqual([]));
  test('no authorities', () => expect(at(secure, (cluster) => delete validation(cluster).trusted_ca)).toEqual(['KEA3014']));
  test('no name', () => expect(at(secure, (cluster) => delete validation(cluster).match_typed_subject_alt_names)).toEqual(['KEA3014']));
  test('keys over plain HTTP', () => {
    const plain = platform(models, { ...identity, jwksUri: 'http://login.example.com/keys' });
    expect(checkGateway(plain, buildBundle(plain)).map(({ code }) => code)).toEqual(['KEA3008']);
  });
});
