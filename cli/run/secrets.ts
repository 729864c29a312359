import { join } from 'node:path';
import { LOGIN_KEYS, loginFiles, loginSecrets } from '../../constructs/gateway/cluster-login';
import type { LoginOptions } from '../../constructs/gateway/render/options';
import { writePrivate, writePrivateJson } from './private-file';

/** How the gateway logs people in, with the two secrets that Envoy reads from files. */
export type LocalLogin = Omit<LoginOptions, 'secrets'> & {
  readonly clientSecret: string;
  /** Seals the cookies of the session. */
  readonly sessionKey: string;
};

/** Writes the two secrets as a cluster mounts them and the files by which Envoy finds them there, and says where login happens. */
export function writeLogin(folder: string, { clientSecret, sessionKey, ...login }: LocalLogin): LoginOptions {
  const mount = join(folder, 'login');
  const [secretFile, keyFile] = LOGIN_KEYS;
  writePrivate(join(mount, secretFile), clientSecret);
  writePrivate(join(mount, keyFile), sessionKey);
  for (const [file, resource] of Object.entries(loginFiles(mount))) writePrivateJson(join(folder, file), resource);
  return { ...login, secrets: loginSecrets({ files: folder, secret: mount }) };
}
