import { randomBytes } from 'node:crypto';
import { readPrivateJson, writePrivateJson } from '../private-file';

/** What a local Keycloak and those who ask it for tokens must know. Readable by its owner only. */
export interface KeycloakSecrets {
  /** Of the client of the first start, and of sso-sync. */
  readonly bootstrap: string;
  readonly sync: string;
  /** Of the client behind `kea token`. */
  readonly cli: string;
  /** Of the gateway's login. */
  readonly login: string;
  /** Seals the session cookies of the gateway's login. */
  readonly session: string;
  /** Of the machine clients, by name; Keycloak made them. */
  readonly machines: { readonly [client: string]: string };
}

export const LOCAL_REALM = 'kea';
/** Client behind `kea token`: may exchange a password for a token, which no other client may, and exists in local runs only. */
export const TOKEN_CLIENT = 'kea-local-token';
/** Password of every sample person. It protects nothing: this Keycloak listens on loopback and holds samples. */
export const SAMPLE_PASSWORD = 'kea-local-run';

/** The sample person who approves access to every sample. */
export const APPROVER = 'ada';

export function realmUrl(port: number): string {
  return `http://localhost:${port}/realms/${LOCAL_REALM}`;
}

export function loadSecrets(file: string): KeycloakSecrets {
  const known = readPrivateJson<KeycloakSecrets>(file);
  if (known?.bootstrap && known.sync && known.cli && known.login && known.session && known.machines) return known as KeycloakSecrets;
  const secret = (): string => randomBytes(32).toString('base64url');
  // What a run before made stays: its Keycloak knows it.
  const made = { bootstrap: secret(), sync: secret(), cli: secret(), login: secret(), session: secret(), machines: {}, ...known };
  writePrivateJson(file, made);
  return made;
}
