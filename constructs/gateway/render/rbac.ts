import type { JsonObject } from '../../../core/json';
import type { ResolvedIdentity } from '../../../schema/resolved';
import { claimMatches } from './claims';
import { extension, typed } from './envoy';

export const RBAC_FILTER = 'envoy.filters.http.rbac';

/** Default of the whole listener: rules that allow nothing. A route without a rule of its own is denied. */
export function rbacFilter(): JsonObject {
  return extension(RBAC_FILTER, 'envoy.extensions.filters.http.rbac.v3.RBAC', { rules: { action: 'ALLOW', policies: {} } });
}

/** Admits verified callers that hold at least one role of each group. */
export function allowRoles(identity: ResolvedIdentity, ...groups: readonly (readonly string[])[]): JsonObject {
  if (groups.length === 0 || groups.some((group) => group.length === 0))
    throw new Error('a rule without roles would admit nobody or everybody');
  return allow([hasSubject(identity), ...groups.map((group) => anyRole(identity, group))]);
}

/** Admits every verified caller. */
export function allowAuthenticated(identity: ResolvedIdentity): JsonObject {
  return allow([hasSubject(identity)]);
}

/** Admits everybody: only for methods declared public under an approved exception. */
export function allowPublic(): JsonObject {
  return perRoute([{ any: true }]);
}

// A token without a subject has no principal, so it is nobody's.
function hasSubject(identity: ResolvedIdentity): JsonObject {
  return claimMatches(identity.claims.subject, { string_match: { safe_regex: { regex: '.+' } } });
}

function anyRole(identity: ResolvedIdentity, roles: readonly string[]): JsonObject {
  const held = roles.map((role) => claimMatches(identity.claims.roles, { list_match: { one_of: { string_match: { exact: role } } } }));
  const [only] = held;
  return held.length === 1 && only ? only : { or_ids: { ids: held } };
}

function allow(all: readonly JsonObject[]): JsonObject {
  const [only] = all;
  return perRoute([all.length === 1 && only ? only : { and_ids: { ids: [...all] } }]);
}

function perRoute(principals: readonly JsonObject[]): JsonObject {
  return typed('envoy.extensions.filters.http.rbac.v3.RBACPerRoute', {
    rbac: { rules: { action: 'ALLOW', policies: { callers: { permissions: [{ any: true }], principals: [...principals] } } } },
  });
}
