import { finding } from '../../../core/findings/finding';
import { runFindings } from '../../../core/findings/run';
import { Refusal } from '../../refusal';
import { SAMPLE_PASSWORD, TOKEN_CLIENT, type KeycloakSecrets } from './settings';

/** Asks the local Keycloak: machines by client credentials, people by their sample password. @throws Refusal */
export async function keycloakToken(issuer: string, secrets: KeycloakSecrets, person: string): Promise<string> {
  const machine = secrets.machines[person];
  const form = new URLSearchParams(
    machine === undefined
      ? { grant_type: 'password', client_id: TOKEN_CLIENT, client_secret: secrets.cli, username: person, password: SAMPLE_PASSWORD }
      : { grant_type: 'client_credentials', client_id: person, client_secret: machine },
  );
  const address = `${issuer}/protocol/openid-connect/token`;
  const answer = await fetch(address, { method: 'POST', body: form, signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (!answer) throw new Refusal(finding(runFindings.notRunning, { message: `Keycloak at ${issuer} does not answer` }));
  const said = (await answer.json().catch(() => ({}))) as { access_token?: string; error?: string; error_description?: string };
  if (said.access_token !== undefined) return said.access_token;
  if (said.error === 'invalid_grant') throw new Refusal(finding(runFindings.unknownPerson, { message: `there is no person "${person}"` }));
  throw new Error(`Keycloak refused: ${said.error ?? answer.status} ${said.error_description ?? ''}`);
}
