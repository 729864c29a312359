import { RealmClient } from '../../core/contract/realm-names';
import type { JsonObject } from '../../core/json';
import type { ResolvedStack } from '../../schema/resolved';
import { typed } from './render/envoy';
import type { LoginOptions } from './render/options';

/** Secret of the login on the documentation pages: `client-secret`, which sso-sync gives to Keycloak, and `session-key`, which seals the cookies. */
export const LOGIN_SECRET = 'kea-login';
export const LOGIN_KEYS = ['client-secret', 'session-key'] as const;

const FILES = { tokenFile: 'login-token.json', hmacFile: 'login-hmac.json' } as const;

/**
 * Login on the documentation pages by the managed Keycloak: browsers go to its public name, the gateway exchanges their codes inside the cluster.
 * None where nothing in front of the gateway is known to speak TLS, because the session's cookies must not travel in the clear.
 */
export function clusterLogin(
  { hostname, identity, exposure }: ResolvedStack,
  folders: { readonly files: string; readonly secret: string },
): LoginOptions | undefined {
  if (!identity.keycloak || exposure.kind === 'none') return undefined;
  const outside = `${identity.issuer}/protocol/openid-connect`;
  return {
    clientId: RealmClient.login,
    origin: `https://${hostname}`,
    authorizationEndpoint: `${outside}/auth`,
    endSessionEndpoint: `${outside}/logout`,
    tokenEndpoint: identity.jwksUri.replace(/\/certs$/, '/token'),
    secrets: loginSecrets(folders),
  };
}

/** Where Envoy reads the secrets: by files that name those of the mount, whose change it follows. */
export function loginSecrets({ files, secret }: { readonly files: string; readonly secret: string }): LoginOptions['secrets'] {
  return { tokenFile: `${files}/${FILES.tokenFile}`, hmacFile: `${files}/${FILES.hmacFile}`, watched: secret };
}

/** The two files by which Envoy finds the secrets in the mount, by name: the mount alone holds their values. */
export function loginFiles(mount: string): { readonly [file: string]: JsonObject } {
  const file = (name: string, key: string): JsonObject => ({
    resources: [
      typed('envoy.extensions.transport_sockets.tls.v3.Secret', { name, generic_secret: { secret: { filename: `${mount}/${key}` } } }),
    ],
  });
  return { [FILES.tokenFile]: file('login-token', 'client-secret'), [FILES.hmacFile]: file('login-hmac', 'session-key') };
}
