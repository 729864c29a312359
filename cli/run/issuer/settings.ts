import type { IssuerKeys } from './keys';
import type { Directory } from './people';

/** Clients of the embedded issuer. `kea-portal` has the name that Keycloak's realm gives it. */
export const Client = {
  /** Envoy's login on the documentation pages; confidential. */
  login: 'kea-login',
  /** Scripts of the documentation pages; public, with PKCE. */
  portal: 'kea-portal',
  /** `kea token`; confidential, and only it may use the local grant. */
  cli: 'kea-cli',
} as const;

/** Names a person without any proof. Only the embedded issuer knows it, for `kea token`. */
export const LOCAL_GRANT = 'urn:kea:grant:local';

/** Paths of oidc-provider that others must know. */
export const IssuerPath = { authorization: '/auth', token: '/token', endSession: '/session/end', jwks: '/jwks' } as const;

/** Claim with the caller's roles, and the audience of every token. */
export const ROLES_CLAIM = 'roles';
export const AUDIENCE = 'kea';

/** What the issuer is told when it starts, and again whenever models change. */
export interface IssuerSettings {
  readonly port: number;
  /** Origins under which a browser sees the gateway, `http://localhost:8080`. */
  readonly origins: readonly string[];
  readonly directory: Directory;
  readonly keys: IssuerKeys;
}

/** Run process → issuer, over Node's IPC channel. */
export type ToIssuer = { readonly type: 'settings'; readonly settings: IssuerSettings };

/** Issuer → run process. */
export type FromIssuer = { readonly type: 'listening' } | { readonly type: 'failed'; readonly code: string; readonly reason: string };

/** `iss` of the embedded issuer. The name, not an address: browsers take secure cookies of `localhost` without TLS. */
export function issuerUrl(port: number): string {
  return `http://localhost:${port}`;
}
