import { pipeline } from 'node:stream/promises';
import { Header } from '../../../core/contract/headers';
import type { Answer, Call } from './call';
import { STREAM_IDLE_MS, STREAM_LIFE_MS } from './settings';

function headersOf(call: Call, answer: Answer): { [name: string]: string } {
  const { notes } = call;
  return {
    ...notes.headers,
    ...answer.headers,
    // Also a failure says whose it was; a refusal before the choice has no version.
    ...(notes.version === undefined ? {} : { [Header.servedVersion]: notes.version }),
  };
}

export function sendWhole(call: Call, answer: Extract<Answer, { kind: 'whole' }>): void {
  const { response } = call;
  if (response.destroyed) return;
  response.writeHead(answer.status, { ...headersOf(call, answer), 'content-length': String(Buffer.byteLength(answer.body)) });
  response.end(call.request.method === 'HEAD' ? undefined : answer.body);
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
