import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FetchFailure } from './failure';

/** Names of the files in the credentials folder; each is optional. */
export type CredentialName = 'access-key-id' | 'secret-access-key' | 'region' | 'endpoint' | 'token' | 'ca.crt';

/** One credential, read when it is asked for and never kept in the environment. */
export type Credentials = (name: CredentialName) => string | undefined;

/** Reads files of a mounted Secret. Throws `FetchFailure` when one is there and cannot be read. */
export function credentialsIn(folder: string | undefined): Credentials {
  return (name) => {
    if (folder === undefined) return undefined;
    try {
      return readFileSync(join(folder, name), 'utf8').trim() || undefined;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw new FetchFailure(`the credential "${name}" cannot be read: ${(error as { code?: string }).code ?? 'unknown reason'}`);
    }
  };
}
