import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import type RealmRepresentation from '@keycloak/keycloak-admin-client/lib/defs/realmRepresentation.js';
import { MARK, objectId, type AppliedRealm, type RealmKind, type RealmMapper, type RealmPlan } from '../../core/contract/realm';
import { RealmClient } from '../../core/contract/realm-names';
import type { LiveObject, LiveRealm } from '../../core/decide/realm-difference';
import type { JsonObject } from '../../core/json';
import { readDelegations } from './delegation';
import { inParallel } from './in-parallel';
import { readState } from './state';

/** Keycloak's names and numbers of a role. */
export interface RoleRef {
  readonly id: string;
  readonly name: string;
}

/** A realm as it is now, and what is needed to change it. */
export interface Reading {
  readonly live: LiveRealm;
  readonly applied: AppliedRealm;
  /** By `objectId`. */
  readonly ids: ReadonlyMap<string, string>;
  /** By name as sets write it. */
  readonly roles: ReadonlyMap<string, RoleRef>;
  /** By `<objectId> <mapper>`. */
  readonly mappers: ReadonlyMap<string, string>;
}

interface Mapper {
  readonly id?: string;
  readonly name?: string;
  readonly protocolMapper?: string;
  readonly identityProviderMapper?: string;
  readonly identityProviderAlias?: string;
  readonly config?: { readonly [name: string]: string };
}

/** What partial export adds to the representation. */
type Export = RealmRepresentation & {
  readonly scopeMappings?: readonly ScopeMapping[];
  readonly clientScopeMappings?: { readonly [client: string]: readonly ScopeMapping[] };
};

interface ScopeMapping {
  readonly client?: string;
  readonly clientScope?: string;
  readonly roles?: readonly string[];
}

/**
 * Reads a realm, or gives undefined when there is none. Settings, clients, scopes and brokers come in one export, which is one transaction;
 * roles are asked client by client, because the export loads them ten times as slowly.
 */
export async function readRealm(admin: KeycloakAdminClient, plan: RealmPlan): Promise<Reading | undefined> {
  const { realm } = plan;
  if (!(await admin.realms.findOne({ realm }))) return undefined;
  const [exported, realmRoles, groups] = await Promise.all([
    admin.realms.export({ realm, exportClients: true, exportGroupsAndRoles: false }) as Promise<Export>,
    admin.roles.find({ briefRepresentation: false, first: 0, max: 100_000 }),
    admin.groups.find({ briefRepresentation: false, populateHierarchy: false, first: 0, max: 100_000 }),
  ]);
  const objects: LiveObject[] = [];
  const ids = new Map<string, string>();
  const roles = new Map<string, RoleRef>();
  const mappers = new Map<string, string>();
  const add = (object: LiveObject, id: string | undefined): void => {
    objects.push(object);
    if (id !== undefined) ids.set(objectId(object), id);
  };
  const noteMappers = (object: Pick<LiveObject, 'kind' | 'name'>, list: readonly Mapper[]): LiveObject['mappers'] => {
    for (const each of list) if (each.id !== undefined) mappers.set(`${objectId(object)} ${each.name ?? ''}`, each.id);
    return Object.fromEntries(list.map((each) => [each.name ?? '', mapperOf(each)]));
  };

  add(plainObject('realm', realm, exported as JsonObject, exported.attributes as Texts), exported.id);
  for (const role of realmRoles) {
    roles.set(role.name ?? '', { id: role.id ?? '', name: role.name ?? '' });
    add(plainObject('role', role.name, {}, first(role.attributes)), role.id);
  }
  for (const group of groups) add(plainObject('group', group.name, {}, first(group.attributes as Lists)), group.id);
  const scoped = scopedRoles(exported);
  for (const scope of exported.clientScopes ?? []) {
    const object = plainObject('scope', scope.name, scope as JsonObject, scope.attributes as Texts);
    const held = scoped.get(`scope ${scope.name ?? ''}`) ?? [];
    add({ ...object, mappers: noteMappers(object, (scope.protocolMappers ?? []) as readonly Mapper[]), sets: { scoped: held } }, scope.id);
  }
  for (const client of exported.clients ?? []) {
    const object = plainObject(kindOf(client, plan), client.clientId, client as JsonObject, client.attributes as Texts);
    const sets = {
      defaultScopes: client.defaultClientScopes ?? [],
      optionalScopes: client.optionalClientScopes ?? [],
      scoped: scoped.get(`client ${client.clientId ?? ''}`) ?? [],
    };
    add({ ...object, sets }, client.id);
  }
  for (const provider of exported.identityProviders ?? []) {
    const object = plainObject('provider', provider.alias, provider as JsonObject, provider.config as Texts);
    const own = ((exported.identityProviderMappers ?? []) as readonly Mapper[]).filter(
      ({ identityProviderAlias }) => identityProviderAlias === provider.alias,
    );
    add({ ...object, mappers: noteMappers(object, own) }, provider.alias);
  }

  const groupNames = new Map(groups.map(({ id, name }) => [id ?? '', name ?? '']));
  for (const delegation of await readDelegations(admin, groupNames)) add(delegation, delegation.name);

  const clientNames = new Map((exported.clients ?? []).map(({ id, clientId }) => [id ?? '', clientId ?? '']));
  const withRoles = await inParallel(objects, async (object) => {
    const id = ids.get(objectId(object));
    if (id === undefined) return object;
    if (object.kind === 'client' || object.name === 'realm-management') {
      const list = await admin.clients.listRoles({ id });
      for (const role of list) roles.set(`${object.name} ${role.name ?? ''}`, { id: role.id ?? '', name: role.name ?? '' });
      return { ...object, sets: { ...object.sets, roles: list.map(({ name }) => name ?? '') } };
    }
    const granting = plan.objects.find((each) => objectId(each) === objectId(object))?.sets.granted !== undefined;
    return granting ? { ...object, sets: { ...object.sets, granted: await grantedRoles(admin, object, id, clientNames) } } : object;
  });
  const state = exported.clients?.find(({ clientId }) => clientId === RealmClient.state);
  return {
    live: new Map(withRoles.map((object) => [objectId(object), object])),
    applied: readState((state?.attributes as Texts) ?? {}),
    ids,
    roles,
    mappers,
  };
}

type Texts = { readonly [name: string]: string } | undefined;
type Lists = { readonly [name: string]: readonly string[] } | undefined;

function plainObject(kind: RealmKind, name: string | undefined, fields: JsonObject, attributes: Texts): LiveObject {
  return { kind, name: name ?? '', fields, attributes: attributes ?? {}, mappers: {}, sets: {} };
}

function first(lists: Lists): Texts {
  return Object.fromEntries(Object.entries(lists ?? {}).map(([name, [value]]) => [name, value ?? '']));
}

function mapperOf({ protocolMapper, identityProviderMapper, config }: Mapper): RealmMapper {
  return { type: protocolMapper ?? identityProviderMapper ?? '', config: config ?? {} };
}

/** Both kinds are clients to Keycloak: the plan says which one a name is, and for one that left the plan its mark does. */
function kindOf({ clientId, attributes }: ClientRepresentation, plan: RealmPlan): RealmKind {
  const planned = plan.objects.find(({ kind, name }) => name === clientId && (kind === 'client' || kind === 'login'));
  if (planned) return planned.kind;
  return (attributes as Texts)?.[MARK]?.startsWith('client ') ? 'client' : 'login';
}

/** `scope x` or `client x` → roles that may stand in its tokens. */
function scopedRoles({ scopeMappings = [], clientScopeMappings = {} }: Export): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const take = ({ client, clientScope, roles = [] }: ScopeMapping, prefix: string): void => {
    const key = clientScope === undefined ? `client ${client ?? ''}` : `scope ${clientScope}`;
    found.set(key, [...(found.get(key) ?? []), ...roles.map((role) => `${prefix}${role}`)]);
  };
  for (const mapping of scopeMappings) take(mapping, '');
  for (const [client, mappings] of Object.entries(clientScopeMappings)) for (const mapping of mappings) take(mapping, `${client} `);
  return found;
}

async function grantedRoles(
  admin: KeycloakAdminClient,
  object: LiveObject,
  id: string,
  clients: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  if (object.kind === 'role') {
    const comprised = await admin.roles.getCompositeRoles({ id });
    return comprised.map(({ name, clientRole, containerId }) =>
      clientRole === true ? `${clients.get(containerId ?? '') ?? ''} ${name ?? ''}` : (name ?? ''),
    );
  }
  const held =
    object.kind === 'group'
      ? await admin.groups.listRoleMappings({ id })
      : await admin.users.listRoleMappings({ id: (await admin.clients.getServiceAccountUser({ id })).id ?? '' });
  return [
    ...(held.realmMappings ?? []).map(({ name }) => name ?? ''),
    ...Object.entries(held.clientMappings ?? {}).flatMap(([client, { mappings = [] }]) =>
      (mappings as readonly RoleRef[]).map(({ name }) => `${client} ${name}`),
    ),
  ];
}
