import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type PolicyRepresentation from '@keycloak/keycloak-admin-client/lib/defs/policyRepresentation.js';
import { MARK, ownMark, type Delegation, type RealmObject } from '../../core/contract/realm';
import type { LiveObject } from '../../core/decide/realm-difference';
import type { JsonObject } from '../../core/json';
import { byBytes } from '../../core/order';
import { inParallel } from './in-parallel';

/** Keycloak's own client whose permissions say which administrators may do what. It comes with `adminPermissionsEnabled`. */
const PERMISSIONS = 'admin-permissions';
const ALL = { first: 0, max: 100_000 } as const;

/** What one delegation lets its approvers do, as permissions: one a kind of thing, each by a name that begins with the delegation's. */
const GRANTS = {
  people: { resourceType: 'Users', scopes: ['view', 'map-roles'] },
  models: { resourceType: 'Clients', scopes: ['view', 'map-roles'] },
  roles: { resourceType: 'Roles', scopes: ['map-role'] },
} as const;
type Grant = keyof typeof GRANTS;

/** A group policy as Keycloak lists it. */
type GroupPolicy = PolicyRepresentation & { readonly groups?: readonly { readonly id: string }[] };

/**
 * Delegations of a realm: our group policies, and the permissions that rest on them. A policy has no attributes, so its description is its mark. A permission
 * goes when the last thing goes that it is about, so one never comes to be about everything.
 */
export async function readDelegations(admin: KeycloakAdminClient, groups: ReadonlyMap<string, string>): Promise<readonly LiveObject[]> {
  const id = await permissionsClient(admin);
  if (id === undefined) return [];
  const policies = ((await admin.clients.listPolicies({ id, type: 'group', ...ALL })) as unknown as readonly GroupPolicy[]).filter(
    ({ name, description }) => description === ownMark({ kind: 'delegation', name: name ?? '' }),
  );
  if (policies.length === 0) return [];
  const permissions = (await admin.clients.findPermissions({ id, ...ALL })) as readonly PolicyRepresentation[];
  return inParallel(policies, async (policy) => {
    const name = policy.name ?? '';
    const about = async (grant: Grant): Promise<readonly string[] | undefined> => {
      const permission = permissions.find((each) => each.name === permissionName(name, grant));
      if (permission?.id === undefined) return undefined;
      const things = await admin.clients.getAssociatedResources({ id, permissionId: permission.id });
      return things.map((thing) => (thing as { readonly displayName?: string }).displayName ?? thing.name).sort(byBytes);
    };
    const approvers = groupIds(policy).map((group) => groups.get(group) ?? group);
    const [people, models, roles] = [await about('people'), await about('models'), await about('roles')];
    const fields: Delegation = {
      approvers: approvers.sort(byBytes),
      people: people !== undefined,
      models: models ?? [],
      roles: roles ?? [],
    };
    return {
      kind: 'delegation',
      name,
      fields: fields as unknown as JsonObject,
      attributes: { [MARK]: policy.description ?? '' },
      mappers: {},
      sets: {},
    };
  });
}

/** Numbers of what a delegation names, undefined for what is not there. */
export interface Numbers {
  readonly group: (name: string) => string | undefined;
  readonly model: (name: string) => string | undefined;
  readonly role: (name: string) => string | undefined;
}

/** Puts a delegation in place anew, whatever of it is there: a few approvers wait for a moment, and none gets more than he should. */
export async function putDelegation(admin: KeycloakAdminClient, { name, fields }: RealmObject, numbers: Numbers): Promise<void> {
  const id = (await permissionsClient(admin)) ?? '';
  await dropDelegation(admin, name);
  const { approvers, people, models, roles } = fields as unknown as Delegation;
  const groups = known(approvers, numbers.group);
  // Nobody: a policy of no group would be refused, and is not needed.
  if (groups.length === 0) return;
  const description = ownMark({ kind: 'delegation', name });
  const policy = { name, description, groups: groups.map((group) => ({ id: group, extendChildren: true })) };
  const { id: policyId = '' } = await admin.clients.createPolicy({ id, type: 'group' }, policy);
  const permit = async (grant: Grant, resources: readonly string[]): Promise<void> => {
    const { resourceType, scopes } = GRANTS[grant];
    const about = grant === 'people' ? {} : { resources: [...resources] };
    const permission = {
      name: permissionName(name, grant),
      description,
      resourceType,
      scopes: [...scopes],
      policies: [policyId],
      ...about,
    };
    await admin.clients.createPermission({ id, type: 'scope' }, permission);
  };
  if (people) await permit('people', []);
  const [clients, realmRoles] = [known(models, numbers.model), known(roles, numbers.role)];
  // A permission that names nothing would be about everything of its kind.
  if (clients.length > 0) await permit('models', clients);
  if (realmRoles.length > 0) await permit('roles', realmRoles);
}

/** Takes a delegation away, permissions first. */
export async function dropDelegation(admin: KeycloakAdminClient, name: string): Promise<void> {
  const id = await permissionsClient(admin);
  if (id === undefined) return;
  for (const grant of Object.keys(GRANTS) as readonly Grant[]) {
    const wanted = permissionName(name, grant);
    const found = (await admin.clients.findPermissions({ id, name: wanted })) as readonly PolicyRepresentation[];
    for (const each of found)
      if (each.name === wanted) await admin.clients.delPermission({ id, type: 'scope', permissionId: each.id ?? '' });
  }
  const policy = await admin.clients.findPolicyByName({ id, name });
  if (policy?.id !== undefined) await admin.clients.delPolicy({ id, policyId: policy.id });
}

async function permissionsClient(admin: KeycloakAdminClient): Promise<string | undefined> {
  const [client] = await admin.clients.find({ clientId: PERMISSIONS });
  return client?.id;
}

function permissionName(name: string, grant: Grant): string {
  return `${name}: ${grant}`;
}

/** The list of one kind of policy has the groups beside it, the list of all has them as text. */
function groupIds({ groups, config }: GroupPolicy): readonly string[] & string[] {
  const list = groups ?? (JSON.parse((config?.['groups'] as string | undefined) ?? '[]') as readonly { readonly id: string }[]);
  return list.map(({ id }) => id);
}

function known(names: readonly string[], number: (name: string) => string | undefined): readonly string[] {
  return names.flatMap((name) => number(name) ?? []);
}
