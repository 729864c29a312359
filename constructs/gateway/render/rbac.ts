import { sharedJson } from '../../../core/canonical';
import type { JsonObject } from '../../../core/json';
import { valuesFor } from '../../../core/contract/identity';
import { issuersOf } from '../../../schema/access/issuers';
import type { ResolvedIdentity, ResolvedIssuer } from '../../../schema/resolved';
import { claimMatches, PLAIN_NAME } from './claims';
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
  let rules = known.get(identity);
  if (rules === undefined) known.set(identity, (rules = new Map()));
  const name = JSON.stringify(groups);
  let rule = rules.get(name);
  if (rule === undefined) rules.set(name, (rule = sharedJson(allow(identity, (issuer) => groups.map((group) => anyRole(issuer, group))))));
  return rule;
}

/** The same rule stands on many routes of a contract. */
const known = new WeakMap<ResolvedIdentity, Map<string, JsonObject>>();

/** Admits every verified caller. */
export function allowAuthenticated(identity: ResolvedIdentity): JsonObject {
  return allow(identity, () => []);
}

/** Admits everybody: only for methods declared public under an approved exception. */
export function allowPublic(): JsonObject {
  return perRoute([{ any: true }]);
}

/** One principal for each provider, because each writes roles and subjects in its own place. */
function allow(identity: ResolvedIdentity, needed: (issuer: ResolvedIssuer) => readonly JsonObject[]): JsonObject {
  const issuers = issuersOf(identity);
  return perRoute(
    issuers.map((issuer) => {
      const ofIssuer = issuers.length === 1 ? [] : [claimMatches('iss', { string_match: { exact: issuer.issuer } })];
      return all([...ofIssuer, hasSubject(issuer), ...needed(issuer)]);
    }),
  );
}

// A token without a subject has no principal, so it is nobody's; one whose name changes on its way is somebody else's. Of `sub` jwt_authn sees to that, once.
function hasSubject({ claims }: ResolvedIssuer): JsonObject {
  return claimMatches(claims.subject, { string_match: { safe_regex: { regex: claims.subject === 'sub' ? '.+' : PLAIN_NAME } } });
}

function anyRole({ claims, roleOf = {} }: ResolvedIssuer, roles: readonly string[]): JsonObject {
  const values = [...new Set(roles.flatMap((role) => valuesFor(role, roleOf)))];
  const held = values.map((value) => claimMatches(claims.roles, { list_match: { one_of: { string_match: { exact: value } } } }));
  const [only] = held;
  return held.length === 1 && only ? only : { or_ids: { ids: held } };
}

function all(conditions: readonly JsonObject[]): JsonObject {
  const [only] = conditions;
  return conditions.length === 1 && only ? only : { and_ids: { ids: [...conditions] } };
}

function perRoute(principals: readonly JsonObject[]): JsonObject {
  return typed('envoy.extensions.filters.http.rbac.v3.RBACPerRoute', {
    rbac: { rules: { action: 'ALLOW', policies: { callers: { permissions: [{ any: true }], principals: [...principals] } } } },
  });
}
