/** Names inside a realm that the plan, the gateway, the local run and the tests agree on. */

/** Scope that puts roles and audience into access tokens. */
export const ROLES_SCOPE = 'kea-roles';

/** Clients of the platform itself; no model may have such a name, because `kea-` is reserved. */
export const RealmClient = {
  /** Envoy's login on the documentation pages. */
  login: 'kea-login',
  /** Scripts of the documentation pages. */
  portal: 'kea-portal',
  /** People at a terminal, one scope a model. */
  cli: 'kea-cli',
  /** sso-sync itself, in the realm `master`. */
  sync: 'kea-sso-sync',
  /** Holds what sso-sync applied last; can do nothing. */
  state: 'kea-sso-sync-state',
  /** Exists while a sync runs; can do nothing. */
  lease: 'kea-sso-sync-lease',
  /** Made by Keycloak's very first start, removed by the first sync. */
  bootstrap: 'kea-bootstrap',
} as const;

/** Group whose members administer the realm. */
export const ADMINS = 'kea-admins';

/** Scope that puts one model's roles into a token: `model-credit-score`. */
export function modelScope(model: string): string {
  return `model-${model}`;
}
