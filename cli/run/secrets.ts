import { join } from 'node:path';
import { writePrivate } from './private-file';
import type { LoginOptions } from '../../constructs/gateway/render/options';

/** How the gateway logs people in, with the two secrets that Envoy reads from files. */
export type LocalLogin = Omit<LoginOptions, 'secrets'> & {
  readonly clientSecret: string;
  /** Seals the cookies of the session. */
  readonly sessionKey: string;
};

/** Writes the two secrets as Envoy reads them (SDS files), and says where login happens. */
export function writeLogin(folder: string, { clientSecret, sessionKey, ...login }: LocalLogin): LoginOptions {
  const tokenFile = join(folder, 'login-token.json');
  const hmacFile = join(folder, 'login-hmac.json');
  writePrivate(tokenFile, secretFile('login-token', clientSecret));
  writePrivate(hmacFile, secretFile('login-hmac', sessionKey));
  return { ...login, secrets: { tokenFile, hmacFile } };
}

function secretFile(name: string, secret: string): string {
  const resource = {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
    name,
    generic_secret: { secret: { inline_string: secret } },
  };
  return JSON.stringify({ resources: [resource] });
}
