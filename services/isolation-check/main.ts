import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { lastWord } from '../shared/last-word';
import { tryTargets, type Target } from './check';
import { instancesIn, resolveTargets } from './targets';

const DIAL_MS = 3000;
const POLL_MS = 2000;
/** Exit code that is final: the Job is not tried again. */
const REACHED = 3;

/**
 * Job that an apply waits for: must fail to reach any model, and whatever else only the gateway may talk to. Its own policy lets it out, so that what
 * stops it is the policy of the other side. That it can talk at all is shown first by a call that is allowed.
 * `node main.js --namespace MODELS --selector LABEL --open HOST:PORT --closed HOST:PORT… --seconds N`.
 * Exit 1: nothing could be tried; 2: the call is wrong; 3: something answered.
 */
async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { namespace: text, selector: text, open: text, closed: { ...text, multiple: true, default: [] }, seconds: text },
  });
  const { namespace, selector, open, closed } = values;
  const seconds = Number(values.seconds);
  if (!namespace || !selector || !open || !seconds) throw new Error('--namespace, --selector, --open and --seconds are needed');
  const deadline = Date.now() + seconds * 1000;

  await until(deadline, `${open} does not answer, so nothing that fails to answer proves anything`, async () => {
    const targets = await resolveTargets(open);
    return (await Promise.all(targets.map(({ address, port }) => dial(address, port)))).some(Boolean) || undefined;
  });
  const models = await until(deadline, `no model in ${namespace} has a ready instance to try`, async () => {
    const found = await instancesIn(namespace, selector);
    return found.length > 0 ? found : undefined;
  });
  const others = (await Promise.all(closed.map(resolveTargets))).flat();
  const { reached, tried } = await tryTargets([...models, ...others], dial, () => pause(POLL_MS));
  if (reached.length > 0)
    lastWord(
      'isolation-check',
      `${list(reached)}: answers a pod that is not the gateway; the cluster does not enforce NetworkPolicy`,
      REACHED,
    );
  process.stderr.write(`isolation-check: ${tried} addresses tried, none answered\n`);
}

function list(reached: readonly Target[]): string {
  const shown = reached.slice(0, 10).map(({ name, address, port }) => `${name} at ${address}:${port}`);
  return [...shown, ...(reached.length > shown.length ? [`and ${reached.length - shown.length} more`] : [])].join(', ');
}

async function until<T>(deadline: number, failure: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let reason = ''; ;) {
    const found = await look().catch((error: unknown) => {
      reason = ` (${error instanceof Error ? error.message : String(error)})`;
      return undefined;
    });
    if (found !== undefined) return found;
    if (Date.now() >= deadline) lastWord('isolation-check', failure + reason, 1);
    await pause(POLL_MS);
  }
}

function dial(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: DIAL_MS });
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

main().catch((error: unknown) => lastWord('isolation-check', error instanceof Error ? error.message : String(error), 2));
