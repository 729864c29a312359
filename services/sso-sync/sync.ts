import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { canonicalJson } from '../../core/canonical';
import { appliedOf, type RealmPlan } from '../../core/contract/realm';
import {
  appliedAfter,
  inPhase,
  losses,
  realmDifference,
  tolerableLosses,
  type RealmDifference,
  type RealmStep,
} from '../../core/decide/realm-difference';
import { applySteps } from './apply';
import { connect, type Connection } from './connect';
import { asFailure, statusOf, SyncFailure } from './failure';
import { takeLease, type LeaseTimes } from './lease';
import { readRealm, type Reading } from './read';
import { writeState } from './state';

/** `add` goes before the routes that need the roles, `prune` after them; `all` is one after the other. */
export type Phase = 'add' | 'prune' | 'all';

export interface SyncOptions {
  readonly connection: Connection;
  readonly plan: RealmPlan;
  readonly phase: Phase;
  /** Most losses that pass. @default - five, or a fifth of what is managed */
  readonly deletions?: number;
  readonly lease?: LeaseTimes;
  /** Secrets of clients by name, which no plan holds. @default - those that Keycloak made stay */
  readonly secrets?: { readonly [client: string]: string };
}

/** What was done, in order; empty when there was nothing to do. */
export interface SyncResult {
  readonly steps: readonly RealmStep[];
}

/** Readings after which something that still differs is taken for something that Keycloak does not take. */
const ROUNDS = 3;
/** How long another's creation of the realm may take to be seen. */
const APPEARS_MS = 20_000;

/** What a sync would do now; changes nothing. @throws SyncFailure */
export async function planSync({ connection, plan }: Pick<SyncOptions, 'connection' | 'plan'>): Promise<RealmDifference> {
  try {
    return differenceOf(plan, await readRealm(connect(connection, plan.realm), plan));
  } catch (error) {
    throw asFailure(error);
  }
}

/**
 * Makes the realm hold what the plan says, and touches nothing else. What was interrupted goes on at the next run: every round reads the realm anew.
 *
 * @throws SyncFailure; what was done until then stays done
 */
export async function sync(options: SyncOptions): Promise<SyncResult> {
  try {
    const result = await reconcile(options);
    await setSecrets(connect(options.connection, options.plan.realm), options.secrets ?? {});
    return result;
  } catch (error) {
    throw asFailure(error);
  }
}

async function reconcile({ connection, plan, phase, deletions, lease: times }: SyncOptions): Promise<SyncResult> {
  const admin = connect(connection, plan.realm);
  const made = await ensureRealm(admin, connection, plan);
  // A look without the lease first: most runs have nothing to do.
  const first = await readRealm(admin, plan);
  if (!made && first && nothingLeft(plan, first, phase)) return { steps: [] };
  const lease = await takeLease(admin, times);
  try {
    const done: RealmStep[] = made ? [made] : [];
    let reading = await requireRealm(admin, plan);
    for (const half of phase === 'all' ? (['add', 'prune'] as const) : [phase]) {
      const ended = await runPhase({ admin, plan, check: lease.check, deletions }, half, reading);
      done.push(...ended.steps);
      reading = ended.reading;
    }
    return { steps: done };
  } finally {
    await lease.release().catch(() => {});
  }
}

interface PhaseRun {
  readonly admin: KeycloakAdminClient;
  readonly plan: RealmPlan;
  readonly check: () => void;
  readonly deletions: number | undefined;
}

/** Does one half; resolves with what it did and with the realm as it then is. */
async function runPhase(
  { admin, plan, check, deletions }: PhaseRun,
  phase: 'add' | 'prune',
  first: Reading,
): Promise<SyncResult & { readonly reading: Reading }> {
  const done: RealmStep[] = [];
  const troubles: string[] = [];
  let reading = first;
  for (let round = 0; ; round += 1) {
    const difference = differenceOf(plan, reading);
    refuseForeign(difference);
    const steps = inPhase(difference.steps, phase);
    if (phase === 'prune' && round === 0) refuseLosses(steps, reading, deletions);
    const applied = appliedAfter(phase, reading.applied, appliedOf(plan));
    // Before members go in, so that a sync which dies in between still knows them for its own; after they went out, for the same reason.
    if (phase === 'add') await writeState(admin, applied);
    if (steps.length === 0) {
      if (phase === 'prune') await writeState(admin, applied);
      return { steps: done, reading: { ...reading, applied } };
    }
    if (round === ROUNDS) {
      const left = steps.map(named).slice(0, 5).join(', ');
      throw new SyncFailure(
        'refused',
        `Keycloak does not keep what it was told: ${left}${troubles.length > 0 ? `; ${troubles.at(-1) ?? ''}` : ''}`,
      );
    }
    check();
    await applySteps({ admin, realm: plan.realm, reading, check, troubles }, steps);
    if (round === 0) done.push(...steps);
    reading = await requireRealm(admin, plan);
  }
}

function differenceOf(plan: RealmPlan, reading: Reading | undefined): RealmDifference {
  return realmDifference(plan, reading?.applied ?? {}, reading?.live ?? new Map());
}

function nothingLeft(plan: RealmPlan, reading: Reading, phase: Phase): boolean {
  const difference = differenceOf(plan, reading);
  refuseForeign(difference);
  const halves = phase === 'all' ? (['add', 'prune'] as const) : [phase];
  const after = appliedAfter(halves.at(-1) ?? 'add', reading.applied, appliedOf(plan));
  const known = canonicalJson(reading.applied) === canonicalJson(after);
  return known && halves.every((half) => inPhase(difference.steps, half).length === 0);
}

/** Gives clients the secrets that others know them by; one that Keycloak has already is left alone, so that its events tell of changes only. */
async function setSecrets(admin: KeycloakAdminClient, secrets: { readonly [client: string]: string }): Promise<void> {
  for (const [clientId, secret] of Object.entries(secrets)) {
    const [client] = await admin.clients.find({ clientId });
    if (client?.id === undefined || (await admin.clients.getClientSecret({ id: client.id })).value === secret) continue;
    // The whole of it: of a part Keycloak would fill in origins anew, from the addresses that a login may return to.
    await admin.clients.update({ id: client.id }, { ...client, secret });
  }
}

/** Makes the realm when there is none, and says so. */
async function ensureRealm(admin: KeycloakAdminClient, connection: Connection, plan: RealmPlan): Promise<RealmStep | undefined> {
  const { realm } = plan;
  if (await admin.realms.findOne({ realm })) return undefined;
  const object = plan.objects.find(({ kind }) => kind === 'realm');
  if (!object) throw new Error('the plan has no object of kind realm');
  try {
    await connect(connection, 'master').realms.create({ realm, ...object.initial, ...object.fields, attributes: object.attributes });
    return { do: 'create', object };
  } catch (error) {
    // Another was quicker: Keycloak says so by a conflict, or by an error of its database, before the other's realm can be seen.
    const status = statusOf(error);
    if (status !== undefined && status !== 401 && status !== 403 && (await appears(admin, realm))) return undefined;
    throw error;
  }
}

/** Whether the realm is there within the time that a busy Keycloak takes to make one. */
async function appears(admin: KeycloakAdminClient, realm: string): Promise<boolean> {
  for (const end = Date.now() + APPEARS_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 250)))
    if (await admin.realms.findOne({ realm })) return true;
  return false;
}

async function requireRealm(admin: KeycloakAdminClient, plan: RealmPlan): Promise<Reading> {
  const reading = await readRealm(admin, plan);
  if (!reading) throw new SyncFailure('refused', `the realm "${plan.realm}" went away`);
  return reading;
}

function refuseForeign({ foreign }: RealmDifference): void {
  if (foreign.length === 0) return;
  throw new SyncFailure('foreign', `${foreign.map(named).slice(0, 10).join(', ')} exists in Keycloak and was not made by this stack`);
}

function refuseLosses(steps: readonly RealmStep[], { applied }: Reading, deletions: number | undefined): void {
  const lost = losses(steps);
  const most = deletions ?? tolerableLosses(Object.keys(applied).length);
  if (lost.length <= most) return;
  throw new SyncFailure(
    'losses',
    `${lost.length} would be deleted, ${most} may be: ${lost.slice(0, 5).join(', ')}${lost.length > 5 ? ', …' : ''}`,
  );
}

function named(step: RealmStep | { readonly kind: string; readonly name: string }): string {
  const { kind, name } = 'object' in step ? step.object : step;
  return `${kind} "${name}"`;
}
