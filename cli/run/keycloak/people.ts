import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { GROUPS_SCOPE, ROLES_SCOPE } from '../../../core/contract/realm-names';
import type { Directory, Identity } from '../issuer/people';
import { APPROVER, SAMPLE_PASSWORD, TOKEN_CLIENT } from './settings';

/** Puts the sample people and the client behind `kea token` into the realm; who is there already gets what he lacks, and keeps what he was given. */
export async function putPeople(
  admin: KeycloakAdminClient,
  directory: Directory,
  { tokenSecret, approving }: { readonly tokenSecret: string; readonly approving: readonly string[] },
): Promise<void> {
  const [known] = await admin.clients.find({ clientId: TOKEN_CLIENT });
  if (!known) {
    await admin.clients.create({
      clientId: TOKEN_CLIENT,
      secret: tokenSecret,
      publicClient: false,
      standardFlowEnabled: false,
      directAccessGrantsEnabled: true,
      fullScopeAllowed: true,
      defaultClientScopes: ['basic', 'profile', ROLES_SCOPE, GROUPS_SCOPE],
      optionalClientScopes: [],
    });
  }
  for (const person of directory.people) await putPerson(admin, person);
  await putApprover(admin, approving);
}

async function putPerson(admin: KeycloakAdminClient, { id: username, name, roles }: Identity): Promise<void> {
  const [known] = await admin.users.find({ username, exact: true });
  const id =
    known?.id ??
    (
      await admin.users.create({
        username,
        enabled: true,
        firstName: name,
        lastName: 'Sample',
        email: `${username}@example.com`,
        emailVerified: true,
        credentials: [{ type: 'password', value: SAMPLE_PASSWORD, temporary: false }],
      })
    ).id;
  const held = await admin.users.listRoleMappings({ id });
  const realmRoles = (await admin.roles.find()).flatMap(ref).filter((role) => roles.includes(role.name));
  const mine = (held.realmMappings ?? []).flatMap(ref);
  await admin.users.addRealmRoleMappings({ id, roles: without(realmRoles, mine) });
  for (const client of new Set(roles.filter((role) => role.includes(':')).map((role) => role.split(':')[0] ?? ''))) {
    const [found] = await admin.clients.find({ clientId: client });
    if (found?.id === undefined) continue;
    const wanted = (await admin.clients.listRoles({ id: found.id })).flatMap(ref).filter((role) => roles.includes(role.name));
    await admin.users.addClientRoleMappings({ id, clientUniqueId: found.id, roles: wanted });
  }
}

/** One sample person is in every group that approves, so that `kea access grant --as` can be tried. */
async function putApprover(admin: KeycloakAdminClient, approving: readonly string[]): Promise<void> {
  const [person] = await admin.users.find({ username: APPROVER, exact: true });
  const groups = await admin.groups.find({ first: 0, max: 1000 });
  const held = new Set((await admin.users.listGroups({ id: person?.id ?? '' })).map(({ id }) => id));
  for (const { id, name } of groups)
    if (id !== undefined && name !== undefined && approving.includes(name) && !held.has(id))
      await admin.users.addToGroup({ id: person?.id ?? '', groupId: id });
}

function ref({ id, name }: { readonly id?: string; readonly name?: string }): readonly { id: string; name: string }[] {
  return id === undefined || name === undefined ? [] : [{ id, name }];
}

function without(roles: readonly { id: string; name: string }[], others: readonly { id: string }[]): { id: string; name: string }[] {
  const ids = new Set(others.map(({ id }) => id));
  return roles.filter(({ id }) => !ids.has(id));
}
