import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type { AccessRecord } from '../../core/contract/audit';
import { claimsOf, textsOf } from '../../core/contract/identity';
import { RealmClient } from '../../core/contract/realm-names';
import { finding } from '../../core/findings/finding';
import { identityFindings } from '../../core/findings/identity';
import { AuditWriter } from '../../services/audit/writer';
import { connect, connectAs, type Connection } from '../../services/sso-sync/connect';
import { statusOf } from '../../services/sso-sync/failure';
import { inParallel } from '../../services/sso-sync/in-parallel';
import { approvedBy, type Role } from '../access/list';
import { Refusal } from '../refusal';
import { refusing } from './sso';

/** A managed Keycloak: its admin API, and its realm. */
export interface KeycloakPlace {
  /** `https://admin.login.example.com`, without a path. */
  readonly server: string;
  readonly realm: string;
}

/** Who decides: a login of the realm, with the groups that its token names. */
export interface Approver {
  readonly subject: string;
  readonly name: string;
  readonly issuer: string;
  readonly groups: readonly string[];
  readonly token: string;
}

/** Somebody of the realm. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
}

/** Reads an access token of `kea-access`, or one that holds as much. It is verified by Keycloak, at the first call. @throws Refusal */
export function approverOf(token: string): Approver {
  const claims = claimsOf(token);
  const [subject, issuer] = [claims?.['sub'], claims?.['iss']];
  if (!claims || typeof subject !== 'string' || typeof issuer !== 'string')
    throw new Refusal(finding(identityFindings.noToken, { message: 'what was given is no access token of Keycloak' }));
  const name = claims['preferred_username'];
  return { subject, issuer, token, name: typeof name === 'string' ? name : subject, groups: textsOf(claims['groups']) };
}

/** Whether one of the groups, or one below it, is among those of the token. */
export function approves({ groups }: Approver, approvers: readonly string[]): boolean {
  return approvers.some((group) => groups.some((path) => path === `/${group}` || path.startsWith(`/${group}/`)));
}

/** Finds somebody by the name of his login. @throws Refusal */
export async function personNamed({ server, realm }: KeycloakPlace, { token }: Approver, username: string): Promise<Person> {
  return refusing(async () => {
    const [user] = await connectAs(server, realm, token).users.find({ username, exact: true });
    if (user?.id === undefined)
      throw new Refusal(
        finding(identityFindings.noRole, { message: `nobody with the login "${username}" is known, or you may not see people` }),
      );
    return { id: user.id, name: user.username ?? username, enabled: user.enabled !== false };
  });
}

/** Gives a role, or takes it away, as the approver; Keycloak judges whether he may. @throws Refusal */
export async function changeRole(
  place: KeycloakPlace,
  approver: Approver,
  role: Role,
  person: Person,
  change: 'grant' | 'revoke',
): Promise<void> {
  await refusing(async () => {
    try {
      await mapRole(connectAs(place.server, place.realm, approver.token), role, person.id, change);
    } catch (error) {
      if (statusOf(error) === 403) throw notApprover(approver, role);
      throw error;
    }
  });
}

/** Takes a role away with the rights of sso-sync, for grants whose end has come. @throws Refusal */
export async function endRole({ realm }: KeycloakPlace, connection: Connection, role: Role, username: string): Promise<Person | undefined> {
  return refusing(async () => {
    const admin = connect(connection, realm);
    const [user] = await admin.users.find({ username, exact: true });
    if (user?.id === undefined) return undefined;
    await mapRole(admin, role, user.id, 'revoke');
    return { id: user.id, name: username, enabled: user.enabled !== false };
  });
}

/** Who gives away what is not his. */
export function notApprover({ name }: Pick<Approver, 'name'>, role: Role): Refusal {
  return new Refusal(
    finding(identityFindings.notApprover, {
      message: `"${name}" may not decide about ${role.role}, which is ${approvedBy(role.approvers)}`,
    }),
  );
}

async function mapRole(admin: KeycloakAdminClient, { role, model }: Role, id: string, change: 'grant' | 'revoke'): Promise<void> {
  if (model === undefined) {
    // Approvers may not read realm roles one by one: those that somebody has, and those that they may give him, are listed.
    const list =
      change === 'grant' ? await admin.users.listAvailableRealmRoleMappings({ id }) : await admin.users.listRealmRoleMappings({ id });
    const found = list.find(({ name }) => name === role);
    if (found?.id !== undefined) {
      const roles = [{ id: found.id, name: role }];
      return change === 'grant' ? admin.users.addRealmRoleMappings({ id, roles }) : admin.users.delRealmRoleMappings({ id, roles });
    }
    const held = await admin.users.listRealmRoleMappings({ id });
    if (held.some(({ name }) => name === role) === (change === 'grant')) return;
    throw new Refusal(finding(identityFindings.notApprover, { message: `Keycloak offers you no role "${role}" to give` }));
  }
  const [client] = await admin.clients.find({ clientId: model });
  const found = client?.id === undefined ? undefined : await admin.clients.findRole({ id: client.id, roleName: role });
  if (client?.id === undefined || !found?.id)
    throw new Refusal(
      finding(identityFindings.noRole, {
        message: `Keycloak has no role "${role}", or you may not see it; \`kea sso apply\` puts roles of new models there`,
      }),
    );
  const mapping = { id, clientUniqueId: client.id, roles: [{ id: found.id, name: role }] };
  await (change === 'grant' ? admin.users.addClientRoleMappings(mapping) : admin.users.delClientRoleMappings(mapping));
}

/** Who has a role now. `since` and `by`, where Keycloak's events still know. */
export interface Holder {
  readonly role: string;
  readonly person: Person;
  readonly since?: string;
  readonly by?: string;
}

/** Everybody who holds one of the roles by himself; machines not, whose roles stand in the stack file. @throws Refusal */
export async function holdersOf({ realm }: KeycloakPlace, connection: Connection, roles: readonly Role[]): Promise<readonly Holder[]> {
  return refusing(async () => {
    const admin = connect(connection, realm);
    const clients = new Map((await admin.clients.find({ first: 0, max: 100_000 })).map(({ clientId, id }) => [clientId, id]));
    const given = await givenBy(admin, realm);
    const found = await inParallel(roles, async ({ role, model }) => {
      const id = model === undefined ? undefined : clients.get(model);
      if (model !== undefined && id === undefined) return [];
      const all = { first: 0, max: 100_000 };
      const users = await (
        id === undefined
          ? admin.roles.findUsersWithRole({ name: role, ...all })
          : admin.clients.findUsersWithRole({ id, roleName: role, ...all })
      ).catch((error: unknown) => {
        if (statusOf(error) === 404) return [];
        throw error;
      });
      return users
        .filter(({ username, id: user }) => user !== undefined && username?.startsWith('service-account-') !== true)
        .map((user): Holder => {
          const person = { id: user.id ?? '', name: user.username ?? '', enabled: user.enabled !== false };
          return { role, person, ...given.get(`${person.id} ${role}`) };
        });
    });
    return found.flat();
  });
}

/** `<person> <role>` → the last time somebody gave it, as far back as Keycloak keeps events. */
async function givenBy(
  admin: KeycloakAdminClient,
  realm: string,
): Promise<ReadonlyMap<string, { readonly since: string; readonly by: string }>> {
  const events = await admin.realms.findAdminEvents({
    realm,
    operationTypes: ['CREATE'],
    resourceTypes: ['CLIENT_ROLE_MAPPING', 'REALM_ROLE_MAPPING'],
    first: 0,
    max: 10_000,
  } as never);
  const found = new Map<string, { readonly since: string; readonly by: string }>();
  // Newest first.
  for (const { time = 0, resourcePath = '', representation, authDetails } of events) {
    const person = resourcePath.split('/')[1] ?? '';
    for (const { name } of JSON.parse(representation ?? '[]') as readonly { readonly name: string }[])
      if (!found.has(`${person} ${name}`))
        found.set(`${person} ${name}`, { since: new Date(time).toISOString().slice(0, 10), by: authDetails?.userId ?? '' });
  }
  const names = new Map<string, string>();
  for (const id of new Set([...found.values()].map(({ by }) => by)))
    names.set(id, (await admin.users.findOne({ id }).catch(() => undefined))?.username ?? 'an administrator');
  return new Map([...found].map(([key, { since, by }]) => [key, { since, by: names.get(by) ?? by }]));
}

/** Where and with what somebody confirms a login in his browser. */
export interface Confirmation {
  readonly address: string;
  readonly code: string;
}

/**
 * Logs a person in by a browser that may run anywhere (RFC 8628), with PKCE. `show` is told where to confirm.
 *
 * @throws Refusal when it is denied, takes too long, or Keycloak does not answer
 */
export async function logInByBrowser({ server, realm }: KeycloakPlace, show: (confirmation: Confirmation) => void): Promise<Approver> {
  const address = `${server}/realms/${realm}/protocol/openid-connect`;
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const client = { client_id: RealmClient.access };
  const begun = await post(`${address}/auth/device`, {
    ...client,
    scope: 'openid',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const { device_code: code, user_code: userCode, verification_uri_complete: page } = begun;
  if (typeof code !== 'string' || typeof page !== 'string') throw noLogin(begun);
  show({ address: page, code: String(userCode) });
  const everyMs = Number(begun['interval'] ?? 5) * 1000;
  for (const end = Date.now() + Number(begun['expires_in'] ?? 600) * 1000; Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    const form = { ...client, grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: code, code_verifier: verifier };
    const said = await post(`${address}/token`, form);
    if (typeof said['access_token'] === 'string') return approverOf(said['access_token']);
    if (said['error'] !== 'authorization_pending' && said['error'] !== 'slow_down') throw noLogin(said);
  }
  throw noLogin({ error: 'nobody confirmed it in time' });
}

async function post(address: string, form: { readonly [name: string]: string }): Promise<{ readonly [name: string]: unknown }> {
  const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(form), signal: AbortSignal.timeout(30_000) }).catch(
    () => undefined,
  );
  if (!answer) throw new Refusal(finding(identityFindings.unreachable, { message: `${new URL(address).origin} does not answer` }));
  return (
    ((await answer.json().catch(() => undefined)) as { readonly [name: string]: unknown } | undefined) ?? {
      error: `${address} answered ${answer.status}`,
    }
  );
}

function noLogin({ error, error_description: description }: { readonly [name: string]: unknown }): Refusal {
  return new Refusal(finding(identityFindings.accessCall, { message: `nobody was logged in: ${String(description ?? error)}` }));
}

/** Writes one record to the audit log of a folder, on its disk before this resolves. @throws Refusal */
export async function recordAccess(folder: string, record: Omit<AccessRecord, 'class_uid' | 'id' | 'source'>): Promise<AccessRecord> {
  const whole = { class_uid: 3005, id: randomUUID(), source: 'access', ...record } as AccessRecord;
  const writer = new AuditWriter({ folder, writer: 'access' });
  const written = await writer.appendDurable(whole);
  await writer.close();
  if (!written)
    throw new Refusal(finding(identityFindings.accessCall, { message: `the role was changed, and "${folder}" took no record of it` }));
  return whole;
}
