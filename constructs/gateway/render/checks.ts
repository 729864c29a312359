import { type RouteRule, unsafeRoutes } from '../../../core/contract/edge-safety';
import { barePrefix, GRPC_SERVICE } from '../../../core/contract/fronts';
import { contractName, contractPrefix, grpcClusterName } from '../../../core/contract/names';
import { type Finding, finding, type FindingKind } from '../../../core/findings/finding';
import { gatewayFindings as kinds } from '../../../core/findings/gateway';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json';
import { issuersOf } from '../../../schema/access/issuers';
import type { ResolvedModel, ResolvedPlatform } from '../../../schema/resolved';
import { buildBootstrap } from './bootstrap';
import type { Bundle } from './bundle';
import { JWT_FILTER } from './claims';
import { AUTHZ_FILTER } from './ext-authz';
import { type GatewayOptions, type LoginOptions, resolveOptions } from './options';
import { RBAC_FILTER } from './rbac';

/**
 * Judges the gateway that would be written: what Envoy and the bundle say, not what the builders meant.
 * The same rules of routes are enforced once more by the supervisor in the running gateway.
 */
export function checkGateway(platform: ResolvedPlatform, bundle: Bundle, options: GatewayOptions = {}): readonly Finding[] {
  return [
    ...checkRoutes(bundle),
    ...checkBootstrap(buildBootstrap(platform, options)),
    ...checkIdentity(platform),
    ...(options.login ? checkLogin(platform, options.login, options) : []),
    ...platform.models.flatMap((model) => checkModel(model, resolveOptions(options).maxBodyBytes)),
  ];
}

/** Every route of the bundle. */
export function checkRoutes(bundle: Bundle): readonly Finding[] {
  const found = [
    ...unsafeRoutes(bundle.index.platformRoutes, {}).map((breach) => ({ ...breach, model: undefined })),
    ...bundle.parts.flatMap(({ contract: { model, contract, versions }, routes, bareRoutes = [], grpcRoutes = [] }) =>
      [
        ...unsafeRoutes(routes, { prefix: contractPrefix(model, contract) }),
        ...unsafeRoutes(bareRoutes, { prefix: `${barePrefix(model)}/` }),
        ...unsafeRoutes(grpcRoutes, { prefix: GRPC_SERVICE, clusters: versions.map(({ version }) => grpcClusterName(model, version)) }),
      ].map((breach) => ({ ...breach, model })),
    ),
  ];
  return found.map(({ rule, route, reason, model }) =>
    finding(KIND_OF[rule], { message: `route "${route}": ${reason}`, ...(model ? { model } : {}) }),
  );
}

const KIND_OF: { readonly [rule in RouteRule]: FindingKind } = {
  'no-rule': kinds.routeWithoutRule,
  'admits-everybody': kinds.admitsEverybody,
  'weak-rule': kinds.weakRule,
  'token-not-demanded': kinds.weakRule,
  'answers-itself': kinds.answersItself,
  rewrites: kinds.answersItself,
  'unknown-target': kinds.answersItself,
  'no-identity': kinds.answersItself,
  'no-timeout': kinds.answersItself,
  'weak-login': kinds.weakLogin,
  'outside-prefix': kinds.outsidePrefix,
};

/** Filters that may stand before the decision: none of them can answer for a model. */
const BEFORE_THE_DECISION = new Set(
  ['health_check', 'compressor', 'cors', 'local_ratelimit', 'body_size_limit', 'csrf', 'oauth2'].map(
    (name) => `envoy.filters.http.${name}`,
  ),
);

/** Listeners and admin of a bootstrap. */
export function checkBootstrap(bootstrap: JsonObject): readonly Finding[] {
  const admin = at(bootstrap, 'admin', 'address', 'socket_address', 'address');
  const listeners = list(at(bootstrap, 'static_resources', 'listeners')).filter((listener) => listener['traffic_direction'] === 'INBOUND');
  return [
    ...list(at(bootstrap, 'static_resources', 'clusters')).flatMap(checkUpstream),
    ...checkCookies(bootstrap),
    ...(admin === '127.0.0.1' ? [] : [finding(kinds.exposedAdmin, { message: `admin listens on ${JSON.stringify(admin ?? null)}` })]),
    ...listeners.flatMap((listener) =>
      list(listener['filter_chains'])
        .flatMap((chain) => list(chain['filters']))
        .flatMap((filter) => checkManager(String(listener['name']), at(filter, 'typed_config'))),
    ),
  ];
}

function checkManager(listener: string, manager: JsonValue | undefined): readonly Finding[] {
  const filters = list(at(manager, 'http_filters'));
  const names = filters.map(({ name }) => String(name));
  const [jwt, rbac, router] = [JWT_FILTER, RBAC_FILTER, 'envoy.filters.http.router'].map((name) => names.indexOf(name)) as [
    number,
    number,
    number,
  ];
  const order = (message: string): Finding => finding(kinds.filterOrder, { message: `listener "${listener}": ${message}` });
  const findings = names
    .slice(0, jwt < 0 ? names.length : jwt)
    .filter((name) => !BEFORE_THE_DECISION.has(name))
    .map((name) => order(`the filter ${name} stands before ${JWT_FILTER}`));
  if (jwt < 0 || rbac !== jwt + 1) findings.push(order(`${RBAC_FILTER} does not follow ${JWT_FILTER}`));
  if (router !== names.length - 1) findings.push(order('the router is not last'));
  for (const filter of filters.slice(rbac + 1, -1)) findings.push(...checkAsked(filter, order));
  const rules = at(filters[rbac], 'typed_config', 'rules');
  if (
    !isJsonObject(rules) ||
    rules['action'] !== 'ALLOW' ||
    Object.keys(isJsonObject(rules['policies']) ? rules['policies'] : {}).length > 0
  ) {
    findings.push(
      finding(kinds.admitsEverybody, { message: `listener "${listener}": the default rule is not an empty list of allowed callers` }),
    );
  }
  return [...findings, ...checkTokens(listener, at(filters[jwt], 'typed_config'))];
}

/** Behind the decision stands only the question to the processor, off unless a route asks, and a refusal when nobody answers. */
function checkAsked(filter: JsonObject, order: (message: string) => Finding): readonly Finding[] {
  if (filter['name'] !== AUTHZ_FILTER) return [order(`the filter ${String(filter['name'])} stands between ${RBAC_FILTER} and the router`)];
  const config = at(filter, 'typed_config');
  const open = at(config, 'failure_mode_allow') !== false || at(config, 'shadow_mode') === true;
  const reroutes = at(config, 'clear_route_cache') !== false;
  return [
    ...(open ? [order(`${AUTHZ_FILTER} lets calls through when nobody answers it`)] : []),
    ...(reroutes ? [order(`${AUTHZ_FILTER} may change the route after its rule was judged`)] : []),
  ];
}

function checkTokens(listener: string, jwt: JsonValue | undefined): readonly Finding[] {
  const weak = (message: string): Finding => finding(kinds.weakToken, { message: `listener "${listener}": ${message}` });
  const providers = Object.entries(record(at(jwt, 'providers')));
  const findings: Finding[] = [];
  if (providers.length === 0) findings.push(weak('no provider is named'));
  for (const [name, provider] of providers) {
    if (
      list(at(provider, 'from_headers')).length !== 1 ||
      at(provider, 'from_params') !== undefined ||
      at(provider, 'from_cookies') !== undefined
    ) {
      findings.push(weak(`provider "${name}" takes tokens from elsewhere than the Authorization header`));
    }
    const audiences = at(provider, 'audiences');
    if (!Array.isArray(audiences) || audiences.length === 0 || audiences.includes(''))
      findings.push(weak(`provider "${name}" has no audience`));
    if (!at(provider, 'issuer')) findings.push(weak(`provider "${name}" has no issuer`));
    if (at(provider, 'require_expiration') !== true) findings.push(weak(`provider "${name}" takes tokens without an end`));
    if (at(provider, 'forward') === true) findings.push(weak(`provider "${name}" passes tokens on`));
  }
  const rules = list(at(jwt, 'rules'));
  const last = rules.at(-1);
  if (at(last, 'match', 'prefix') !== '' || at(last, 'requires', 'provider_name') === undefined)
    findings.push(weak('the last rule does not demand a token on every path'));
  if (/allow_missing|extract_only_without_validation/.test(JSON.stringify(rules)))
    findings.push(weak('a rule lets calls without a good token through'));
  return findings;
}

/** TLS without a list of authorities and a name to compare proves nothing. */
function checkUpstream(cluster: JsonObject): readonly Finding[] {
  const socket = cluster['transport_socket'];
  if (socket === undefined) return [];
  const validation = at(socket, 'typed_config', 'common_tls_context', 'validation_context');
  const proves = at(validation, 'trusted_ca') !== undefined && list(at(validation, 'match_typed_subject_alt_names')).length > 0;
  if (proves) return [];
  return [finding(kinds.unverifiedUpstream, { message: `cluster "${String(cluster['name'])}" does not check whose certificate it meets` })];
}

/** Session cookies under the older cipher can be read by whoever may guess (CVE-2026-47775). */
function checkCookies(bootstrap: JsonObject): readonly Finding[] {
  const layers = list(at(bootstrap, 'layered_runtime', 'layers'));
  const gcm = layers.some((layer) => at(layer, 'static_layer', 'envoy.reloadable_features.oauth2_use_gcm_encryption') === true);
  const only = layers.every((layer) => layer['static_layer'] !== undefined);
  return gcm && only
    ? []
    : [finding(kinds.weakLogin, { message: 'session cookies are not encrypted by AES-GCM, or a running gateway may switch it off' })];
}

function checkLogin({ stack }: ResolvedPlatform, login: LoginOptions, options: GatewayOptions): readonly Finding[] {
  const weak = (message: string): Finding => finding(kinds.weakLogin, { message: `login: ${message}`, stack: stack.name });
  // The platform's own Keycloak is asked for tokens where it is asked for keys: by its Service.
  const inside = stack.identity.kind === 'keycloak' && sameOrigin(login.tokenEndpoint, stack.identity.jwksUri);
  const addresses = [
    login.origin,
    login.authorizationEndpoint,
    ...(inside ? [] : [login.tokenEndpoint]),
    ...(login.endSessionEndpoint ? [login.endSessionEndpoint] : []),
  ];
  const plain = addresses.filter((address) => !URL.canParse(address) || new URL(address).protocol !== 'https:');
  return [
    ...plain.map((address) => weak(`${JSON.stringify(address)} is not an https:// address`)),
    ...(URL.canParse(login.origin) && new URL(login.origin).origin !== login.origin
      ? [weak(`${JSON.stringify(login.origin)} is not an origin`)]
      : []),
    ...(stack.exposure.kind === 'none' && options.edge?.tls === undefined ? [weak('nothing in front of the gateway speaks TLS')] : []),
  ];
}

function sameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;
}

function checkIdentity({ stack }: ResolvedPlatform): readonly Finding[] {
  const { identity } = stack;
  return issuersOf(identity).flatMap(({ jwks, jwksUri }, at) => {
    // The platform's own Keycloak stands in the gateway's namespace and is reached by its Service.
    if (jwks !== undefined || (at === 0 && identity.kind === 'keycloak')) return [];
    const url = URL.canParse(jwksUri) ? new URL(jwksUri) : undefined;
    const here = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    if (url?.protocol === 'https:' || here) return [];
    return [finding(kinds.plainIdentity, { message: `identity: the keys are fetched from ${JSON.stringify(jwksUri)}`, stack: stack.name })];
  });
}

function checkModel(model: ResolvedModel, maxBodyBytes: number): readonly Finding[] {
  const origins = (model.cors?.origins ?? []).filter((origin) => !isExactOrigin(origin));
  const methods = model.contracts.flatMap(({ contract, methods }) =>
    methods.map((method) => ({ ...method, place: `${contractName(model.name, contract)} method "${method.method}"` })),
  );
  return [
    ...origins.map((origin) =>
      finding(kinds.openOrigin, { message: `cors.origins: ${JSON.stringify(origin)} is not an exact origin`, model: model.name }),
    ),
    ...methods
      .filter((method) => method.maxBodyBytes > maxBodyBytes)
      .map((method) =>
        finding(kinds.bodyBeyondEdge, {
          message: `${method.place}: maxBody is ${method.maxBodyBytes} bytes, the gateway takes ${maxBodyBytes}`,
          model: model.name,
        }),
      ),
    ...methods
      .filter((method) => method.public && method.roles.length > 0)
      .map((method) => finding(kinds.publicWithRoles, { message: `${method.place}: public: true and roles`, model: model.name })),
  ];
}

function isExactOrigin(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === origin && /^https?:\/\/[^*]+$/.test(origin);
}

function at(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((current, key) => (isJsonObject(current) ? current[key] : undefined), value);
}

function list(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
}

function record(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
