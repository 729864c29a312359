import { methodRole, pinRole } from '../../core/contract/names';
import { modelFindings as kind } from '../../core/findings/model';
import type { Finding } from '../../core/findings/finding';
import { nearest } from '../../core/names';
import type { ContractSubject, ModelSubject } from './subject';

/** Nothing protects what is public, so nothing may pretend to. */
export function publicMethods({ full, report }: ContractSubject): readonly Finding[] {
  return Object.entries(full.methods)
    .filter(([, method]) => method.public)
    .flatMap(([name, method]) =>
      method.roles.length > 0
        ? [report(kind.publicRoles, ['methods', name, 'roles'], { message: `"${name}" is public and lists roles` })]
        : [
            report(kind.publicMethod, ['methods', name, 'public'], {
              message: `"${name}" is public: anybody may call it`,
            }),
          ],
    );
}

/** The method's own role admits anyway; a pin role admits to nothing. */
export function redundantRoles({ model, full, report }: ContractSubject): readonly Finding[] {
  return Object.entries(full.methods).flatMap(([name, { roles }]) =>
    roles.flatMap((role, index) => {
      if (role !== methodRole(model, name) && !role.endsWith(':pin')) return [];
      const message = role.endsWith(':pin') ? `"${role}" chooses versions and admits to nothing` : `"${role}" admits to "${name}" anyway`;
      return [report(kind.rolePin, ['methods', name, 'roles', index], { message })];
    }),
  );
}

const METHOD_ROLE = /^([a-z][-a-z0-9]*):([a-z][-a-z0-9]*)$/;

/** A role written `<model>:<method>` is that of a method which exists, in any model of the folder. */
export function rolesResolve(models: readonly ModelSubject[]): readonly Finding[] {
  const known = new Set(
    models.flatMap(({ name, contracts }) => [
      pinRole(name),
      ...contracts.flatMap(({ full }) => Object.keys(full.methods).map((method) => methodRole(name, method))),
    ]),
  );
  return models.flatMap(({ contracts }) =>
    contracts.flatMap(({ full, report }) =>
      Object.entries(full.methods).flatMap(([name, { roles }]) =>
        roles.flatMap((role, index) => {
          if (!METHOD_ROLE.test(role) || known.has(role)) return [];
          const close = nearest(role, [...known]);
          return [
            report(kind.roleUnknown, ['methods', name, 'roles', index], {
              message: `"${role}" is the role of no method`,
              ...(close === undefined ? {} : { fix: `write "${close}", or a role of your own without a colon` }),
            }),
          ];
        }),
      ),
    ),
  );
}
