import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, calculateJwkThumbprint, type JWK } from 'jose';
import { readPrivateJson, writePrivateJson } from '../private-file';
import { Client } from './settings';

/** What stays the same over restarts, so that tokens and browser sessions do. Readable by its owner only. */
export interface IssuerKeys {
  /** RS256 signing key, private. */
  readonly signing: JWK;
  /** Signs oidc-provider's own cookies. */
  readonly cookies: string;
  /** Seals the session cookies of the gateway's login. */
  readonly session: string;
  /** By client id. */
  readonly secrets: { readonly [client: string]: string };
}

/** Reads the keys, or makes them once. A file that cannot be read as keys is replaced: the only loss is that people log in anew. */
export async function loadKeys(file: string, machines: readonly string[]): Promise<IssuerKeys> {
  const known = readPrivateJson<IssuerKeys>(file);
  const clients = [Client.login, Client.cli, ...machines];
  if (isComplete(known, clients)) return known;
  const keys: IssuerKeys = {
    signing: known?.signing ?? (await newSigningKey()),
    cookies: known?.cookies ?? secret(),
    session: known?.session ?? secret(),
    secrets: Object.fromEntries(clients.map((client) => [client, known?.secrets?.[client] ?? secret()])),
  };
  writePrivateJson(file, keys);
  return keys;
}

/** The public half, as a JWKS document for the gateway. */
export function publicJwks(keys: IssuerKeys): string {
  const { kty, n, e, kid, alg, use } = keys.signing;
  return JSON.stringify({ keys: [{ kty, n, e, kid, alg, use }] });
}

async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RS256', use: 'sig' };
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function isComplete(keys: Partial<IssuerKeys> | undefined, clients: readonly string[]): keys is IssuerKeys {
  return Boolean(keys?.signing?.d && keys.cookies && keys.session && clients.every((client) => keys.secrets?.[client]));
}
