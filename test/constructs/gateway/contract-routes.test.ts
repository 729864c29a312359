import { contractRoutes, rolesOf } from '../../../constructs/gateway/render/contract-routes';
import type { ResolvedContract, ResolvedModel } from '../../../schema/resolved';
import { identity, method, model } from './platform';

const contractOf = (owner: ResolvedModel): ResolvedContract => owner.contracts[0] as ResolvedContract;
const routesOf = (owner: ResolvedModel): readonly { readonly [key: string]: unknown }[] =>
  contractRoutes(identity, owner, contractOf(owner));

const claim = (name: string, value: object): object => ({
  sourced_metadata: { metadata_matcher: { filter: 'envoy.filters.http.jwt_authn', path: [{ key: 'jwt' }, { key: name }], value } },
});
const subject = claim('sub', { string_match: { safe_regex: { regex: '.+' } } });
const role = (name: string): object => claim('roles', { list_match: { one_of: { string_match: { exact: name } } } });
const rule = (...principals: object[]): object => ({
  'envoy.filters.http.rbac': {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBACPerRoute',
    rbac: { rules: { action: 'ALLOW', policies: { callers: { permissions: [{ any: true }], principals } } } },
  },
});
const header = (key: string, value: string): object => ({ header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' });

test('one method becomes a pinned call, a call, the document, two refusals of other methods, and not-found', () => {
  const credit = model('credit', {
    methods: [method('credit', 'score', { roles: ['credit:score', 'analyst'], timeoutMs: 2000, maxBodyBytes: 65536 })],
  });
  const routes = routesOf(credit);
  expect(routes.map(({ name }) => name)).toEqual([
    'credit/v1/score@pinned',
    'credit/v1/score',
    'credit/v1/openapi.json',
    'method-not-allowed',
    'method-not-allowed',
    'credit/v1/not-found',
  ]);
  const [pinned, call, , wrong, , rest] = routes;
  expect(call).toEqual({
    name: 'credit/v1/score',
    match: { path: '/models/credit/v1/score', headers: [{ name: ':method', string_match: { exact: 'POST' } }] },
    route: { cluster: 'processor', timeout: '2.2s' },
    request_body_buffer_limit: 65536,
    request_headers_to_add: [header('x-kea-route', 'credit/v1/score')],
    typed_per_filter_config: rule({ and_ids: { ids: [subject, { or_ids: { ids: [role('credit:score'), role('analyst')] } }] } }),
  });
  expect(pinned?.['match']).toEqual({
    path: '/models/credit/v1/score',
    headers: [
      { name: ':method', string_match: { exact: 'POST' } },
      { name: 'kea-version', present_match: true },
    ],
  });
  expect(pinned?.['request_headers_to_add']).toEqual([header('x-kea-route', 'credit/v1/score'), header('x-kea-pinned', 'true')]);
  expect(pinned?.['typed_per_filter_config']).toEqual(
    rule({ and_ids: { ids: [subject, { or_ids: { ids: [role('credit:score'), role('analyst')] } }, role('credit:pin')] } }),
  );
  expect(wrong).toMatchObject({
    match: { path: '/models/credit/v1/score' },
    direct_response: { status: 405 },
    response_headers_to_add: [header('allow', 'POST')],
  });
  expect(rest).toEqual({
    name: 'credit/v1/not-found',
    match: { prefix: '/models/credit/v1/' },
    direct_response: { status: 404 },
    typed_per_filter_config: rule({
      and_ids: { ids: [subject, { or_ids: { ids: [role('credit:score'), role('analyst'), role('credit:pin')] } }] },
    }),
  });
});

test('a public method takes calls without a token, its pinned form does not', () => {
  const [pinned, call] = routesOf(model('open', { methods: [method('open', 'look', { public: true, roles: [] })] }));
  expect(call?.['typed_per_filter_config']).toEqual({
    'envoy.filters.http.jwt_authn': {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig',
      requirement_name: 'optional',
    },
    ...rule({ any: true }),
  });
  expect(pinned?.['typed_per_filter_config']).toEqual(rule({ and_ids: { ids: [subject, role('open:pin')] } }));
});

test('streams have no end but a longest silence', () => {
  const [, call] = routesOf(
    model('chat', { methods: [method('chat', 'ask', { call: { kind: 'openai', operation: 'chat.completions' }, timeoutMs: 30_000 })] }),
  );
  expect(call?.['route']).toMatchObject({ timeout: '0s', idle_timeout: '30.2s' });
});

test('a retired contract keeps one route, which says so to its members', () => {
  const routes = routesOf(model('old', { lifecycle: { retired: true } }));
  expect(routes).toHaveLength(1);
  expect(routes[0]).toMatchObject({ match: { prefix: '/models/old/v1/' }, direct_response: { status: 410 } });
});

test('large bodies are not kept for a second try', () => {
  const [, call] = routesOf(model('big', { methods: [method('big', 'score', { maxBodyBytes: 20 * 1024 * 1024 })] }));
  expect(call?.['request_body_buffer_limit']).toBe(1024 * 1024);
});

test('a method without roles that is not public cannot be written', () => {
  expect(() => routesOf(model('bare', { methods: [method('bare', 'score', { roles: [] })] }))).toThrow('a rule without roles');
});

test('members of a contract are the holders of any of its roles, and of the pin role', () => {
  const credit = model('credit', { methods: [method('credit', 'a', { roles: ['x', 'y'] }), method('credit', 'b', { roles: ['y', 'z'] })] });
  expect(rolesOf(credit, contractOf(credit))).toEqual(['x', 'y', 'z', 'credit:pin']);
});
