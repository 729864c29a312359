import { methodRole, pinRole } from '../../core/contract/names';
import { byBytes } from '../../core/order';
import type { ResolvedModel } from '../resolved';

type Approved = Pick<ResolvedModel, 'owner' | 'approvers'>;

/** Groups whose members say who gets a role of the model; the owner alone where the file names none. In byte order. */
export function approversOf({ owner, approvers }: Approved): readonly string[] {
  return approvers.length > 0 ? [...new Set(approvers)].sort(byBytes) : [owner];
}

/**
 * Groups that may give a role out that these models' methods all list: those that every one of the models names, so that nobody opens a model
 * of others by listing their role in his own. Empty: administrators of the realm alone.
 */
export function approversOfAll(models: readonly Approved[]): readonly string[] {
  const [first = [], ...others] = models.map(approversOf);
  return first.filter((group) => others.every((each) => each.includes(group)));
}

/** Roles that methods list and no model has of its own → the models that list them. */
export function realmRoles(models: readonly ResolvedModel[]): ReadonlyMap<string, readonly ResolvedModel[]> {
  const own = new Set(
    models.flatMap(({ name, contracts }) => [
      pinRole(name),
      ...contracts.flatMap(({ methods }) => methods.map(({ method }) => methodRole(name, method))),
    ]),
  );
  const found = new Map<string, Set<ResolvedModel>>();
  for (const model of models)
    for (const { methods } of model.contracts)
      for (const role of methods.flatMap(({ roles }) => roles))
        if (!own.has(role)) found.set(role, (found.get(role) ?? new Set()).add(model));
  return new Map([...found].sort(([a], [b]) => byBytes(a, b)).map(([role, listing]) => [role, [...listing]]));
}
