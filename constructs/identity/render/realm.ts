import { pinRole } from '../../../core/contract/names';
import type { JsonObject } from '../../../core/json';
import type { ResolvedModel, ResolvedPlatform } from '../../../schema/resolved';

/** Lifetimes in seconds: short access tokens, because a role taken away works until the token ends. */
const ACCESS_TOKEN_SECONDS = 300;
const SESSION_IDLE_SECONDS = 1800;
const SESSION_MAX_SECONDS = 36_000;

/**
 * The realm of a stack as Keycloak's realm representation (Keycloak 26, `RealmRepresentation`).
 * Defaults of Keycloak that are unsafe (full scope, no brute-force detection, no password policy, no events) are set, never inherited.
 */
export function buildRealm(platform: ResolvedPlatform, realm: string): JsonObject {
  const { stack, models } = platform;
  return {
    realm,
    enabled: true,
    displayName: `KEA ${stack.name}`,
    sslRequired: 'external',
    registrationAllowed: false,
    resetPasswordAllowed: true,
    editUsernameAllowed: false,
    bruteForceProtected: true,
    permanentLockout: false,
    failureFactor: 10,
    waitIncrementSeconds: 60,
    maxFailureWaitSeconds: 900,
    maxDeltaTimeSeconds: 43_200,
    passwordPolicy: 'length(12) and notUsername() and notEmail() and passwordHistory(5)',
    accessTokenLifespan: ACCESS_TOKEN_SECONDS,
    ssoSessionIdleTimeout: SESSION_IDLE_SECONDS,
    ssoSessionMaxLifespan: SESSION_MAX_SECONDS,
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
    eventsEnabled: true,
    eventsExpiration: 2_592_000,
    eventsListeners: ['jboss-logging'],
    adminEventsEnabled: true,
    adminEventsDetailsEnabled: true,
    attributes: { 'kea.managed': 'true', 'kea.stack': stack.name },
    roles: {
      realm: realmRoles(models).map((name) => ({ name, attributes: { 'kea.managed': ['true'] } })),
      client: Object.fromEntries(models.map((model) => [model.name, clientRoles(model)])),
    },
    groups: owners(models).map((name) => ({ name, attributes: { 'kea.managed': ['true'] } })),
    clients: [...models.map(resourceServer), portalClient(stack.hostname)],
    clientScopes: [rolesScope(platform)],
    defaultDefaultClientScopes: ['basic', 'kea-roles'],
  };
}

/** Roles that methods name besides their own, in byte order: realm roles, given to people by groups. */
function realmRoles(models: readonly ResolvedModel[]): string[] {
  const own = new Set(models.flatMap((model) => clientRoles(model).map((role) => `${model.name}:${String(role['name'])}`)));
  const named = models.flatMap((model) => model.contracts.flatMap((contract) => contract.methods.flatMap((method) => method.roles)));
  return [...new Set(named.filter((role) => !own.has(role)))].sort();
}

function owners(models: readonly ResolvedModel[]): string[] {
  return [...new Set(models.map((model) => model.owner))].sort();
}

function clientRoles(model: ResolvedModel): JsonObject[] {
  const methods = new Set(model.contracts.flatMap((contract) => contract.methods.map((method) => method.method)));
  const pin = pinRole(model.name).slice(model.name.length + 1);
  return [...methods, pin].sort().map((name) => ({ name, clientRole: true, attributes: { 'kea.managed': ['true'] } }));
}

/** A model's client only holds roles: every flow is off. Disabling it takes the model out of new tokens. */
function resourceServer(model: ResolvedModel): JsonObject {
  return {
    clientId: model.name,
    name: model.name,
    description: model.description,
    enabled: true,
    publicClient: false,
    bearerOnly: true,
    standardFlowEnabled: false,
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: false,
    fullScopeAllowed: false,
    attributes: { 'kea.managed': 'true', 'kea.owner': model.owner },
  };
}

function portalClient(hostname: string): JsonObject {
  return {
    clientId: 'kea-portal',
    name: 'KEA portal',
    enabled: true,
    publicClient: true,
    standardFlowEnabled: true,
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: false,
    // The portal shows what the caller may use, so its token holds all of the caller's roles.
    fullScopeAllowed: true,
    redirectUris: [`https://${hostname}/docs/callback`],
    webOrigins: [`https://${hostname}`],
    attributes: { 'kea.managed': 'true', 'pkce.code.challenge.method': 'S256', 'post.logout.redirect.uris': `https://${hostname}/docs` },
  };
}

/** One flat claim `roles`: realm roles by name, client roles as `<model>:<method>`; and the stack's audience. */
function rolesScope({ stack, models }: ResolvedPlatform): JsonObject {
  const claim = {
    'claim.name': 'roles',
    'jsonType.label': 'String',
    multivalued: 'true',
    'access.token.claim': 'true',
    'id.token.claim': 'false',
  };
  return {
    name: 'kea-roles',
    description: 'Roles and audience that the gateway reads',
    protocol: 'openid-connect',
    attributes: { 'include.in.token.scope': 'false', 'kea.managed': 'true' },
    protocolMappers: [
      {
        name: 'audience',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-audience-mapper',
        config: { 'included.custom.audience': stack.identity.audience, 'access.token.claim': 'true', 'id.token.claim': 'false' },
      },
      { name: 'realm-roles', protocol: 'openid-connect', protocolMapper: 'oidc-usermodel-realm-role-mapper', config: claim },
      ...models.map((model) => ({
        name: `roles-${model.name}`,
        protocol: 'openid-connect',
        protocolMapper: 'oidc-usermodel-client-role-mapper',
        config: {
          ...claim,
          'usermodel.clientRoleMapping.clientId': model.name,
          'usermodel.clientRoleMapping.rolePrefix': `${model.name}:`,
        },
      })),
    ],
  };
}
