import { Transform, type TransformCallback } from 'node:stream';
import { isJsonObject, type JsonValue } from '../../../core/json';

/** Bytes of text that make about one token, where a model does not say how many it used. */
const BYTES_A_TOKEN = 4;

/** Tokens that an answer of OpenAI's API says it used, prompt and answer together. */
export function usageOf(answer: JsonValue): number | undefined {
  const usage = isJsonObject(answer) ? answer['usage'] : undefined;
  const total = isJsonObject(usage) ? usage['total_tokens'] : undefined;
  return typeof total === 'number' && Number.isFinite(total) && total >= 0 ? Math.ceil(total) : undefined;
}

/** For answers that say nothing. */
export function estimatedTokens(requestBytes: number, answerBytes: number): number {
  return Math.ceil((requestBytes + answerBytes) / BYTES_A_TOKEN);
}

/** A line longer than this is passed on without being read. */
const MAX_LINE_BYTES = 1024 * 1024;

/**
 * Passes server-sent events on and reads the tokens used from them. `hide`: the last event, which has usage and no choice, was asked for by KEA and not by
 * the caller, so the caller does not see it.
 */
export class UsageMeter extends Transform {
  /** As the model said; undefined while it has not. */
  tokens: number | undefined;
  /** Bytes that were passed on. */
  bytes = 0;
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly hide: boolean) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (;;) {
      const end = endOfEvent(data);
      if (end < 0) break;
      this.event(data.subarray(0, end));
      data = data.subarray(end);
    }
    if (data.length > MAX_LINE_BYTES) {
      this.pass(data);
      data = Buffer.alloc(0);
    }
    this.rest = data;
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.rest.length > 0) this.event(this.rest);
    done();
  }

  private event(event: Buffer): void {
    if (event.includes('"usage"')) {
      const value = dataOf(event.toString('utf8'));
      const used = usageOf(value);
      if (used !== undefined) this.tokens = used;
      if (this.hide && used !== undefined && isJsonObject(value) && Array.isArray(value['choices']) && value['choices'].length === 0)
        return;
    }
    this.pass(event);
  }

  private pass(bytes: Buffer): void {
    this.bytes += bytes.length;
    this.push(bytes);
  }
}

/** After the blank line that ends an event; -1 where there is none yet. */
function endOfEvent(data: Buffer): number {
  const plain = data.indexOf('\n\n');
  const carriage = data.indexOf('\r\n\r\n');
  if (plain < 0) return carriage < 0 ? -1 : carriage + 4;
  return carriage < 0 || plain < carriage ? plain + 2 : carriage + 4;
}

function dataOf(event: string): JsonValue {
  const data = event
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5))
    .join('\n');
  try {
    return JSON.parse(data) as JsonValue;
  } catch {
    return null;
  }
}
