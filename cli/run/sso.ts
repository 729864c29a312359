import { identityFindings } from '../../core/findings/identity';
import { finding, type FindingKind } from '../../core/findings/finding';
import type { RealmPlan } from '../../core/contract/realm';
import { RealmClient } from '../../core/contract/realm-names';
import type { RealmDifference, RealmStep } from '../../core/decide/realm-difference';
import { temporaryAdministrators } from '../../services/sso-sync/administrators';
import type { Connection } from '../../services/sso-sync/connect';
import { asFailure, SyncFailure, type FailureReason } from '../../services/sso-sync/failure';
import { planSync, sync, type Phase } from '../../services/sso-sync/sync';
import { Refusal } from '../refusal';

const KINDS: { readonly [reason in FailureReason]: FindingKind } = identityFindings;

/** What Keycloak would have to change, asked of Keycloak; and temporary administrators that are left. @throws Refusal */
export async function liveDifference(
  connection: Connection,
  plan: RealmPlan,
): Promise<RealmDifference & { readonly temporary: readonly string[] }> {
  return refusing(async () => {
    const difference = await planSync({ connection, plan });
    return { ...difference, temporary: (await temporaryAdministrators(connection)) ?? [] };
  });
}

/** Does it. @throws Refusal */
export function applyRealm(
  connection: Connection,
  plan: RealmPlan,
  { phase, deletions }: { readonly phase: Phase; readonly deletions?: number },
): Promise<readonly RealmStep[]> {
  return refusing(async () => (await sync({ connection, plan, phase, ...(deletions === undefined ? {} : { deletions }) })).steps);
}

/** Who we are at Keycloak, from the environment: a secret on a command line would stand in everybody's list of processes. @throws Refusal */
export function connectionOf(server: string, env: NodeJS.ProcessEnv): Connection {
  const secret = env['KEA_SSO_SECRET'];
  if (!secret) throw new Refusal(finding(identityFindings.credentials, { message: 'KEA_SSO_SECRET is not set' }));
  return { server: server.replace(/\/+$/, ''), credentials: { client: env['KEA_SSO_CLIENT'] || RealmClient.sync, secret } };
}

/** What Keycloak's client throws becomes a refusal; an error of ours passes on. @throws Refusal */
export async function refusing<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const failure = asFailure(error);
    if (!(failure instanceof SyncFailure)) throw failure;
    throw new Refusal(finding(KINDS[failure.reason], { message: failure.message }));
  }
}
