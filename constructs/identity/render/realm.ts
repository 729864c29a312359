import { methodRole, pinRole } from '../../../core/contract/names';
import { MARK, objectId, ownMark, REALM_KINDS, type RealmObject, type RealmPlan } from '../../../core/contract/realm';
import { ADMINS, APPROVER, ASKING_ROLES, GROUPS_SCOPE, modelScope, RealmClient, ROLES_SCOPE } from '../../../core/contract/realm-names';
import { byBytes } from '../../../core/order';
import type { JsonObject } from '../../../core/json';
import { approversOf, realmRoles } from '../../../schema/access/approvers';
import type { ResolvedMachine, ResolvedModel, ResolvedPlatform } from '../../../schema/resolved';
import { brokerOf } from './broker';
import { delegations } from './delegations';

/** Lifetimes in seconds: short access tokens, because a role taken away works until the token ends. */
const ACCESS_TOKEN_SECONDS = 300;
const SESSION_IDLE_SECONDS = 1800;
const SESSION_MAX_SECONDS = 36_000;
/** How long Keycloak keeps events itself; the log has them longer. */
const EVENT_SECONDS = 2_592_000;

/**
 * The realm of a stack (Keycloak 26 representations), whole. Defaults of Keycloak that are unsafe (full scope, no brute-force detection, no password
 * policy, no events) are set, never inherited. One model is one client with its roles and one scope, so an edit of one touches no other.
 */
export function buildRealm({ stack, models }: ResolvedPlatform, realm: string): RealmPlan {
  const { keycloak } = stack.identity;
  const machines = keycloak?.machines ?? [];
  const brokers = keycloak?.brokers ?? [];
  const listed = [...realmRoles(models).keys()];
  const approving = new Set(models.flatMap(approversOf));
  const objects = [
    settings(stack.name, realm),
    ...listed.map((name) => object('role', name)),
    object('role', APPROVER, { sets: { granted: ASKING_ROLES } }),
    ...models.flatMap((model) => [roleHolder(model), scopeOf(model)]),
    rolesScope(stack.identity.audience),
    groupsScope(),
    ...peopleClients(stack.hostname, models),
    ...machines.map((machine) => machineClient(machine, models)),
    ...teams(models).map((name) => object('group', name, approving.has(name) ? { sets: { granted: [APPROVER] } } : {})),
    object('group', ADMINS, { sets: { granted: ['realm-management realm-admin'] } }),
    ...delegations(models).map(({ name, ...fields }) => object('delegation', name, { fields: { ...fields } })),
    ...brokers.map((broker) => object('provider', broker.name, brokerOf(broker, models))),
  ];
  return { realm, stack: stack.name, objects: objects.sort(inOrder) };
}

/** Every role that a machine or a broker may be given: methods', pins' and those of the realm. */
export function knownRoles(models: readonly ResolvedModel[]): ReadonlySet<string> {
  return new Set([...models.flatMap(clientRoles), ...realmRoles(models).keys()]);
}

/** Every group that a broker may put people into, but for `kea-admins`. */
export function knownGroups(models: readonly ResolvedModel[]): ReadonlySet<string> {
  return new Set(teams(models));
}

function inOrder(a: RealmObject, b: RealmObject): number {
  return REALM_KINDS.indexOf(a.kind) - REALM_KINDS.indexOf(b.kind) || byBytes(objectId(a), objectId(b));
}

export type ObjectParts = Partial<Omit<RealmObject, 'kind' | 'name'>>;

function object(kind: RealmObject['kind'], name: string, parts: ObjectParts = {}): RealmObject {
  const { fields = {}, attributes = {}, mappers = {}, sets = {}, initial = {} } = parts;
  return { kind, name, fields, attributes: { [MARK]: ownMark({ kind, name }), ...attributes }, mappers, sets, initial };
}

function settings(stack: string, realm: string): RealmObject {
  return object('realm', realm, {
    attributes: { 'kea.stack': stack },
    initial: { enabled: true },
    fields: {
      displayName: `KEA ${stack}`,
      sslRequired: 'external',
      registrationAllowed: false,
      resetPasswordAllowed: true,
      editUsernameAllowed: false,
      // Who controls a mail account at one provider must not become somebody else here.
      duplicateEmailsAllowed: false,
      bruteForceProtected: true,
      permanentLockout: false,
      failureFactor: 10,
      waitIncrementSeconds: 60,
      maxFailureWaitSeconds: 900,
      maxDeltaTimeSeconds: 43_200,
      passwordPolicy: 'length(12) and notUsername(undefined) and notEmail(undefined) and passwordHistory(5)',
      accessTokenLifespan: ACCESS_TOKEN_SECONDS,
      ssoSessionIdleTimeout: SESSION_IDLE_SECONDS,
      ssoSessionMaxLifespan: SESSION_MAX_SECONDS,
      revokeRefreshToken: true,
      // A browser that brings its tabs back refreshes side by side, each with the same token.
      refreshTokenMaxReuse: 10,
      eventsEnabled: true,
      eventsExpiration: EVENT_SECONDS,
      eventsListeners: ['jboss-logging'],
      adminEventsEnabled: true,
      adminEventsDetailsEnabled: true,
      // Approvers give roles of their models with their own login, and nothing else: see delegations.ts.
      adminPermissionsEnabled: true,
    },
  });
}

/** Groups of those who own models and who approve access to them. They hold no role of a model by that: owners ask like everybody. */
function teams(models: readonly ResolvedModel[]): readonly string[] {
  return unique(models.flatMap(({ owner, approvers }) => [owner, ...approvers])).filter((name) => name !== ADMINS);
}

/** Client roles carry the model's name, so that one mapper puts the roles of all models into one flat claim. */
function clientRoles(model: ResolvedModel): readonly string[] {
  const methods = model.contracts.flatMap((contract) => contract.methods.map(({ method }) => methodRole(model.name, method)));
  return unique([...methods, pinRole(model.name)]);
}

/** A model's client only holds roles: every flow is off. Disabling it by hand takes the model's roles out of new tokens, and stays. */
function roleHolder(model: ResolvedModel): RealmObject {
  return object('client', model.name, {
    initial: { enabled: true },
    fields: { name: model.name, description: firstLine(model.description), bearerOnly: true, ...noFlow },
    attributes: { 'kea.owner': model.owner },
    sets: { roles: clientRoles(model) },
  });
}

/** Asked for by name, it limits a token to one model, so that a token's size does not grow with what its holder may do. */
function scopeOf(model: ResolvedModel): RealmObject {
  return object('scope', modelScope(model.name), {
    fields: { protocol: 'openid-connect', description: `Roles of ${model.name}` },
    attributes: { 'include.in.token.scope': 'true', 'display.on.consent.screen': 'false' },
    sets: { scoped: clientRoles(model).map((role) => `${model.name} ${role}`) },
  });
}

const noFlow = {
  publicClient: false,
  standardFlowEnabled: false,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: false,
  fullScopeAllowed: false,
} as const satisfies JsonObject;

/** One flat claim `roles`, of realm roles and roles of models alike; and the stack's audience. Access tokens only. */
function rolesScope(audience: string): RealmObject {
  const common = { 'access.token.claim': 'true', 'id.token.claim': 'false' };
  const claim = { ...common, 'claim.name': 'roles', 'jsonType.label': 'String', multivalued: 'true' };
  return object('scope', ROLES_SCOPE, {
    fields: { protocol: 'openid-connect', description: 'Roles and audience that the gateway reads' },
    attributes: { 'include.in.token.scope': 'false' },
    mappers: {
      audience: { type: 'oidc-audience-mapper', config: { ...common, 'included.custom.audience': audience } },
      'method-roles': { type: 'oidc-usermodel-client-role-mapper', config: claim },
      'realm-roles': { type: 'oidc-usermodel-realm-role-mapper', config: claim },
    },
  });
}

/** The holder's groups as paths, `/risk-team`: a group below another one is never taken for one of its name. */
function groupsScope(): RealmObject {
  const config = {
    'access.token.claim': 'true',
    'id.token.claim': 'false',
    'claim.name': 'groups',
    'full.path': 'true',
    multivalued: 'true',
  };
  return object('scope', GROUPS_SCOPE, {
    fields: { protocol: 'openid-connect', description: 'Groups that `kea access` reads' },
    attributes: { 'include.in.token.scope': 'false' },
    mappers: { groups: { type: 'oidc-group-membership-mapper', config } },
  });
}

/** Who logs people in: the gateway for its pages, the pages' scripts, people at a terminal, and approvers there. All with PKCE and exact addresses. */
function peopleClients(hostname: string, models: readonly ResolvedModel[]): readonly RealmObject[] {
  const origin = originOf(hostname);
  const pkce = { 'pkce.code.challenge.method': 'S256' };
  const common = { ...noFlow, publicClient: true, standardFlowEnabled: true };
  const sets = { defaultScopes: ['basic', 'profile', ROLES_SCOPE] };
  return [
    // The pages show what the caller may use and try it, so their tokens hold all of the caller's roles.
    object('login', RealmClient.login, {
      initial: { enabled: true },
      // The gateway keeps a secret, which sso-sync sets; PKCE besides, because the code passes through the browser.
      fields: {
        ...common,
        publicClient: false,
        clientAuthenticatorType: 'client-secret',
        name: 'Documentation pages',
        fullScopeAllowed: true,
        redirectUris: [`${origin}/docs/callback`],
        webOrigins: [],
      },
      attributes: { ...pkce, 'post.logout.redirect.uris': `${origin}/docs` },
      sets,
    }),
    object('login', RealmClient.portal, {
      initial: { enabled: true },
      fields: {
        ...common,
        name: 'Trying calls',
        fullScopeAllowed: true,
        redirectUris: [`${origin}/docs/authorized`],
        webOrigins: [origin],
      },
      attributes: pkce,
      sets,
    }),
    object('login', RealmClient.cli, {
      initial: { enabled: true },
      fields: { ...common, name: 'Command line', redirectUris: ['http://127.0.0.1/*'], webOrigins: [] },
      attributes: { ...pkce, 'oauth2.device.authorization.grant.enabled': 'true' },
      sets: { ...sets, scoped: [...realmRoles(models).keys()], optionalScopes: models.map(({ name }) => modelScope(name)) },
    }),
    object('login', RealmClient.access, {
      initial: { enabled: true },
      fields: { ...common, name: 'Approving access', standardFlowEnabled: false, redirectUris: [], webOrigins: [] },
      attributes: { ...pkce, 'oauth2.device.authorization.grant.enabled': 'true' },
      sets: { defaultScopes: ['basic', 'profile', GROUPS_SCOPE], scoped: ASKING_ROLES },
    }),
  ];
}

/** An application with roles of its own: signed assertions where it has a key, else a secret that Keycloak makes. */
function machineClient(machine: ResolvedMachine, models: readonly ResolvedModel[]): RealmObject {
  const roles = unique(machine.roles.map((role) => inRealm(role, models)));
  const { jwksUri, jwks } = machine;
  const hasKey = jwksUri !== undefined || jwks !== undefined;
  return object('login', machine.name, {
    initial: { enabled: true },
    fields: {
      ...noFlow,
      name: machine.name,
      serviceAccountsEnabled: true,
      clientAuthenticatorType: hasKey ? 'client-jwt' : 'client-secret',
      redirectUris: [],
      webOrigins: [],
    },
    attributes: {
      ...(hasKey ? { 'token.endpoint.auth.signing.alg': machine.algorithm ?? 'ES256' } : {}),
      ...(jwksUri === undefined ? {} : { 'use.jwks.url': 'true', 'jwks.url': jwksUri }),
      ...(jwks === undefined ? {} : { 'use.jwks.string': 'true', 'jwks.string': jwks }),
    },
    sets: { defaultScopes: ['basic', ROLES_SCOPE], scoped: roles, granted: roles },
  });
}

/** A role as sets name it: `<client> <role>` when it is a model's, its own name when it is the realm's. */
export function inRealm(role: string, models: readonly ResolvedModel[]): string {
  const model = models.find((each) => clientRoles(each).includes(role));
  return model ? `${model.name} ${role}` : role;
}

/** `https://` but on this machine. */
function originOf(hostname: string): string {
  return `${/^localhost(:|$)/.test(hostname) ? 'http' : 'https'}://${hostname}`;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 255);
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort(byBytes);
}
