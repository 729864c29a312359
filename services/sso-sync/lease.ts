import { randomUUID } from 'node:crypto';
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { RealmClient } from '../../core/contract/realm-names';
import { statusOf, SyncFailure } from './failure';
import { powerless } from './state';

export interface LeaseTimes {
  /** A lease whose beat stands still so long has lost its holder, milliseconds. @default 30,000 */
  readonly deadMs?: number;
  /** Longest wait for another's lease, milliseconds. @default 120,000 */
  readonly waitMs?: number;
}

/** Held while a realm is changed. */
export interface Lease {
  /** @throws SyncFailure `busy` when it was lost */
  readonly check: () => void;
  readonly release: () => Promise<void>;
}

/**
 * One sync at a time: the lease is a client, because Keycloak's database lets only one have a name. Its beat goes on while the holder lives; who waits
 * looks at whether it does, by his own clock. A dead lease is removed by its number, so that nobody removes its successor.
 */
export async function takeLease(admin: KeycloakAdminClient, { deadMs = 30_000, waitMs = 120_000 }: LeaseTimes = {}): Promise<Lease> {
  const holder = randomUUID();
  const end = Date.now() + waitMs;
  let seen = { beat: '', since: Date.now() };
  for (;;) {
    try {
      const { id } = await admin.clients.create(powerless(RealmClient.lease, { holder, beat: '0' }));
      return holding(admin, id, deadMs);
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
    }
    const [other] = await admin.clients.find({ clientId: RealmClient.lease });
    const beat = `${other?.id ?? ''} ${String(other?.attributes?.['beat'])}`;
    if (beat !== seen.beat) seen = { beat, since: Date.now() };
    else if (other?.id !== undefined && Date.now() - seen.since > deadMs) await removed(admin, other.id);
    if (Date.now() > end) throw new SyncFailure('busy', 'another sync holds the realm and goes on working');
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, deadMs / 4)));
  }
}

function holding(admin: KeycloakAdminClient, id: string, deadMs: number): Lease {
  let beat = 0;
  let lost = false;
  let sure = Date.now();
  const timer = setInterval(() => {
    beat += 1;
    const attributes = { beat: String(beat) };
    admin.clients.update({ id }, { attributes }).then(
      () => (sure = Date.now()),
      (error: unknown) => (lost ||= statusOf(error) === 404),
    );
  }, deadMs / 4);
  timer.unref();
  return {
    check() {
      if (lost || Date.now() - sure > deadMs) throw new SyncFailure('busy', 'the lease was lost to another sync');
    },
    async release() {
      clearInterval(timer);
      await removed(admin, id);
    },
  };
}

async function removed(admin: KeycloakAdminClient, id: string): Promise<void> {
  await admin.clients.del({ id }).catch((error: unknown) => {
    if (statusOf(error) !== 404) throw error;
  });
}
