import { PORTAL_PATH } from '../../../core/contract/ports';
import type { JsonObject } from '../../../core/json';
import { exactHeader, extension, typed } from './envoy';
import { IDENTITY_CLUSTER } from './jwt';
import type { LoginOptions } from './options';

export const OAUTH2_FILTER = 'envoy.filters.http.oauth2';
export const CSRF_FILTER = 'envoy.filters.http.csrf';

/** The documentation, the only place with cookies. */
const DOCS = PORTAL_PATH;

/** All cookies of the filter: sent to the documentation only, and by other sites' pages only when they lead here. */
const COOKIES = ['bearer_token', 'oauth_hmac', 'oauth_expires', 'id_token', 'refresh_token', 'oauth_nonce', 'code_verifier'] as const;

const PER_ROUTE = 'envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute';
const SHARE = (numerator: number): JsonObject => ({ default_value: { numerator, denominator: 'HUNDRED' }, runtime_key: 'kea.unused' });

/** Empty in the listener: only routes that carry `loginRoute` log people in. */
export function loginFilter(): JsonObject {
  return extension(OAUTH2_FILTER, 'envoy.extensions.filters.http.oauth2.v3.OAuth2', {});
}

/** Off in the listener: only routes with cookies need it, and machines send no Origin. */
export function csrfFilter(): JsonObject {
  return extension(CSRF_FILTER, 'envoy.extensions.filters.http.csrf.v3.CsrfPolicy', { filter_enabled: SHARE(0) });
}

/**
 * Per-route configuration of pages behind the login. The filter only turns a session cookie into a bearer token:
 * jwt_authn and rbac after it judge that token like any other.
 */
export function loginRoute(login: LoginOptions): { readonly [filter: string]: JsonObject } {
  return {
    [CSRF_FILTER]: typed('envoy.extensions.filters.http.csrf.v3.CsrfPolicy', { filter_enabled: SHARE(100) }),
    [OAUTH2_FILTER]: typed(PER_ROUTE, {
      config: {
        token_endpoint: { uri: login.tokenEndpoint, cluster: login.cluster ?? IDENTITY_CLUSTER, timeout: '5s' },
        authorization_endpoint: login.authorizationEndpoint,
        ...(login.endSessionEndpoint ? { end_session_endpoint: login.endSessionEndpoint } : {}),
        credentials: {
          client_id: login.clientId,
          token_secret: secret('login-token', login.secrets.tokenFile, login.secrets.watched),
          hmac_secret: secret('login-hmac', login.secrets.hmacFile, login.secrets.watched),
        },
        // Fixed, not made of what the request says: nobody is sent elsewhere after a login or a logout.
        redirect_uri: `${login.origin}${DOCS}/callback`,
        redirect_path_matcher: { path: { exact: `${DOCS}/callback` } },
        signout_path: { path: { exact: `${DOCS}/logout` } },
        ...(login.endSessionEndpoint ? { post_logout_redirect_uri: { uri: `${login.origin}${DOCS}` } } : {}),
        forward_bearer_token: true,
        use_refresh_token: true,
        default_refresh_token_expires_in: `${login.sessionSeconds ?? 28_800}s`,
        csrf_token_expires_in: '600s',
        code_verifier_token_expires_in: '600s',
        cookie_configs: Object.fromEntries(COOKIES.map((name) => [`${name}_cookie_config`, { same_site: 'LAX', path: DOCS }])),
        auth_scopes: [...new Set(['openid', ...(login.scopes ?? ['profile'])])],
        // A client with a token of its own is judged by it; jwt_authn stands behind, so nothing passes by saying "Bearer".
        pass_through_matcher: [{ name: 'authorization', string_match: { prefix: 'Bearer ' } }],
        // A script cannot follow a login page: it gets 401 and the page may reload itself.
        deny_redirect_matcher: [
          exactHeader('x-requested-with', 'XMLHttpRequest'),
          exactHeader('sec-fetch-mode', 'cors'),
          exactHeader('accept', 'application/json'),
        ],
      },
    }),
  };
}

function secret(name: string, path: string, watched: string | undefined): JsonObject {
  const source = { path, ...(watched === undefined ? {} : { watched_directory: { path: watched } }) };
  return { name, sds_config: { path_config_source: source, resource_api_version: 'V3' } };
}
