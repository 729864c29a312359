import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Pool, type Dispatcher } from 'undici';
import { EnvoyHeader, Header } from '../../../core/contract/headers';
import { INNER_CONNECT_MS, INNER_CONNECTIONS, INNER_KEEP_ALIVE_MS, MAX_ANSWER_BYTES } from './settings';

/** One call to a model through the inner listener. */
export interface UpstreamCall {
  readonly cluster: string;
  readonly path: string;
  readonly body: string | Uint8Array;
  readonly requestId: string;
  /** Time that the model has, in milliseconds; 0 for a stream, which has none. */
  readonly modelMs: number;
  /** Time after which this side gives up, when the listener did not; longer than `modelMs`. */
  readonly waitMs: number;
  /** Sent again by the listener up to this many times; 0 where a second execution would matter. */
  readonly retries: number;
  /** W3C trace context, passed on as it came. */
  readonly trace: { readonly traceparent?: string; readonly tracestate?: string };
}

export type UpstreamResult =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
  | { readonly kind: 'stream'; readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Readable }
  | { readonly kind: 'timeout' }
  /** The inner listener itself cannot be reached. */
  | { readonly kind: 'unreachable' }
  /** The answer broke off. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'cancelled' };

const UNREACHABLE = new Set(['ENOENT', 'ECONNREFUSED', 'EACCES', 'EAGAIN', 'ENOTSOCK', 'UND_ERR_CONNECT_TIMEOUT']);
const CANCELLED = new Error('cancelled');

/** Connections to the inner listener. Undici's own timeouts are off: each call has its deadline. */
export class Upstream {
  private readonly pool: Pool;

  constructor(socketPath: string) {
    this.pool = new Pool('http://inner', {
      socketPath,
      connections: INNER_CONNECTIONS,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: INNER_KEEP_ALIVE_MS,
      keepAliveMaxTimeout: INNER_KEEP_ALIVE_MS,
      connect: { timeout: INNER_CONNECT_MS },
    });
  }

  /** Sends the call and collects the answer. Never rejects. `onCancel` is given a function that ends the call at the model too. */
  send(call: UpstreamCall, onCancel: (cancel: () => void) => void): Promise<UpstreamResult> {
    return new Promise((resolve) => {
      let controller: Dispatcher.DispatchController | undefined;
      let ended = false;
      const end = (result: UpstreamResult): void => {
        if (ended) return;
        ended = true;
        clearTimeout(timer);
        resolve(result);
      };
      const stop = (result: UpstreamResult): void => {
        end(result);
        if (controller !== undefined && !controller.aborted) controller.abort(CANCELLED);
      };
      const timer = setTimeout(() => stop({ kind: 'timeout' }), call.waitMs);
      onCancel(() => stop({ kind: 'cancelled' }));
      const chunks: Buffer[] = [];
      let length = 0;
      let status = 0;
      let headers: IncomingHttpHeaders = {};
      this.pool.dispatch(
        { path: call.path, method: 'POST', headers: requestHeaders(call, 'application/json'), body: call.body },
        {
          onRequestStart(started) {
            controller = started;
            if (ended) started.abort(CANCELLED);
          },
          onResponseStart(_controller, code, received) {
            status = code;
            headers = received;
          },
          onResponseData(_controller, chunk) {
            length += chunk.length;
            if (length > MAX_ANSWER_BYTES) return stop({ kind: 'too-large' });
            chunks.push(chunk);
          },
          onResponseEnd() {
            end({ kind: 'answer', status, headers, body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length) });
          },
          onResponseError(_controller, error) {
            end(failure(error));
          },
        },
      );
    });
  }

  /** As `send`, for a runtime that answers piece by piece: resolves with the headers when it does. */
  async stream(call: UpstreamCall, onCancel: (cancel: () => void) => void): Promise<UpstreamResult> {
    const abort = new AbortController();
    let late = false;
    onCancel(() => abort.abort(CANCELLED));
    const timer = setTimeout(() => {
      late = true;
      abort.abort(CANCELLED);
    }, call.waitMs);
    try {
      const answer = await this.pool.request({
        path: call.path,
        method: 'POST',
        headers: requestHeaders(call, 'text/event-stream, application/json'),
        body: call.body,
        signal: abort.signal,
      });
      if (/^text\/event-stream\b/i.test(String(answer.headers['content-type'] ?? ''))) {
        return { kind: 'stream', status: answer.statusCode, headers: answer.headers, body: answer.body };
      }
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) {
          abort.abort(CANCELLED);
          return { kind: 'too-large' };
        }
        chunks.push(chunk);
      }
      return { kind: 'answer', status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
    } catch (error) {
      if (late) return { kind: 'timeout' };
      return abort.signal.aborted ? { kind: 'cancelled' } : failure(error as Error);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  destroy(): Promise<void> {
    return this.pool.destroy();
  }
}

/** All that the inner listener and the model are told, names and values in turn; nothing of the caller's headers but the trace. */
function requestHeaders(call: UpstreamCall, accept: string): string[] {
  const headers = [
    'host',
    call.cluster,
    'content-type',
    'application/json',
    'accept',
    accept,
    Header.cluster,
    call.cluster,
    Header.requestId,
    call.requestId,
    EnvoyHeader.timeoutMs,
    String(call.modelMs),
  ];
  if (call.retries > 0) headers.push(EnvoyHeader.retryOn, RETRY_ON, EnvoyHeader.maxRetries, String(call.retries));
  for (const name in call.trace) headers.push(name, call.trace[name as keyof UpstreamCall['trace']] as string);
  return headers;
}

/** The listener repeats by itself what no model has seen; these are for calls that may run twice. */
const RETRY_ON = 'reset,gateway-error';

function failure(error: Error & { readonly code?: string }): UpstreamResult {
  if (error === CANCELLED) return { kind: 'cancelled' };
  return { kind: UNREACHABLE.has(error.code ?? '') ? 'unreachable' : 'broken' };
}
