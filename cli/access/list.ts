import { pinRole } from '../../core/contract/names';
import { finding } from '../../core/findings/finding';
import { identityFindings } from '../../core/findings/identity';
import { nearest } from '../../core/names';
import { approversOf, approversOfAll, realmRoles } from '../../schema/access/approvers';
import type { ResolvedModel } from '../../schema/resolved';
import { Refusal } from '../refusal';

/** A role of a model: what it opens, and who says who may have it. */
export interface RoleOfModel {
  readonly model: string;
  readonly role: string;
  /** `v1/score`; empty for the role that pins versions. */
  readonly opens: readonly string[];
  readonly owner: string;
  /** Groups that approve; empty when models of different owners list the role, and only administrators may give it. */
  readonly approvers: readonly string[];
}

/** Every role that admits to a method of these models, in byte order. Public methods need none. */
export function rolesOf(models: readonly ResolvedModel[], all: readonly ResolvedModel[] = models): readonly RoleOfModel[] {
  const shared = realmRoles(all);
  return models.flatMap((model) => {
    const { name, contracts, owner } = model;
    const opens = new Map<string, string[]>();
    for (const { contract, methods } of contracts)
      for (const { method, roles, public: open } of methods)
        if (!open) for (const role of roles) opens.set(role, [...(opens.get(role) ?? []), `${contract}/${method}`]);
    return [...[...opens].sort(([a], [b]) => (a < b ? -1 : 1)), [pinRole(name), []] as const].map(([role, methods]) => {
      const listing = shared.get(role);
      return {
        model: name,
        role,
        opens: methods,
        owner,
        approvers: listing ? approversOfAll(listing) : approversOf(holderOf(role, all) ?? model),
      };
    });
  });
}

/** A role that can be asked for, with everything that it opens. */
export interface Role {
  readonly role: string;
  /** Model whose own role it is; undefined for a role of the realm. */
  readonly model?: string;
  readonly opens: readonly string[];
  readonly approvers: readonly string[];
}

/** The role of that name. @throws Refusal naming the nearest */
export function roleNamed(models: readonly ResolvedModel[], role: string): Role {
  const known = allRoles(models);
  const found = known.find((each) => each.role === role);
  if (found) return found;
  const names = known.map((each) => each.role);
  const close = nearest(role, names) ?? names.find((name) => name.startsWith(`${role}:`));
  const message = `there is no role "${role}"`;
  throw new Refusal(finding(identityFindings.noRole, { message, ...(close === undefined ? {} : { fix: `did you mean "${close}"?` }) }));
}

/** Every role of the models once, in byte order. */
export function allRoles(models: readonly ResolvedModel[]): readonly Role[] {
  const found = new Map<string, Role>();
  const shared = realmRoles(models);
  for (const { role, model, opens, approvers } of rolesOf(models)) {
    const there = found.get(role);
    const own = shared.has(role) ? undefined : holderOf(role, models)?.name;
    const more = opens.map((each) => `${model}/${each}`);
    found.set(role, { role, ...(own === undefined ? {} : { model: own }), opens: [...(there?.opens ?? []), ...more], approvers });
  }
  return [...found.values()].sort((a, b) => (a.role < b.role ? -1 : 1));
}

/** The model whose own role it is, for roles that are not the realm's. */
function holderOf(role: string, models: readonly ResolvedModel[]): ResolvedModel | undefined {
  return models.find(({ name }) => role.startsWith(`${name}:`));
}

/** For people, one line a role. */
export function renderRoles(roles: readonly RoleOfModel[]): string {
  const width = Math.max(0, ...roles.map(({ role }) => role.length));
  return roles
    .map(({ model, role, opens, approvers }) => {
      const what =
        opens.length > 0 ? opens.map((each) => `${model}/${each}`).join(', ') : `a version of ${model}, besides a role that calls it`;
      return `${role.padEnd(width)}  ${what}; ${approvedBy(approvers)}`;
    })
    .join('\n');
}

/** `approved by risk-team or lending` */
export function approvedBy(approvers: readonly string[]): string {
  return approvers.length > 0
    ? `approved by ${approvers.join(' or ')}`
    : 'given by administrators of the realm only, because its models have no approver in common';
}
