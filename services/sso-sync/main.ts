import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeRealm, type RealmPlan } from '../../core/contract/realm';
import { describeStep } from '../../core/decide/realm-words';
import { RealmClient } from '../../core/contract/realm-names';
import { byBytes } from '../../core/order';
import { log } from '../shared/log';
import { administrator, handOver, temporaryAdministrators, type Secrets } from './administrators';
import type { Connection } from './connect';
import { SyncFailure } from './failure';
import { sync, type Phase } from './sync';

/**
 * Job: puts a realm plan in place. Exit 1: it could not be done, and is worth trying again; 2: the call is wrong; 3: an internal error;
 * 4: refused, and a person must look.
 *
 * `node main.js --server URL --plan FOLDER --secrets FOLDER --phase add|prune|all [--deletions N] [--wait SECONDS]`
 */
async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'string') return end(2, options);
  const { plan, secrets, phase } = options;
  const began = Date.now();
  try {
    const connection = await untilThere(options.server, secrets, began + options.waitMs);
    const { steps } = await sync({
      connection,
      plan,
      phase,
      ...(secrets.login === undefined ? {} : { secrets: { [RealmClient.login]: secrets.login } }),
      ...(options.deletions === undefined ? {} : { deletions: options.deletions }),
    });
    for (const step of steps) log('info', 'done', { step: describeStep(step).join('; ') });
    await handOver(connection, plan.realm, secrets.client);
    const left = (await temporaryAdministrators(await administrator(options.server, secrets))) ?? [];
    if (left.length > 0) return end(4, `temporary administrators of Keycloak are left: ${left.join(', ')}`);
    log('info', 'the realm holds what the plan says', { realm: plan.realm, phase, steps: steps.length, ms: Date.now() - began });
    return 0;
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    return end(error.reason === 'foreign' || error.reason === 'losses' ? 4 : 1, `${error.reason}: ${error.message}`);
  }
}

interface Options {
  readonly server: string;
  readonly plan: RealmPlan;
  readonly secrets: Secrets;
  readonly phase: Phase;
  readonly deletions: number | undefined;
  readonly waitMs: number;
}

function readOptions(): Options | string {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ options: { server: text, plan: text, secrets: text, phase: text, deletions: text, wait: text } });
    const { server, plan, secrets, phase = 'all' } = values;
    if (server === undefined || plan === undefined || secrets === undefined) return '--server, --plan and --secrets are needed';
    if (phase !== 'add' && phase !== 'prune' && phase !== 'all') return `--phase is "${phase}", must be add, prune or all`;
    const deletions = values.deletions === undefined ? undefined : Number(values.deletions);
    if (deletions !== undefined && !(deletions >= 0)) return `--deletions is "${values.deletions ?? ''}", must be a number`;
    const waitMs = Number(values.wait ?? 600) * 1000;
    return { server, plan: readPlan(plan), secrets: readSecrets(secrets), phase, deletions, waitMs };
  } catch (error) {
    return (error as Error).message;
  }
}

/** All files of the folder in order of name are one gzipped plan. */
function readPlan(folder: string): RealmPlan {
  const shards = readdirSync(folder).filter((name) => /^\d+$/.test(name));
  if (shards.length === 0) throw new Error(`${folder} holds no plan`);
  return decodeRealm(Buffer.concat(shards.sort(byBytes).map((name) => readFileSync(join(folder, name)))));
}

function readSecrets(folder: string): Secrets {
  const trimmed = (text: string): string => text.trim();
  // Envoy sends the same file as it is, a line feed at its end included.
  const asItIs = (text: string): string => text;
  const read = (name: string, form = trimmed): string | undefined => {
    try {
      return form(readFileSync(join(folder, name), 'utf8')) || undefined;
    } catch {
      return undefined;
    }
  };
  const client = read('client-secret');
  const bootstrap = read('bootstrap-secret');
  const login = read('login-secret', asItIs);
  if (client === undefined) throw new Error(`${folder} holds no client-secret`);
  return { client, ...(bootstrap === undefined ? {} : { bootstrap }), ...(login === undefined ? {} : { login }) };
}

/** Keycloak may start at the same time as this Job. */
async function untilThere(server: string, secrets: Secrets, end: number): Promise<Connection> {
  for (;;) {
    try {
      return await administrator(server, secrets);
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.reason !== 'unreachable' || Date.now() > end) throw error;
      log('info', 'Keycloak does not answer yet', { reason: error.message });
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

function end(code: number, reason: string): number {
  log('error', 'the realm was not put in place', { reason });
  return code;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    log('error', 'internal error', { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exitCode = 3;
  },
);
