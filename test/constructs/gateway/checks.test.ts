import { buildBootstrap } from '../../../constructs/gateway/render/bootstrap';
import { buildBundle, type Bundle } from '../../../constructs/gateway/render/bundle';
import { checkBootstrap, checkGateway, checkRoutes } from '../../../constructs/gateway/render/checks';
import { identity, method, model, platform } from './platform';

const good = platform([
  model('credit', {}, { cors: { origins: ['https://app.example.com'] } }),
  model('open', { methods: [method('open', 'look', { public: true, roles: [] })] }),
  model('old', { lifecycle: { retired: true } }),
]);

test('what the builders write has no findings', () => {
  expect(checkGateway(good, buildBundle(good))).toEqual([]);
});

interface Mistake {
  readonly what: string;
  readonly code: string;
  readonly path: Path;
  readonly replacement: unknown;
}

/** Rows of a table as objects: Jest would take a missing last argument for a callback. */
function table(rows: readonly (readonly [string, string, Path, unknown?])[]): readonly Mistake[] {
  return rows.map(([what, code, path, replacement]) => ({ what, code, path, replacement }));
}

type Path = readonly (string | number)[];

/** A copy with the value at the path replaced, or removed when there is none; `'+'` at the end of a path appends to the list there. */
function changed<T>(value: T, path: Path, replacement?: unknown): T {
  const copy = JSON.parse(JSON.stringify(value)) as T;
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as { readonly [key: string]: unknown })[key], copy) as {
    [key: string]: unknown;
  };
  const last = path.at(-1) as string;
  if (last === '+') (parent as unknown as unknown[]).push(replacement);
  else if (replacement === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = replacement;
  return copy;
}

/** The bundle with the route `credit/v1/score` changed. */
function withRoute(path: Path, replacement?: unknown): Bundle {
  const bundle = buildBundle(platform([model('credit')]));
  const position = bundle.parts[0]?.routes.findIndex(({ name }) => name === 'credit/v1/score') ?? -1;
  return changed(bundle, ['parts', 0, 'routes', position, ...path], replacement);
}

const FILTERS = 'typed_per_filter_config';
const RBAC = [FILTERS, 'envoy.filters.http.rbac'] as const;
const RULES = [...RBAC, 'rbac', 'rules'] as const;
const CALLERS = [...RULES, 'policies', 'callers'] as const;
const routeMistakes: readonly (readonly [string, string, Path, unknown?])[] = [
  ['no rule', 'KEA3001', RBAC],
  ['an empty RBACPerRoute, which would switch RBAC off', 'KEA3001', RBAC, { '@type': 'x' }],
  ['a rule without callers', 'KEA3001', [...CALLERS, 'principals'], []],
  ['a rule for everybody', 'KEA3002', [...CALLERS, 'principals'], [{ any: true }]],
  ['a denial list', 'KEA3003', [...RULES, 'action'], 'DENY'],
  ['a rule on a header', 'KEA3003', [...CALLERS, 'principals'], [{ header: { name: 'x-admin', present_match: true } }]],
  ['a rule by negation', 'KEA3003', [...CALLERS, 'principals'], [{ not_id: { any: true } }]],
  ['a rule with an expression', 'KEA3003', [...CALLERS, 'condition'], {}],
  ['a token check switched off', 'KEA3003', [FILTERS, 'envoy.filters.http.jwt_authn'], { '@type': 'x', disabled: true }],
  ['another filter configured', 'KEA3003', [FILTERS, 'envoy.filters.http.lua'], { '@type': 'x' }],
  ['an answer of its own', 'KEA3004', ['direct_response'], { status: 200 }],
  ['a redirect', 'KEA3004', ['redirect'], { host_redirect: 'x' }],
  ['a way round the processor', 'KEA3004', ['route', 'cluster'], 'credit-v1-0-0'],
  ['a cluster by header', 'KEA3004', ['route', 'cluster_header'], 'x-cluster'],
  ['a rewritten path', 'KEA3004', ['route', 'prefix_rewrite'], '/'],
  ['no end', 'KEA3004', ['route', 'timeout']],
  ['no identity', 'KEA3004', ['request_headers_to_add']],
  ['an identity beside the client’s', 'KEA3004', ['request_headers_to_add', 0, 'append_action'], 'APPEND_IF_EXISTS_OR_ADD'],
  [
    'a subject of its own',
    'KEA3004',
    ['request_headers_to_add', '+'],
    { header: { key: 'x-kea-subject', value: 'root' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
  ],
  ['another model’s path', 'KEA3005', ['match', 'path'], '/models/iris/v1/score'],
  ['a wide prefix', 'KEA3005', ['match'], { prefix: '/models/' }],
  ['a pattern', 'KEA3005', ['match'], { safe_regex: { regex: '.*' } }],
];

test.each(table(routeMistakes))('a route with $what is $code', ({ code, path, replacement }) => {
  const [first] = checkRoutes(withRoute(path, replacement));
  expect(first).toMatchObject({ code, severity: 'error', model: 'credit' });
  expect(first?.message).toMatch(/^route "credit\/v1\/score": /);
});

test('also the platform’s own routes are judged', () => {
  const bundle = buildBundle(good);
  const open = { name: 'open', match: { prefix: '/' }, direct_response: { status: 200 } };
  expect(checkRoutes({ ...bundle, index: { ...bundle.index, platformRoutes: [open] } }).map(({ code }) => code)).toEqual([
    'KEA3001',
    'KEA3004',
  ]);
});

const MANAGER = ['static_resources', 'listeners', 0, 'filter_chains', 0, 'filters', 0, 'typed_config', 'http_filters'] as const;
const written = buildBootstrap(good);
const filters = MANAGER.reduce<unknown>((at, key) => (at as { readonly [key: string]: unknown })[key], written) as readonly {
  readonly name: string;
}[];
const position = (name: string): number => filters.findIndex((filter) => filter.name === `envoy.filters.http.${name}`);
const config = (name: string, ...path: Path): Path => [...MANAGER, position(name), 'typed_config', ...path];
const provider = (key: string): Path => config('jwt_authn', 'providers', 'platform', key);
const inserted = (at: number, name: string): readonly unknown[] => [...filters.slice(0, at), { name }, ...filters.slice(at)];
const without = (name: string): readonly unknown[] => filters.filter((_, at) => at !== position(name));

const listenerMistakes: readonly (readonly [string, string, Path, unknown?])[] = [
  ['a cache before the decision', 'KEA3006', MANAGER, inserted(0, 'envoy.filters.http.cache_v2')],
  ['a cache between token and roles', 'KEA3006', MANAGER, inserted(position('rbac'), 'envoy.filters.http.cache_v2')],
  ['no token check', 'KEA3006', MANAGER, without('jwt_authn')],
  ['roles before tokens', 'KEA3006', MANAGER, [...without('rbac').slice(0, 3), filters[position('rbac')], ...without('rbac').slice(3)]],
  ['something after the router', 'KEA3006', MANAGER, inserted(filters.length, 'envoy.filters.http.lua')],
  ['a default that lets everybody in', 'KEA3002', config('rbac', 'rules')],
  ['a default with callers', 'KEA3002', config('rbac', 'rules', 'policies'), { x: {} }],
  ['no audience', 'KEA3007', provider('audiences')],
  ['an empty audience', 'KEA3007', provider('audiences'), ['']],
  ['no issuer', 'KEA3007', provider('issuer')],
  ['tokens in the query', 'KEA3007', provider('from_headers')],
  ['tokens in cookies', 'KEA3007', provider('from_cookies'), ['x']],
  ['tokens for ever', 'KEA3007', provider('require_expiration')],
  ['tokens passed on', 'KEA3007', provider('forward'), true],
  ['a rule for some paths only', 'KEA3007', config('jwt_authn', 'rules', 0, 'match', 'prefix'), '/models'],
  ['a rule that lets bad tokens through', 'KEA3007', config('jwt_authn', 'rules', 0, 'requires'), { allow_missing_or_failed: {} }],
];

test.each(table(listenerMistakes))('a listener with $what is $code', ({ code, path, replacement }) => {
  expect(checkBootstrap(changed(written, path, replacement)).map((finding) => finding.code)).toContain(code);
});

test('an admin that others reach is refused', () => {
  const bootstrap = { ...buildBootstrap(good), admin: { address: { socket_address: { address: '0.0.0.0', port_value: 9900 } } } };
  expect(checkBootstrap(bootstrap).map(({ code }) => code)).toEqual(['KEA3012']);
});

test('keys over plain HTTP are refused, except from this machine', () => {
  const at = (jwksUri: string): readonly string[] => {
    const stack = platform([], { ...identity, jwksUri });
    return checkGateway(stack, buildBundle(stack)).map(({ code }) => code);
  };
  expect(at('http://login.example.com/keys')).toEqual(['KEA3008']);
  expect(at('http://localhost:8081/keys')).toEqual([]);
  expect(at('https://login.example.com/keys')).toEqual([]);
});

test.each(['*', 'null', 'https://*.example.com', 'https://app.example.com/', 'app.example.com', 'https://app.example.com/x'])(
  'the CORS origin %s is refused',
  (origin) => {
    const open = platform([model('credit', {}, { cors: { origins: [origin] } })]);
    expect(checkGateway(open, buildBundle(open)).map(({ code }) => code)).toEqual(['KEA3009']);
  },
);

test('promises that the edge would not keep are refused', () => {
  const large = platform([model('big', { methods: [method('big', 'score', { maxBodyBytes: 65 * 1024 * 1024 })] })]);
  expect(checkGateway(large, buildBundle(large)).map(({ code }) => code)).toEqual(['KEA3010']);
  const both = platform([model('both', { methods: [method('both', 'score', { public: true, roles: ['x'] })] })]);
  expect(checkGateway(both, buildBundle(both)).map(({ code }) => code)).toEqual(['KEA3011']);
});
