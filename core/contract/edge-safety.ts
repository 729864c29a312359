import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import { Header } from './headers';

/**
 * What no route of the edge may do, whoever wrote it. Synth refuses it as a finding; the supervisor refuses a bundle that holds it,
 * so that a bundle changed on its way cannot open what the models folder closed.
 */
export interface UnsafeRoute {
  readonly rule: RouteRule;
  /** `name` of the route, or its number. */
  readonly route: string;
  readonly reason: string;
}

export type RouteRule =
  | 'no-rule'
  | 'admits-everybody'
  | 'weak-rule'
  | 'token-not-demanded'
  | 'answers-itself'
  | 'outside-prefix'
  | 'rewrites'
  | 'unknown-target'
  | 'no-identity'
  | 'no-timeout'
  | 'weak-login';

export interface RouteScope {
  /** `/models/<model>/<contract>/` for a contract's routes; undefined for the platform's own. */
  readonly prefix?: string;
  /** gRPC routes only: the clusters that they may lead to, past the processor and so only behind ext_authz. */
  readonly clusters?: readonly string[];
}

const RBAC = 'envoy.filters.http.rbac';
const JWT = 'envoy.filters.http.jwt_authn';
const OAUTH2 = 'envoy.filters.http.oauth2';
const EXT_AUTHZ = 'envoy.filters.http.ext_authz';

const CSRF = 'envoy.filters.http.csrf';
const ALLOWED_FILTERS = new Set([RBAC, JWT, 'envoy.filters.http.cors', CSRF, OAUTH2]);
const FORBIDDEN_ACTION_KEYS = [
  'prefix_rewrite',
  'regex_rewrite',
  'path_rewrite_policy',
  'host_rewrite_literal',
  'host_rewrite_header',
  'host_rewrite_path_regex',
  'cluster_header',
  'weighted_clusters',
  'cluster_specifier_plugin',
  'upgrade_configs',
  'internal_redirect_policy',
  // Retries are the virtual host's: connections that failed, and nothing else.
  'retry_policy',
  'request_mirror_policies',
];
const MATCH_KEYS = new Set(['path', 'prefix', 'path_separated_prefix', 'headers']);

/** All breaches, in the order of the routes. */
export function unsafeRoutes(routes: readonly JsonObject[], scope: RouteScope): readonly UnsafeRoute[] {
  return routes.flatMap((route, number) => {
    const name = typeof route['name'] === 'string' ? route['name'] : `#${number}`;
    const action = scope.clusters === undefined ? actionBreaches(route, scope) : grpcBreaches(route, scope.clusters);
    return [...accessBreaches(route, scope), ...action, ...matchBreaches(route, scope)].map(([rule, reason]) => ({
      rule,
      route: name,
      reason,
    }));
  });
}

type Breach = readonly [RouteRule, string];

function accessBreaches(route: JsonObject, scope: RouteScope): readonly Breach[] {
  const filters = object(route['typed_per_filter_config']);
  const breaches: Breach[] = Object.keys(filters)
    .filter((filter) => !ALLOWED_FILTERS.has(filter) && !(filter === EXT_AUTHZ && (scope.clusters !== undefined || asksProcessor(filters))))
    .map((filter) => ['weak-rule', `it configures the filter ${filter}`]);
  const jwt = filters[JWT];
  const optional = isJsonObject(jwt) && jwt['requirement_name'] === 'optional' && Object.keys(jwt).length === 2;
  if (jwt !== undefined && !optional) breaches.push(['token-not-demanded', 'it changes what jwt_authn demands']);
  const rules = object(object(object(filters[RBAC])['rbac'])['rules']);
  const policies = Object.values(object(rules['policies'])).map(object);
  if (policies.length === 0) return [...breaches, ['no-rule', 'it has no rbac rule of its own']];
  if (filters[OAUTH2] !== undefined) breaches.push(...loginBreaches(object(object(filters[OAUTH2])['config']), route, scope));
  if (rules['action'] !== 'ALLOW') breaches.push(['weak-rule', 'its rule is not an ALLOW list']);
  for (const policy of policies) breaches.push(...policyBreaches(policy, optional));
  return breaches;
}

/** ext_authz switched on, which only ever refuses more. */
function asksProcessor(filters: JsonObject): boolean {
  const { '@type': _type, ...config } = object(filters[EXT_AUTHZ]);
  return JSON.stringify(config) === '{"check_settings":{}}';
}

/** A login stands on the documentation only, hands its token to the check behind it, and its cookies go nowhere else. */
function loginBreaches(config: JsonObject, route: JsonObject, scope: RouteScope): readonly Breach[] {
  const weak = (reason: string): Breach => ['weak-login', reason];
  const breaches: Breach[] = [];
  if (scope.prefix !== undefined || object(route['match'])['path_separated_prefix'] !== '/docs')
    breaches.push(weak('it logs browsers in outside /docs'));
  if (config['forward_bearer_token'] !== true) breaches.push(weak('its session is not turned into a token that is checked'));
  if (config['allow_failed_matcher'] !== undefined) breaches.push(weak('it lets failed logins through'));
  if (object(config['credentials'])['cookie_domain'] !== undefined) breaches.push(weak('its cookies go to other hosts'));
  if (!array(config['auth_scopes']).includes('openid')) breaches.push(weak('it does not ask for the scope openid'));
  if (config['disable_token_encryption'] === true) breaches.push(weak('its cookies are not encrypted'));
  const addresses = [config['redirect_uri'], object(config['post_logout_redirect_uri'])['uri'] ?? config['redirect_uri']];
  if (addresses.some((address) => typeof address !== 'string' || address.includes('%')))
    breaches.push(weak('where it leads back to depends on the request'));
  const passes = array(config['pass_through_matcher']).map(object);
  if (!passes.every((each) => each['name'] === 'authorization')) breaches.push(weak('others than bearers of a token pass it by'));
  const cookies = Object.values(object(config['cookie_configs'])).map(object);
  if (
    cookies.length < 7 ||
    !cookies.every((each) => each['path'] === '/docs' && (each['same_site'] === 'LAX' || each['same_site'] === 'STRICT'))
  )
    breaches.push(weak("its cookies are sent to other paths, or by other sites' pages"));
  if (object(route['typed_per_filter_config'])[CSRF] === undefined) breaches.push(weak('no check of the origin stands with it'));
  return breaches;
}

function policyBreaches(policy: JsonObject, optionalToken: boolean): readonly Breach[] {
  if (policy['condition'] !== undefined || policy['checked_condition'] !== undefined)
    return [['weak-rule', 'its rule depends on an expression']];
  const principals = array(policy['principals']);
  if (principals.length === 0) return [['no-rule', 'its rule names no callers']];
  return principals.flatMap((principal) => principalBreaches(object(principal), optionalToken));
}

// Only verified claims admit: no header, no address, no negation.
function principalBreaches(principal: JsonObject, optionalToken: boolean): readonly Breach[] {
  const [kind] = Object.keys(principal);
  switch (kind) {
    case 'any':
      return optionalToken ? [] : [['admits-everybody', 'its rule admits everybody and it is not public']];
    case 'sourced_metadata':
      return object(object(principal['sourced_metadata'])['metadata_matcher'])['filter'] === JWT
        ? []
        : [['weak-rule', 'its rule looks at something else than verified claims']];
    case 'and_ids':
    case 'or_ids': {
      const ids = array(object(principal[kind])['ids']);
      if (ids.length === 0) return [['no-rule', 'its rule names no callers']];
      return ids.flatMap((id) => principalBreaches(object(id), false));
    }
    default:
      return [['weak-rule', `its rule admits by ${kind ?? 'nothing'}`]];
  }
}

function actionBreaches(route: JsonObject, scope: RouteScope): readonly Breach[] {
  const direct = route['direct_response'];
  if (direct !== undefined && route['route'] === undefined && route['redirect'] === undefined) {
    const status = object(direct)['status'];
    return typeof status === 'number' && status >= 400 && object(direct)['body'] === undefined
      ? []
      : [['answers-itself', 'it answers without the processor']];
  }
  if (!isJsonObject(route['route']) || direct !== undefined || route['redirect'] !== undefined)
    return [['answers-itself', 'it does something else than hand the call on']];
  const action = route['route'];
  const breaches: Breach[] = FORBIDDEN_ACTION_KEYS.filter((key) => action[key] !== undefined).map((key) => [
    'rewrites',
    `its action has ${key}`,
  ]);
  if (action['timeout'] === undefined) breaches.push(['no-timeout', 'it has no timeout of its own']);
  const target = action['cluster'];
  if (target === 'portal' && scope.prefix === undefined) return breaches;
  if (target !== 'processor')
    return [...breaches, ['unknown-target', `it leads to ${JSON.stringify(target ?? null)} instead of the processor`]];
  return [...breaches, ...identityBreaches(route)];
}

/** What goes past the processor asks it first, and leads only to the contract's own versions. */
function grpcBreaches(route: JsonObject, clusters: readonly string[]): readonly Breach[] {
  if (route['direct_response'] !== undefined) return actionBreaches(route, {});
  if (!isJsonObject(route['route']) || route['redirect'] !== undefined)
    return [['answers-itself', 'it does something else than hand the call on']];
  const { weighted_clusters: weighted, ...action } = route['route'];
  const breaches: Breach[] = FORBIDDEN_ACTION_KEYS.filter((key) => action[key] !== undefined).map((key) => [
    'rewrites',
    `its action has ${key}`,
  ]);
  if (action['timeout'] === undefined) breaches.push(['no-timeout', 'it has no timeout of its own']);
  const entries = array(object(weighted)['clusters']).map(object);
  const targets = weighted === undefined ? [action['cluster']] : entries.map(({ name }) => name);
  if (targets.length === 0 || targets.some((target) => typeof target !== 'string' || !clusters.includes(target)))
    breaches.push(['unknown-target', `it leads to ${JSON.stringify(targets)}, outside the contract's versions`]);
  if (
    entries.some((entry) => Object.keys(entry).some((key) => key !== 'name' && key !== 'weight')) ||
    (action['cluster'] !== undefined && weighted !== undefined)
  )
    breaches.push(['rewrites', 'its weighted clusters have more than names and weights']);
  const asked = object(route['typed_per_filter_config'])[EXT_AUTHZ];
  const plain =
    isJsonObject(asked) &&
    isJsonObject(asked['check_settings']) &&
    Object.keys(asked).length === 2 &&
    Object.keys(asked['check_settings']).length === 0;
  if (!plain) breaches.push(['no-identity', 'it does not ask the processor before it passes it by']);
  if (route['request_headers_to_add'] !== undefined) breaches.push(['no-identity', 'it sets headers that are not its own to set']);
  return breaches;
}

function identityBreaches(route: JsonObject): readonly Breach[] {
  const added = array(route['request_headers_to_add']).map(object);
  const keys = added.map((entry) => object(entry['header'])['key']);
  if (added.some((entry) => entry['append_action'] !== 'OVERWRITE_IF_EXISTS_OR_ADD'))
    return [['no-identity', 'it adds headers beside those of the client instead of over them']];
  if (keys.filter((key) => key === Header.route).length !== 1) return [['no-identity', `it does not say ${Header.route} once`]];
  if (keys.some((key) => key !== Header.route && key !== Header.pinned && key !== Header.front))
    return [['no-identity', 'it sets headers that are not its own to set']];
  return [];
}

function matchBreaches(route: JsonObject, scope: RouteScope): readonly Breach[] {
  const match = object(route['match']);
  const unknown = Object.keys(match).filter((key) => !MATCH_KEYS.has(key) && !(key === 'grpc' && scope.clusters !== undefined));
  if (unknown.length > 0) return [['outside-prefix', `it matches by ${unknown.join(', ')}`]];
  if (scope.prefix === undefined) return [];
  const path = match['path'] ?? match['prefix'];
  const inside =
    typeof path === 'string' &&
    // The page of the prefix itself has no slash at its end.
    (path.startsWith(scope.prefix) || (path === match['path'] && `${path}/` === scope.prefix)) &&
    (match['path'] === undefined ? path.endsWith('/') : !path.includes('?'));
  return inside ? [] : [['outside-prefix', `it matches ${JSON.stringify(path ?? null)}, outside ${scope.prefix}`]];
}

function object(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function array(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
