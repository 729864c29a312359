import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { parseArgs } from 'node:util';
import { ManagementPath } from '../../core/contract/ports';
import { isJsonObject, type JsonValue } from '../../core/json';
import { lastWord } from '../shared/last-word';
import { waitForBundle, type Gateways, type PodState } from './wait';

const ASK_MS = 2000;
const POLL_MS = 1000;

/**
 * Job that an apply waits for: ends well once every gateway pod shows the bundle of the plan.
 * `node main.js --digest HEX --host HEADLESS-SERVICE --port N --pods N --seconds N`. Exit 1: some pod does not show it in time; 2: the call is wrong.
 */
async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { digest: text, host: text, port: text, pods: text, seconds: text } });
  const { digest, host } = values;
  const [port, pods, seconds] = [values.port, values.pods, values.seconds].map(Number);
  if (!digest || !host || !port || !pods || !seconds) throw new Error('--digest, --host, --port, --pods and --seconds are needed');
  const failure = await waitForBundle(gateways(host, port), { digest, pods, timeoutMs: seconds * 1000, pollMs: POLL_MS });
  if (failure === undefined) process.stderr.write(`gateway-applied: every gateway pod shows bundle ${digest}\n`);
  else lastWord('gateway-applied', failure, 1);
}

function gateways(host: string, port: number): Gateways {
  return {
    addresses: async () => [...new Set((await lookup(host, { all: true }).catch(() => [])).map(({ address }) => address))].sort(),
    ask: (address) => ask(address, port),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    now: () => Date.now(),
  };
}

async function ask(address: string, port: number): Promise<PodState> {
  try {
    const url = `http://${isIPv6(address) ? `[${address}]` : address}:${port}${ManagementPath.config}`;
    const answer = (await (await fetch(url, { signal: AbortSignal.timeout(ASK_MS) })).json()) as JsonValue;
    if (!isJsonObject(answer)) return { address, reason: 'answers no JSON object' };
    const refused = answer['refused'];
    return {
      address,
      ...(typeof answer['digest'] === 'string' ? { digest: answer['digest'] } : {}),
      ...(isJsonObject(refused) ? { reason: `refused by ${String(refused['by'])}: ${String(refused['reason'])}` } : {}),
    };
  } catch (error) {
    return { address, reason: `does not answer (${reasonOf(error)})` };
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string }; message?: string };
  return cause?.code ?? message ?? String(error);
}

main().catch((error: unknown) => lastWord('gateway-applied', error instanceof Error ? error.message : String(error), 2));
