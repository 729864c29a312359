import { createHmac, timingSafeEqual } from 'node:crypto';

/** One stored answer: always a complete 200 of `application/json`. */
export interface CacheEntry {
  readonly body: Buffer;
  /** Version that answered. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly expiresAt: number;
}

/** Where answers are kept. A store that fails has no entry: it never throws and never makes a call wait long. */
export interface ResponseCache {
  /** Part of every key while the bundle names none. Undefined while a shared store has not said which it is: then nothing is kept. */
  readonly epoch: string | undefined;
  get(key: string): CacheEntry | undefined | Promise<CacheEntry | undefined>;
  set(key: string, entry: CacheEntry): void;
  close(): Promise<void>;
}

const MAGIC = Buffer.from('kea1');
const MAC_BYTES = 32;
const HEAD_BYTES = MAGIC.length + MAC_BYTES + 4;

/** Bytes for a store that others can write to: magic, HMAC-SHA256 over key and content, head length, head, body. */
export function sealEntry(secret: Uint8Array, key: string, entry: CacheEntry): Buffer {
  const head = Buffer.from(JSON.stringify({ v: entry.version, s: entry.storedAt, e: entry.expiresAt }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  const content = Buffer.concat([length, head, entry.body]);
  return Buffer.concat([MAGIC, mac(secret, key, content), content]);
}

/** The entry, or `undefined` for anything that was not sealed under this key with this secret, or is past its time. */
export function openEntry(secret: Uint8Array, key: string, bytes: Buffer, now: number): CacheEntry | undefined {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const content = bytes.subarray(MAGIC.length + MAC_BYTES);
  if (!timingSafeEqual(mac(secret, key, content), bytes.subarray(MAGIC.length, MAGIC.length + MAC_BYTES))) return undefined;
  const headLength = content.readUInt32BE(0);
  const head = JSON.parse(content.subarray(4, 4 + headLength).toString('utf8')) as { v: string; s: number; e: number };
  if (head.e <= now) return undefined;
  return { body: content.subarray(4 + headLength), version: head.v, storedAt: head.s, expiresAt: head.e };
}

function mac(secret: Uint8Array, key: string, content: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(key).update('\n').update(content).digest();
}
