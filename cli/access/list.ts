import { pinRole } from '../../core/contract/names';
import type { ResolvedModel } from '../../schema/resolved';

/** A role of a model: what it opens, and who says who may have it. */
export interface RoleOfModel {
  readonly model: string;
  readonly role: string;
  /** `v1/score`; empty for the role that pins versions. */
  readonly opens: readonly string[];
  readonly owner: string;
  /** Groups that approve; the owner alone where the model names none. */
  readonly approvers: readonly string[];
}

/** Every role that admits to a method of these models, in byte order. Public methods need none. */
export function rolesOf(models: readonly ResolvedModel[]): readonly RoleOfModel[] {
  return models.flatMap(({ name, contracts, owner, approvers }) => {
    const opens = new Map<string, string[]>();
    for (const { contract, methods } of contracts)
      for (const { method, roles, public: open } of methods)
        if (!open) for (const role of roles) opens.set(role, [...(opens.get(role) ?? []), `${contract}/${method}`]);
    return [...[...opens].sort(([a], [b]) => (a < b ? -1 : 1)), [pinRole(name), []] as const].map(([role, methods]) => ({
      model: name,
      role,
      opens: methods,
      owner,
      approvers: approvers.length > 0 ? approvers : [owner],
    }));
  });
}

/** For people, one line a role. */
export function renderRoles(roles: readonly RoleOfModel[]): string {
  const width = Math.max(0, ...roles.map(({ role }) => role.length));
  return roles
    .map(({ model, role, opens, approvers }) => {
      const what =
        opens.length > 0 ? opens.map((each) => `${model}/${each}`).join(', ') : `a version of ${model}, besides a role that calls it`;
      return `${role.padEnd(width)}  ${what}; approved by ${approvers.join(' or ')}`;
    })
    .join('\n');
}
