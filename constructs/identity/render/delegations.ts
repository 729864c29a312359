import type { Delegation } from '../../../core/contract/realm';
import { PEOPLE } from '../../../core/contract/realm-names';
import { digestOf } from '../../../core/digests';
import { byBytes } from '../../../core/order';
import { approversOf, approversOfAll, realmRoles } from '../../../schema/access/approvers';
import type { ResolvedModel } from '../../../schema/resolved';

/** Keycloak keeps 255 characters of a name. */
const LONGEST = 160;

/**
 * Who may give out which roles with a login of their own, as permissions of Keycloak: approvers of a model its roles, and realm roles that only
 * models of theirs list. Keycloak asks that all permissions over one thing agree, so each model and role stands in one delegation, that of its
 * whole set of approvers, and people in one for everybody who approves.
 */
export function delegations(models: readonly ResolvedModel[]): readonly (Delegation & { readonly name: string })[] {
  const found = new Map<string, { readonly approvers: readonly string[]; readonly models: string[]; readonly roles: string[] }>();
  const of = (approvers: readonly string[]): { readonly models: string[]; readonly roles: string[] } => {
    const key = approvers.join(' ');
    const there = found.get(key) ?? { approvers, models: [], roles: [] };
    found.set(key, there);
    return there;
  };
  for (const model of models) of(approversOf(model)).models.push(model.name);
  for (const [role, listing] of realmRoles(models)) {
    const approvers = approversOfAll(listing);
    if (approvers.length > 0) of(approvers).roles.push(role);
  }
  if (found.size === 0) return [];
  const everybody = sorted(models.flatMap(approversOf));
  return [
    { name: PEOPLE, approvers: everybody, people: true, models: [], roles: [] },
    ...[...found].map(([key, { approvers, ...given }]) => ({
      name: key.length > LONGEST ? `${key.slice(0, LONGEST)} ${digestOf(key).slice(0, 16)}` : key,
      approvers,
      people: false,
      models: sorted(given.models),
      roles: sorted(given.roles),
    })),
  ];
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort(byBytes);
}
