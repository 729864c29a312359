import type { JsonValue } from '../../../core/json';
import type { OipAnswerForm } from '../front/oip-request';
import { MAX_KNOWN_BODIES, MAX_KNOWN_BODY, MAX_KNOWN_BYTES } from './settings';

/** A body that fits its method's schema. Calls with equal bytes may share one. */
export interface AdmittedBody {
  readonly bytes: Buffer;
  readonly value: JsonValue;
  readonly exact: boolean;
  readonly inexact: ReadonlyMap<string, string>;
  /** Open Inference Protocol only: how the answer is to be written. */
  readonly form: OipAnswerForm | undefined;
  /** Under which these bytes may be remembered. */
  readonly name: string | undefined;
  /** RFC 8785 text, once it was asked for. */
  canonical: string | undefined;
  /** The last cache key that was made of it. */
  keyed: { readonly beginning: string; readonly key: string } | undefined;
}

/** What a remembered body costs besides its bytes: value, canonical text, key, map slot. */
const BODY_OVERHEAD = 1000;
const COPIES = 6;

/**
 * Bodies that were answered from the cache: the same bytes for the same schema are the same verdict, so they are neither parsed, validated
 * nor written anew. Only what was admitted stands here. The least recently used leave first; bounded in count and bytes.
 */
export class KnownBodies {
  private readonly bodies = new Map<string, AdmittedBody>();
  private used = 0;

  constructor(
    private readonly maxBytes: number = MAX_KNOWN_BYTES,
    private readonly maxCount: number = MAX_KNOWN_BODIES,
  ) {}

  /** The name of these bytes for a schema, given by its digest: as text, which tells every byte. `undefined` where they are too many to be kept. */
  name(schema: string, bytes: Buffer): string | undefined {
    return bytes.length > MAX_KNOWN_BODY ? undefined : `${schema}\n${bytes.toString('latin1')}`;
  }

  find(name: string): AdmittedBody | undefined {
    const body = this.bodies.get(name);
    if (body === undefined) return undefined;
    this.bodies.delete(name);
    this.bodies.set(name, body);
    return body;
  }

  /** Remembers a body under its own name, if it has one. */
  add(body: AdmittedBody): void {
    const { name } = body;
    if (name === undefined || this.bodies.has(name)) return;
    // A copy, because the bytes may be a view into a large network buffer.
    this.bodies.set(name, { ...body, bytes: Buffer.from(body.bytes) });
    this.used += cost(body);
    for (const [oldest, each] of this.bodies) {
      if (this.used <= this.maxBytes && this.bodies.size <= this.maxCount) return;
      this.bodies.delete(oldest);
      this.used -= cost(each);
    }
  }

  get size(): number {
    return this.bodies.size;
  }

  get bytes(): number {
    return this.used;
  }
}

function cost({ bytes }: AdmittedBody): number {
  return COPIES * bytes.length + BODY_OVERHEAD;
}
