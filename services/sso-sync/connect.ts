import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { SyncFailure } from './failure';

/** A client of the realm `master` that may administer. */
export interface Credentials {
  readonly client: string;
  readonly secret: string;
}

/** Where Keycloak is, and who we are there. */
export interface Connection {
  /** `http://kea-keycloak:8080`, without a path. */
  readonly server: string;
  readonly credentials: Credentials;
}

const TIMEOUT_MS = 60_000;
/** A token is not used in its last seconds. */
const MARGIN_MS = 10_000;

/** The official admin client for one realm. Logs in again whenever a token ends: client credentials have no refresh token. */
export function connect({ server, credentials }: Connection, realm: string): KeycloakAdminClient {
  const admin = new KeycloakAdminClient({ baseUrl: server, realmName: realm, timeout: TIMEOUT_MS });
  let known: { readonly token: string; readonly until: number } | undefined;
  admin.registerTokenProvider({
    async getAccessToken() {
      if (!known || Date.now() > known.until) {
        const { token, seconds } = await logIn(server, credentials);
        known = { token, until: Date.now() + seconds * 1000 - MARGIN_MS };
      }
      return known.token;
    },
  });
  return admin;
}

/** The same with somebody's own access token: he may do there what Keycloak lets him do. */
export function connectAs(server: string, realm: string, token: string): KeycloakAdminClient {
  const admin = new KeycloakAdminClient({ baseUrl: server, realmName: realm, timeout: TIMEOUT_MS });
  admin.setAccessToken(token);
  return admin;
}

/** @throws SyncFailure `unreachable` or `credentials` */
export async function logIn(
  server: string,
  { client, secret }: Credentials,
): Promise<{ readonly token: string; readonly seconds: number }> {
  const address = `${server}/realms/master/protocol/openid-connect/token`;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: secret });
  let answer: Response;
  try {
    answer = await fetch(address, { method: 'POST', body, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    throw new SyncFailure('unreachable', `${server}: ${cause?.code ?? 'no answer in time'}`);
  }
  const said = (await answer.json().catch(() => undefined)) as { access_token?: string; expires_in?: number; error?: string } | undefined;
  if (said?.access_token !== undefined) return { token: said.access_token, seconds: said.expires_in ?? 60 };
  if (answer.status === 400 || answer.status === 401)
    throw new SyncFailure('credentials', `Keycloak does not take the client "${client}": ${said?.error ?? answer.status}`);
  throw new SyncFailure('unreachable', `${address} answered ${answer.status}${said ? '' : ', and no JSON: is it Keycloak?'}`);
}
