import type { IncomingMessage } from 'node:http';
import { refusal, retryLater, type Refusal } from './refusal';
import { CALL_OVERHEAD_BYTES } from './settings';

/** Memory that the calls of one worker may hold together. */
export class MemoryBudget {
  private used = 0;

  constructor(private readonly limit: number) {}

  /** False when the bytes do not fit; nothing is taken then. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }

  get bytes(): number {
    return this.used;
  }
}

/** What one call holds of the budget. */
export class MemoryShare {
  private held = 0;

  constructor(private readonly budget: MemoryBudget) {}

  take(bytes: number): boolean {
    if (!this.budget.take(bytes)) return false;
    this.held += bytes;
    return true;
  }

  release(): void {
    this.budget.release(this.held);
    this.held = 0;
  }
}

const TYPE_HEADER = 'content-type';
const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

/** One `application/json` in UTF-8, not encoded: whatever else could be read differently by the model. */
export function checkMediaType(request: IncomingMessage): Refusal | undefined {
  const type = request.headers['content-type'];
  if (type === undefined || (type !== 'application/json' && !JSON_TYPE.test(type))) {
    return refusal('unsupported-media-type', {
      detail: 'the body must be application/json in UTF-8',
      headers: { accept: 'application/json' },
    });
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refusal('unsupported-media-type', { detail: 'the body must not be compressed', headers: { 'accept-encoding': 'identity' } });
  }
  // Node keeps the first of two and would hide that there was a second.
  let types = 0;
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    // Most names differ in length already.
    if (name?.length === TYPE_HEADER.length && name.toLowerCase() === TYPE_HEADER) types++;
  }
  return types > 1 ? refusal('unsupported-media-type', { detail: 'there is more than one content-type' }) : undefined;
}

export type Body = { readonly bytes: Buffer } | { readonly aborted: true };

/** Reads the whole body within the method's bound, the worker's budget and the deadline (milliseconds from now). */
export function readBody(request: IncomingMessage, maxBytes: number, share: MemoryShare, deadlineMs: number): Promise<Body | Refusal> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (result: Body | Refusal): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      // What still comes is thrown away, so that the answer can be read by a client that is still writing.
      if (!('bytes' in result)) request.on('error', ignore).resume();
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > maxBytes) return end(tooLarge(maxBytes));
      if (!share.take(chunk.length)) return end(overloaded());
      chunks.push(chunk);
    };
    const onEnd = (): void => end({ bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length) });
    const onClose = (): void => end({ aborted: true });
    const timer = setTimeout(() => end(refusal('request-timeout')), deadlineMs);
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > maxBytes) return end(tooLarge(maxBytes));
    if (!share.take(CALL_OVERHEAD_BYTES)) return end(overloaded());
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function ignore(): void {}

function tooLarge(maxBytes: number): Refusal {
  return refusal('body-too-large', { detail: `the method takes bodies up to ${maxBytes} bytes` });
}

function overloaded(): Refusal {
  return retryLater('overloaded', 1);
}
