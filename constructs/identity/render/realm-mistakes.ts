import { identityFindings } from '../../../core/findings/identity';
import { finding, type Finding } from '../../../core/findings/finding';
import { nearest } from '../../../core/names';
import { ADMINS } from '../../../core/contract/realm-names';
import type { ResolvedPlatform } from '../../../schema/resolved';
import type { KeycloakSettings } from './keycloak-options';
import { knownGroups, knownRoles } from './realm';

/** What machines and brokers of the stack name and the models do not have. Judged with the models at hand, so in the plan and not in the stack file. */
export function realmMistakes({ stack, models }: ResolvedPlatform, { machines, brokers }: KeycloakSettings): readonly Finding[] {
  const roles = knownRoles(models);
  const groups = knownGroups(models);
  const names = new Set(models.map(({ name }) => name));
  const common = { stack: stack.name };
  const unknownRole = (role: string, who: string): readonly Finding[] =>
    roles.has(role)
      ? []
      : [
          finding(identityFindings.unknownRole, {
            ...common,
            message: `${who} has "${role}", which no model asks for`,
            ...closest(role, roles),
          }),
        ];
  return [
    ...machines.flatMap(({ name, roles: held }) => [
      ...(names.has(name)
        ? [finding(identityFindings.takenName, { ...common, message: `machine "${name}" has the name of a model` })]
        : []),
      ...held.flatMap((role) => unknownRole(role, `machine "${name}"`)),
    ]),
    ...brokers.flatMap((broker) => [
      ...Object.values(broker.roles).flatMap((role) => unknownRole(role, `broker "${broker.name}"`)),
      ...Object.values(broker.groups)
        .filter((group) => !groups.has(group) && group !== ADMINS)
        .map((group) =>
          finding(identityFindings.unknownGroup, {
            ...common,
            message: `broker "${broker.name}" has "${group}", which no model names`,
            ...closest(group, groups),
          }),
        ),
    ]),
  ];
}

function closest(word: string, known: ReadonlySet<string>): { readonly fix?: string } {
  const close = nearest(word, [...known]);
  return close === undefined ? {} : { fix: `write "${close}"` };
}
