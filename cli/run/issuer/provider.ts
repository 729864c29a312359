import { Provider, type ClientMetadata, type Configuration, type ResourceServer } from 'oidc-provider';
import { registerLocalGrant } from './local-grant';
import { AUDIENCE, Client, issuerUrl, LOCAL_GRANT, ROLES_CLAIM, type IssuerSettings } from './settings';
import { memoryStore } from './store';
import type { Identity } from './people';

/** All models are one resource: the audience of every token. */
const RESOURCE = 'urn:kea:models';
const HOUR = 3600;
const SERVER: ResourceServer = {
  scope: 'models',
  audience: AUDIENCE,
  accessTokenFormat: 'jwt',
  accessTokenTTL: HOUR,
  jwt: { sign: { alg: 'RS256' } },
};

/** The OpenID provider over what `settings()` says at the time of each request, so that roles follow the models. */
export function makeProvider(settings: () => IssuerSettings): Provider {
  const first = settings();
  const person = (id: string): Identity | undefined => settings().directory.people.find((each) => each.id === id);
  const machine = (id: string): Identity | undefined => settings().directory.machines.find((each) => each.id === id);
  const configuration: Configuration = {
    adapter: memoryStore(),
    clients: clients(first),
    jwks: { keys: [first.keys.signing] },
    cookies: { keys: [first.keys.cookies] },
    scopes: ['openid', 'profile', 'offline_access'],
    claims: { openid: ['sub', ROLES_CLAIM], profile: ['name', 'preferred_username'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        getResourceServerInfo: () => SERVER,
        useGrantedResource: () => true,
      },
    },
    interactions: { url: (_ctx, interaction) => `/login/${interaction.uid}` },
    // Everybody here consents: the clients are the platform's own.
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client?.clientId, accountId: ctx.oidc.session?.accountId });
      grant.addOIDCScope('openid profile offline_access');
      grant.addResourceScope(RESOURCE, 'models');
      await grant.save();
      return grant;
    },
    findAccount: (_ctx, id) => {
      const found = person(id);
      return (
        found && { accountId: id, claims: () => ({ sub: id, name: found.name, preferred_username: id, [ROLES_CLAIM]: [...found.roles] }) }
      );
    },
    extraTokenClaims: (_ctx, token) => {
      const holder = 'accountId' in token && token.accountId ? person(token.accountId) : machine(token.clientId ?? '');
      return { azp: token.clientId, [ROLES_CLAIM]: [...(holder?.roles ?? [])] };
    },
    issueRefreshToken: async (_ctx, client) => client.clientId === Client.login,
    clientBasedCORS: (_ctx, origin, client) => client.clientId === Client.portal && settings().origins.includes(origin),
    ttl: {
      AccessToken: HOUR,
      ClientCredentials: HOUR,
      IdToken: HOUR,
      Interaction: HOUR,
      Session: 24 * HOUR,
      Grant: 24 * HOUR,
      RefreshToken: 24 * HOUR,
    },
    renderError: (ctx, out) => {
      ctx.type = 'text/plain';
      ctx.body = `${out.error}: ${out.error_description ?? ''}\n`;
    },
  };
  const provider = new Provider(issuerUrl(first.port), configuration);
  registerLocalGrant(provider, RESOURCE, SERVER, (id) => person(id) !== undefined);
  return provider;
}

function clients(settings: IssuerSettings): ClientMetadata[] {
  const pages = (path: string): string[] => settings.origins.map((origin) => `${origin}${path}`);
  const confidential = (id: string): ClientMetadata => ({
    client_id: id,
    client_secret: settings.keys.secrets[id] ?? '',
    token_endpoint_auth_method: 'client_secret_post',
  });
  return [
    {
      ...confidential(Client.login),
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: pages('/docs/callback'),
      post_logout_redirect_uris: pages('/docs'),
    },
    {
      client_id: Client.portal,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      redirect_uris: pages('/docs/authorized'),
    },
    { ...confidential(Client.cli), grant_types: [LOCAL_GRANT], redirect_uris: [], response_types: [] },
    ...settings.directory.machines.map(({ id }) => ({
      ...confidential(id),
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
  ];
}
