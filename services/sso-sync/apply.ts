import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { objectId, REALM_KINDS, type RealmMapper, type RealmObject, type RealmSet } from '../../core/contract/realm';
import type { RealmEdit, RealmStep } from '../../core/decide/realm-difference';
import { dropDelegation, putDelegation, type Numbers } from './delegation';
import { asFailure, statusOf } from './failure';
import { inParallel } from './in-parallel';
import type { Reading, RoleRef } from './read';

type Created = Extract<RealmStep, { do: 'create' }>;
type Changed = Extract<RealmStep, { do: 'change' }>;

/** Clients with their roles that one transaction makes. */
const BATCH = 25;

/** How steps are done; `check` throws when the realm is no longer ours to change. */
export interface Doing {
  readonly admin: KeycloakAdminClient;
  readonly realm: string;
  readonly reading: Reading;
  readonly check: () => void;
  readonly troubles: string[];
}

/**
 * Does the steps, kind after kind, because later kinds refer to earlier ones. What another made or removed meanwhile, and what Keycloak could not do
 * just now, is passed over and told in `troubles`: the next reading says what is left.
 */
export async function applySteps(doing: Doing, steps: readonly RealmStep[]): Promise<void> {
  const known = { roles: new Map(doing.reading.roles), ids: new Map(doing.reading.ids) };
  const work = { ...doing, known };
  for (const kind of REALM_KINDS) {
    const own = steps.filter(({ object }) => object.kind === kind);
    const created = own.filter((step): step is Created => step.do === 'create');
    if (kind === 'client') await inParallel(batches(created), (batch) => guarded(work, () => createClients(work, batch)));
    else await inParallel(created, ({ object }) => guarded(work, () => create(work, object)));
    const changed = own.filter((step): step is Changed => step.do === 'change');
    await inParallel(changed, (step) => guarded(work, () => change(work, step)));
  }
  // One after the other: what is deleted hangs together by links, and two deletions would wait for each other in the database.
  for (const step of steps) if (step.do === 'delete') await guarded(work, () => remove(work, step.object));
}

interface Work extends Doing {
  /** Grows while steps are done. */
  readonly known: { readonly roles: Map<string, RoleRef>; readonly ids: Map<string, string> };
}

async function guarded(work: Work, act: () => Promise<void>): Promise<void> {
  work.check();
  try {
    await act();
  } catch (error) {
    const status = statusOf(error) ?? 0;
    if (status !== 404 && status !== 409 && status < 500) throw error;
    work.troubles.push(asFailure(error).message);
  }
}

function batches(steps: readonly Created[]): readonly (readonly RealmObject[])[] {
  const objects = steps.map(({ object }) => object);
  return Array.from({ length: Math.ceil(objects.length / BATCH) }, (_, at) => objects.slice(at * BATCH, (at + 1) * BATCH));
}

/** Models' clients and their roles, in one transaction; what is there already is left alone. */
async function createClients({ admin, realm, known }: Work, objects: readonly RealmObject[]): Promise<void> {
  const roles = Object.fromEntries(objects.map(({ name, sets }) => [name, (sets.roles ?? []).map((role) => ({ name: role }))]));
  const clients = objects.map((object) => ({ ...clientOf(object), defaultClientScopes: [], optionalClientScopes: [] }));
  const rep = { ifResourceExists: 'SKIP' as const, clients, roles: { client: roles } };
  const answer = await admin.realms.partialImport({ realm, rep });
  const results = (answer as { readonly results?: readonly { resourceType: string; resourceName: string; id: string }[] }).results ?? [];
  for (const { resourceType, resourceName, id } of results) {
    const [client, role] = resourceName.split('-->');
    if (resourceType === 'CLIENT') known.ids.set(`client ${resourceName}`, id);
    if (resourceType === 'CLIENT_ROLE' && role !== undefined) known.roles.set(`${client ?? ''} ${role}`, { id, name: role });
  }
}

async function create(work: Work, object: RealmObject): Promise<void> {
  const { admin, known } = work;
  const note = ({ id }: { readonly id: string }): void => void known.ids.set(objectId(object), id);
  switch (object.kind) {
    case 'realm':
      return;
    case 'client':
      return createClients(work, [object]);
    case 'role': {
      await admin.roles.create({ name: object.name, attributes: lists(object.attributes) });
      const role = await admin.roles.findOneByName({ name: object.name });
      if (role?.id === undefined) return;
      known.roles.set(object.name, { id: role.id, name: object.name });
      note({ id: role.id });
      return setMembers(work, object, 'granted', object.sets.granted ?? []);
    }
    case 'scope':
      note(await admin.clientScopes.create(scopeOf(object)));
      return setMembers(work, object, 'scoped', object.sets.scoped ?? []);
    case 'login': {
      const { defaultScopes, optionalScopes } = object.sets;
      const scopes = { defaultClientScopes: [...(defaultScopes ?? [])], optionalClientScopes: [...(optionalScopes ?? [])] };
      note(await admin.clients.create({ ...clientOf(object), ...scopes }));
      await setMembers(work, object, 'scoped', object.sets.scoped ?? []);
      return setMembers(work, object, 'granted', object.sets.granted ?? []);
    }
    case 'group':
      note(await admin.groups.create({ name: object.name, attributes: lists(object.attributes) }));
      return setMembers(work, object, 'granted', object.sets.granted ?? []);
    case 'provider': {
      await admin.identityProviders.create({ alias: object.name, ...object.initial, ...object.fields, config: object.attributes });
      for (const [name, mapper] of Object.entries(object.mappers)) await setMapper(work, object, name, mapper);
      return;
    }
    case 'delegation':
      return putDelegation(admin, object, numbersOf(work));
  }
}

function numbersOf({ known }: Work): Numbers {
  return {
    group: (name) => known.ids.get(`group ${name}`),
    model: (name) => known.ids.get(`client ${name}`),
    role: (name) => known.roles.get(name)?.id,
  };
}

async function change(work: Work, { object, edits }: Changed): Promise<void> {
  const fields = edits.filter((edit): edit is Extract<RealmEdit, { field: string }> => 'field' in edit);
  const own = fields.filter(({ field }) => !field.startsWith('mappers.'));
  if (own.length > 0) await changeFields(work, object, own);
  for (const { field } of fields.filter((each) => !own.includes(each))) {
    const name = field.slice('mappers.'.length);
    const mapper = object.mappers[name];
    if (mapper) await setMapper(work, object, name, mapper);
    else await dropMapper(work, object, name);
  }
  for (const edit of edits) {
    if (!('set' in edit)) continue;
    await setMembers(work, object, edit.set, edit.add);
    await setMembers(work, object, edit.set, edit.remove, true);
  }
}

/** Of clients and scopes Keycloak takes a part; of realms, groups, roles and brokers the attributes must be whole. */
async function changeFields(work: Work, object: RealmObject, edits: readonly { field: string; to: unknown }[]) {
  const { admin, realm, known, reading } = work;
  const { name } = object;
  const id = known.ids.get(objectId(object)) ?? '';
  const there = reading.live.get(objectId(object))?.attributes ?? {};
  const changed = edits.filter(({ field }) => field.startsWith('attributes.')).map(({ field, to }) => [field.slice(11), to] as const);
  const dropped = new Set(changed.filter(([, to]) => to === undefined).map(([attribute]) => attribute));
  const whole = { ...Object.fromEntries(Object.entries(there).filter(([attribute]) => !dropped.has(attribute))), ...object.attributes };
  const part = Object.fromEntries(changed.map(([attribute, to]) => [attribute, to === undefined ? '' : String(to)]));
  switch (object.kind) {
    case 'realm':
      return admin.realms.update({ realm }, { ...(object.fields as object), attributes: whole });
    case 'role':
      return admin.roles.updateById({ id }, { id, name, attributes: lists(whole) });
    case 'client':
    case 'login':
      return admin.clients.update({ id }, { ...(object.fields as object), clientId: name, attributes: part });
    case 'scope':
      return admin.clientScopes.update({ id }, { ...(object.fields as object), name, attributes: part });
    case 'group':
      return admin.groups.update({ id }, { name, attributes: lists(whole) });
    case 'provider': {
      const now = (await admin.identityProviders.findOne({ alias: name })) ?? {};
      return admin.identityProviders.update({ alias: name }, { ...now, ...(object.fields as object), config: whole });
    }
    case 'delegation':
      return putDelegation(admin, object, numbersOf(work));
  }
}

async function setMapper({ admin, reading }: Work, object: RealmObject, name: string, { type, config }: RealmMapper): Promise<void> {
  const mapperId = reading.mappers.get(`${objectId(object)} ${name}`);
  const there = reading.live.get(objectId(object))?.mappers[name]?.config ?? {};
  const whole = { name, config: { ...there, ...config } };
  if (object.kind === 'provider') {
    const identityProviderMapper = { ...whole, identityProviderAlias: object.name, identityProviderMapper: type };
    if (mapperId === undefined) await admin.identityProviders.createMapper({ alias: object.name, identityProviderMapper });
    else await admin.identityProviders.updateMapper({ alias: object.name, id: mapperId }, { ...identityProviderMapper, id: mapperId });
    return;
  }
  const id = reading.ids.get(objectId(object)) ?? '';
  const mapper = { ...whole, protocol: 'openid-connect', protocolMapper: type };
  if (mapperId === undefined) await admin.clientScopes.addProtocolMapper({ id }, mapper);
  else await admin.clientScopes.updateProtocolMapper({ id, mapperId }, { ...mapper, id: mapperId });
}

async function dropMapper({ admin, reading }: Work, object: RealmObject, name: string): Promise<void> {
  const mapperId = reading.mappers.get(`${objectId(object)} ${name}`);
  if (mapperId === undefined) return;
  if (object.kind === 'provider') await admin.identityProviders.delMapper({ alias: object.name, id: mapperId });
  else await admin.clientScopes.delProtocolMapper({ id: reading.ids.get(objectId(object)) ?? '', mapperId });
}

/** Puts members into a set, or takes them out. */
async function setMembers(work: Work, object: RealmObject, set: RealmSet, members: readonly string[], out = false): Promise<void> {
  if (members.length === 0) return;
  const { admin, known } = work;
  const id = known.ids.get(objectId(object)) ?? '';
  switch (set) {
    case 'roles':
      for (const roleName of members)
        await (out ? admin.clients.delRole({ id, roleName }) : admin.clients.createRole({ id, name: roleName }));
      // Scopes come after clients, and name the new roles by their numbers.
      if (!out) for (const role of await admin.clients.listRoles({ id })) known.roles.set(`${object.name} ${role.name ?? ''}`, ref(role));
      return;
    case 'defaultScopes':
    case 'optionalScopes':
      await inParallel(members, async (scope) => {
        const link = { id, clientScopeId: known.ids.get(`scope ${scope}`) ?? '' };
        if (set === 'defaultScopes') await admin.clients[out ? 'delDefaultClientScope' : 'addDefaultClientScope'](link);
        else await admin.clients[out ? 'delOptionalClientScope' : 'addOptionalClientScope'](link);
      });
      return;
    case 'scoped':
      for (const [client, roles] of byClient(work, members)) await scopeRoles(work, object, id, client, roles, out);
      return;
    case 'granted': {
      if (object.kind === 'role') {
        const roles = members.flatMap((member) => known.roles.get(member) ?? []);
        return out ? admin.roles.delCompositeRoles({ id }, roles) : admin.roles.createComposite({ roleId: id }, roles);
      }
      const holder = object.kind === 'group' ? id : ((await admin.clients.getServiceAccountUser({ id })).id ?? '');
      const holders = object.kind === 'group' ? admin.groups : admin.users;
      for (const [client, roles] of byClient(work, members)) {
        if (client === undefined) await holders[out ? 'delRealmRoleMappings' : 'addRealmRoleMappings']({ id: holder, roles: [...roles] });
        else
          await holders[out ? 'delClientRoleMappings' : 'addClientRoleMappings']({ id: holder, clientUniqueId: client, roles: [...roles] });
      }
    }
  }
}

async function scopeRoles(
  { admin }: Work,
  object: RealmObject,
  id: string,
  client: string | undefined,
  roles: readonly RoleRef[],
  out: boolean,
) {
  const list = [...roles];
  const holders = object.kind === 'scope' ? admin.clientScopes : admin.clients;
  if (client === undefined) await holders[out ? 'delRealmScopeMappings' : 'addRealmScopeMappings']({ id }, list);
  else if (object.kind === 'scope')
    await admin.clientScopes[out ? 'delClientScopeMappings' : 'addClientScopeMappings']({ id, client }, list);
  else await admin.clients[out ? 'delClientScopeMappings' : 'addClientScopeMappings']({ id, client }, list);
}

/** Roles by the number of their client, `undefined` for the realm's own. A role that is gone is passed over. */
function byClient({ known }: Work, members: readonly string[]): ReadonlyMap<string | undefined, readonly RoleRef[]> {
  const found = new Map<string | undefined, RoleRef[]>();
  for (const member of members) {
    const role = known.roles.get(member);
    const client = member.includes(' ') ? (member.split(' ')[0] ?? '') : undefined;
    const id = client === undefined ? undefined : (known.ids.get(`client ${client}`) ?? known.ids.get(`login ${client}`));
    if (!role || (client !== undefined && id === undefined)) continue;
    found.set(id, [...(found.get(id) ?? []), role]);
  }
  return found;
}

async function remove({ admin, known }: Work, { kind, name }: Pick<RealmObject, 'kind' | 'name'>): Promise<void> {
  const id = known.ids.get(`${kind} ${name}`) ?? '';
  switch (kind) {
    case 'realm':
      return;
    case 'role':
      return admin.roles.delById({ id });
    case 'client':
    case 'login':
      return admin.clients.del({ id });
    case 'scope':
      return admin.clientScopes.del({ id });
    case 'group':
      return admin.groups.del({ id });
    case 'provider':
      return admin.identityProviders.del({ alias: name });
    case 'delegation':
      return dropDelegation(admin, name);
  }
}

function clientOf({ name, fields, initial, attributes }: RealmObject) {
  return { clientId: name, protocol: 'openid-connect', ...(initial as object), ...(fields as object), attributes };
}

function scopeOf({ name, fields, attributes, mappers }: RealmObject) {
  const protocolMappers = Object.entries(mappers).map(([mapper, { type, config }]) => ({
    name: mapper,
    protocol: 'openid-connect',
    protocolMapper: type,
    config,
  }));
  return { name, ...fields, attributes, protocolMappers };
}

function lists(attributes: { readonly [name: string]: string }): { [name: string]: string[] } {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value]]));
}

function ref({ id, name }: { readonly id?: string; readonly name?: string }): RoleRef {
  return { id: id ?? '', name: name ?? '' };
}
