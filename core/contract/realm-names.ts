/** Names inside a realm that the plan, the gateway, the local run and the tests agree on. */

/** Scope that puts roles and audience into access tokens. */
export const ROLES_SCOPE = 'kea-roles';

/** Scope that puts the holder's groups into tokens of `kea-access`. */
export const GROUPS_SCOPE = 'kea-groups';

/** Clients of the platform itself; no model may have such a name, because `kea-` is reserved. */
export const RealmClient = {
  /** Envoy's login on the documentation pages. */
  login: 'kea-login',
  /** Scripts of the documentation pages. */
  portal: 'kea-portal',
  /** People at a terminal, one scope a model. */
  cli: 'kea-cli',
  /** People who approve, at a terminal; its tokens open no model. */
  access: 'kea-access',
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

/** Delegation by which all approvers find people. */
export const PEOPLE = 'kea-people';

/**
 * Role of the realm that comprises `ASKING_ROLES`; groups of approvers hold it. The first sync makes it, as the administrator of Keycloak's first start:
 * a realm with admin permissions lets only realm administrators give such roles themselves. No role of a model can have this name.
 */
export const APPROVER = '_kea-approver';

/** What approvers must hold of `realm-management` to ask for people and models at all; it shows and changes nothing by itself. */
export const ASKING_ROLES = ['realm-management query-clients', 'realm-management query-users'] as const;

/** Scope that puts one model's roles into a token: `model-credit-score`. */
export function modelScope(model: string): string {
  return `model-${model}`;
}
