import { RealmClient } from '../../core/contract/realm-names';
import { connect, logIn, type Connection } from './connect';
import { asFailure, statusOf, SyncFailure } from './failure';

/** Attribute by which Keycloak itself marks administrators of its first start. */
const TEMPORARY = 'is_temporary_admin';

/** Roles over one realm that the permanent client has; it can take nobody's place. */
const MANAGES = [
  ...['manage-realm', 'manage-clients', 'manage-users', 'manage-identity-providers', 'view-realm', 'view-clients', 'view-users'],
  ...['view-identity-providers', 'query-clients', 'query-groups', 'query-realms', 'query-users', 'manage-authorization', 'view-events'],
];
/** Roles over `master`: enough to see whether a temporary administrator is left. */
const SEES = ['view-clients', 'view-users', 'query-clients', 'query-users'];

export interface Secrets {
  /** Of the permanent client. */
  readonly client: string;
  /** Of the client that Keycloak's first start makes; not there once it has done its work elsewhere. */
  readonly bootstrap?: string;
  /** Of the gateway's login on the documentation pages. */
  readonly login?: string;
}

/** Logs in as the permanent client; where there is none yet, as the one of the first start. @throws SyncFailure */
export async function administrator(server: string, secrets: Secrets): Promise<Connection> {
  const permanent: Connection = { server, credentials: { client: RealmClient.sync, secret: secrets.client } };
  try {
    await logIn(server, permanent.credentials);
    return permanent;
  } catch (error) {
    if (secrets.bootstrap === undefined || !(error instanceof SyncFailure) || error.reason !== 'credentials') throw error;
  }
  const first: Connection = { server, credentials: { client: RealmClient.bootstrap, secret: secrets.bootstrap } };
  await logIn(server, first.credentials);
  return first;
}

/** Makes the permanent client with no more rights than it needs, proves that it works, and removes the one of the first start. */
export async function handOver(first: Connection, realm: string, secret: string): Promise<void> {
  if (first.credentials.client !== RealmClient.bootstrap) return;
  try {
    const master = connect(first, 'master');
    const representation = {
      clientId: RealmClient.sync,
      name: 'KEA sso-sync',
      secret,
      enabled: true,
      publicClient: false,
      standardFlowEnabled: false,
      implicitFlowEnabled: false,
      directAccessGrantsEnabled: false,
      serviceAccountsEnabled: true,
      attributes: { 'kea.managed': RealmClient.sync },
    };
    const [known] = await master.clients.find({ clientId: RealmClient.sync });
    if (known?.id === undefined) await master.clients.create(representation);
    else await master.clients.update({ id: known.id }, { clientId: RealmClient.sync, secret });
    const [made] = await master.clients.find({ clientId: RealmClient.sync });
    const user = await master.clients.getServiceAccountUser({ id: made?.id ?? '' });
    const createRealm = await master.roles.findOneByName({ name: 'create-realm' });
    const rights = [[`${realm}-realm`, MANAGES] as const, ['master-realm', SEES] as const];
    for (const [clientId, names] of rights) {
      const [client] = await master.clients.find({ clientId });
      const roles = (await master.clients.listRoles({ id: client?.id ?? '' })).filter(({ name }) => names.includes(name ?? ''));
      const refs = roles.map(({ id, name }) => ({ id: id ?? '', name: name ?? '' }));
      await master.users.addClientRoleMappings({ id: user.id ?? '', clientUniqueId: client?.id ?? '', roles: refs });
    }
    if (createRealm?.id !== undefined)
      await master.users.addRealmRoleMappings({ id: user.id ?? '', roles: [{ id: createRealm.id, name: 'create-realm' }] });
    await logIn(first.server, { client: RealmClient.sync, secret });
    const [old] = await master.clients.find({ clientId: RealmClient.bootstrap });
    if (old?.id !== undefined) await master.clients.del({ id: old.id });
  } catch (error) {
    throw asFailure(error);
  }
}

/** Names of administrators that Keycloak's first start left; undefined when we may not look. */
export async function temporaryAdministrators(connection: Connection): Promise<readonly string[] | undefined> {
  const master = connect(connection, 'master');
  try {
    const [clients, users] = await Promise.all([
      master.clients.find({ first: 0, max: 10_000 }),
      master.users.find({ q: `${TEMPORARY}:true`, briefRepresentation: false, max: 100 }),
    ]);
    return [
      ...clients.filter(({ attributes }) => attributes?.[TEMPORARY] === 'true').map(({ clientId }) => `client ${clientId ?? ''}`),
      ...users.filter(({ username }) => !username?.startsWith('service-account-')).map(({ username }) => `user ${username ?? ''}`),
    ];
  } catch (error) {
    if (statusOf(error) === 403) return undefined;
    throw asFailure(error);
  }
}
