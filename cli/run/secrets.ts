import { join } from 'node:path';
import { IssuerPath, Client, issuerUrl } from './issuer/settings';
import { writePrivate } from './private-file';
import type { LoginOptions } from '../../constructs/gateway/render/options';
import type { IssuerKeys } from './issuer/keys';

/** Writes the two secrets of the gateway's login as Envoy reads them (SDS files), and says where login happens. */
export function writeLogin(folder: string, port: number, keys: IssuerKeys): LoginOptions {
  const tokenFile = join(folder, 'login-token.json');
  const hmacFile = join(folder, 'login-hmac.json');
  writePrivate(tokenFile, secretFile('login-token', keys.secrets[Client.login] ?? ''));
  writePrivate(hmacFile, secretFile('login-hmac', keys.session));
  const issuer = issuerUrl(port + 1);
  return {
    clientId: Client.login,
    authorizationEndpoint: `${issuer}${IssuerPath.authorization}`,
    tokenEndpoint: `${issuer}${IssuerPath.token}`,
    endSessionEndpoint: `${issuer}${IssuerPath.endSession}`,
    secrets: { tokenFile, hmacFile },
  };
}

function secretFile(name: string, secret: string): string {
  const resource = {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
    name,
    generic_secret: { secret: { inline_string: secret } },
  };
  return JSON.stringify({ resources: [resource] });
}
