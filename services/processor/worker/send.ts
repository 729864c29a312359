import { pipeline } from 'node:stream/promises';
import { Header } from '../../../core/contract/headers';
import type { Answer, Call } from './call';
import { lifecycleHeaders } from './lifecycle';
import { STREAM_IDLE_MS, STREAM_LIFE_MS } from './settings';

/** Bodies up to this size are worth a copy. */
const JOINED_BYTES = 16 * 1024;

/** Names and values in turn, as `writeHead` takes them. No two of the sources name the same header. */
function headersOf(call: Call, answer: Answer): string[] {
  const { headers, contract, version } = call.notes;
  add(headers, answer.headers);
  headers.push('x-content-type-options', 'nosniff');
  // Who may not call is told nothing about the contract.
  if (contract !== undefined && answer.status !== 403) add(headers, lifecycleHeaders(contract.contract.lifecycle));
  // Also a failure says whose it was; a refusal before the choice has no version.
  if (version !== undefined) headers.push(Header.servedVersion, version);
  return headers;
}

function add(headers: string[], more: Answer['headers']): void {
  for (const name in more) headers.push(name, more[name] as string);
}

export function sendWhole(call: Call, answer: Extract<Answer, { kind: 'whole' }>): void {
  const { response } = call;
  if (response.destroyed) return;
  const headers = headersOf(call, answer);
  headers.push('content-length', String(typeof answer.body === 'string' ? Buffer.byteLength(answer.body) : answer.body.length));
  response.writeHead(answer.status, headers);
  if (call.request.method === 'HEAD') response.end();
  else if (typeof answer.body === 'string' || answer.body.length > JOINED_BYTES) response.end(answer.body);
  // As text Node joins it to the headers: one write to the socket instead of two pieces. Latin-1 keeps every byte as it is.
  else response.end(Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.length).toString('latin1'), 'latin1');
}

/** Passes pieces on as they come, with back-pressure both ways; a caller that leaves ends the call at the model. */
export async function sendStream(call: Call, answer: Extract<Answer, { kind: 'stream' }>): Promise<void> {
  const { response } = call;
  const life = setTimeout(answer.cancel, STREAM_LIFE_MS);
  let idle = setTimeout(answer.cancel, STREAM_IDLE_MS);
  answer.body.on('data', () => {
    clearTimeout(idle);
    idle = setTimeout(answer.cancel, STREAM_IDLE_MS);
  });
  try {
    response.writeHead(answer.status, headersOf(call, answer));
    response.flushHeaders();
    await pipeline(answer.body, response);
  } catch {
    // Either side left: the other one is told by the broken connection.
    answer.cancel();
    response.destroy();
  } finally {
    clearTimeout(life);
    clearTimeout(idle);
  }
}
