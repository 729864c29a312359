import { finding } from '../../core/findings/finding';
import { runFindings } from '../../core/findings/run';
import type { ResolvedIssuer } from '../../schema/resolved';
import { Refusal } from '../refusal';
import { AUDIENCE, Client, IssuerPath, LOCAL_GRANT, ROLES_CLAIM } from './issuer/settings';
import { noTokens } from './given-issuer';
import { loadSecrets } from './keycloak/settings';
import { keycloakToken } from './keycloak/token';
import { readPrivateJson } from './private-file';
import { readRunState, stateFolder, type RunState, type StateFolder } from './state';
import type { IssuerKeys } from './issuer/keys';
import { join } from 'node:path';

/** Who gets a token when nobody is named: may call every sample. */
export const DEFAULT_PERSON = 'ada';

/** What runs in a project. @throws Refusal when nothing does */
export function runningPlatform(root: string): { readonly state: RunState; readonly folder: StateFolder } {
  const folder = stateFolder(join(root, '.kea'));
  const state = readRunState(folder);
  if (!state) throw new Refusal(finding(runFindings.notRunning, { message: 'no platform of this project runs on this machine' }));
  return { state, folder };
}

/** Whose tokens the platform that runs in the project takes, and how it reads them. @throws Refusal when nothing runs */
export function localIssuer(root: string): ResolvedIssuer {
  const { issuer, keycloak, trusted } = runningPlatform(root).state;
  if (trusted) return trusted;
  return {
    issuer,
    audience: AUDIENCE,
    jwksUri: `${issuer}${keycloak ? '/protocol/openid-connect/certs' : IssuerPath.jwks}`,
    claims: { roles: ROLES_CLAIM, subject: 'sub', client: 'azp' },
  };
}

/**
 * An access token (JWT, one hour) of a sample person, or of the machine client, for the platform that runs in the project.
 *
 * @throws Refusal when nothing runs or nobody has that name
 */
export async function localToken(options: { readonly root: string; readonly person?: string }): Promise<string> {
  const { state, folder } = runningPlatform(options.root);
  const person = options.person ?? DEFAULT_PERSON;
  if (state.trusted) throw noTokens(state.issuer);
  if (state.keycloak) return keycloakToken(state.issuer, loadSecrets(folder.keycloak.secrets), person);
  const keys = readPrivateJson<IssuerKeys>(folder.keys);
  if (!keys?.secrets) throw new Refusal(finding(runFindings.notRunning, { message: 'the keys of the issuer cannot be read' }));
  return requestToken(state.issuer, keys as IssuerKeys, person);
}

/** Asks the issuer: machines by client credentials, people by the local grant. @throws Refusal */
export async function requestToken(issuer: string, keys: IssuerKeys, person: string): Promise<string> {
  const reserved: readonly string[] = [Client.login, Client.cli];
  const isMachine = keys.secrets[person] !== undefined && !reserved.includes(person);
  const client = isMachine ? person : Client.cli;
  const form = new URLSearchParams({
    client_id: client,
    client_secret: keys.secrets[client] ?? '',
    grant_type: isMachine ? 'client_credentials' : LOCAL_GRANT,
    ...(isMachine ? {} : { person }),
  });
  let answer: Response;
  try {
    answer = await fetch(`${issuer}${IssuerPath.token}`, { method: 'POST', body: form, signal: AbortSignal.timeout(10_000) });
  } catch {
    throw new Refusal(finding(runFindings.notRunning, { message: `the issuer at ${issuer} does not answer` }));
  }
  const body = (await answer.json().catch(() => ({}))) as { access_token?: string; error?: string; error_description?: string };
  if (body.access_token !== undefined) return body.access_token;
  if (body.error === 'invalid_grant') throw new Refusal(finding(runFindings.unknownPerson, { message: `there is no person "${person}"` }));
  throw new Error(`the issuer refused: ${body.error ?? answer.status} ${body.error_description ?? ''}`);
}
