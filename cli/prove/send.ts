import { readFileSync } from 'node:fs';
import { Agent as PlainAgent, request as requestPlain } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';
import { isJsonObject, type JsonValue } from '../../core/json';

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
}

export interface Reply {
  /** 0 when nothing answered. */
  readonly status: number;
  /** `type` of a problem document. */
  readonly problem?: string;
  readonly error?: string;
}

export interface Sender {
  readonly url: string;
  /** Requests that were sent. */
  readonly sent: number;
  send(question: Question): Promise<Reply>;
  close(): void;
}

const LIMIT_MS = 15_000;
const MOST_RETRIES = 5;
/** Requests at once: the gateway serves others too. */
const CONNECTIONS = 8;

/** Speaks to one gateway. `ca`: file with the authority that signed its certificate; the system's own are trusted too. */
export function openSender(url: string, ca: string | undefined): Sender {
  const base = new URL(url);
  const isTls = base.protocol === 'https:';
  const agent = isTls
    ? new TlsAgent({ keepAlive: true, maxSockets: CONNECTIONS, ...(ca === undefined ? {} : { ca: readFileSync(ca) }) })
    : new PlainAgent({ keepAlive: true, maxSockets: CONNECTIONS });
  let sent = 0;
  const once = (question: Question): Promise<Reply & { readonly retryAfter?: number }> =>
    new Promise((resolve) => {
      sent++;
      const { method, path, headers, body } = question;
      const outgoing = (isTls ? requestTls : requestPlain)(
        { host: base.hostname, port: base.port, method, path, headers: { host: base.host, ...headers }, agent, timeout: LIMIT_MS },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
          answer.on('end', () => {
            const type = problemOf(text);
            const wait = Number(answer.headers['retry-after']);
            resolve({
              status: answer.statusCode ?? 0,
              ...(type === undefined ? {} : { problem: type }),
              ...(wait > 0 ? { retryAfter: wait } : {}),
            });
          });
          answer.on('error', (error) => resolve({ status: 0, error: error.message }));
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${LIMIT_MS / 1000} s`)));
      outgoing.on('error', (error) => resolve({ status: 0, error: error.message }));
      outgoing.end(body);
    });
  return {
    url,
    get sent() {
      return sent;
    },
    async send(question) {
      for (let attempt = 0; ; attempt++) {
        const reply = await once(question);
        // The limit of one address is not what is tried here.
        if (reply.status !== 429 || attempt === MOST_RETRIES) return reply;
        await new Promise((resolve) => setTimeout(resolve, Math.min(reply.retryAfter ?? 1, 10) * 1000));
      }
    },
    close: () => agent.destroy(),
  };
}

function problemOf(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isJsonObject(value) && typeof value['type'] === 'string' ? value['type'] : undefined;
  } catch {
    return undefined;
  }
}

/** Runs work over items, a few at once, and keeps their order. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const one = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return results;
}
