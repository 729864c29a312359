import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CacheEpochs } from '../../../../core/decide/cache-epoch';

/** One stored answer: always a complete 200 of `application/json`. */
export interface CacheEntry {
  readonly body: Buffer;
  /** Version that answered. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly expiresAt: number;
  /** Until then it may be given while a fresh one is fetched; `expiresAt` where the method wants no stale answers. */
  readonly staleUntil: number;
}

/** The right to fetch and store an answer, for one of all who look for it. */
export interface Lease {
  /** Stores the answer, unless somebody else leads by now. */
  store(entry: CacheEntry): void;
  /** Lets the next one try. */
  release(): void;
}

/** What a look into a shared store found. */
export type Found =
  | { readonly kind: 'entry'; readonly entry: CacheEntry }
  | { readonly kind: 'lead'; readonly lease: Lease }
  /** Somebody else fetches it. */
  | { readonly kind: 'wait' };

/** Where answers are kept. A store that fails has no entry: it never throws and never makes a call wait long. */
export interface ResponseCache {
  /** Part of every key. Undefined while a shared store has not said which: then nothing is kept. */
  readonly epochs: CacheEpochs | undefined;
  /** What this process has, at once. */
  peek(key: string): CacheEntry | undefined;
  /** What the store has; when nothing, the right to fetch it, or that somebody else does. */
  look(key: string): Found | Promise<Found>;
  /** The right to fetch it anew although there is an entry; `undefined` when somebody else has it. */
  renew(key: string): Lease | undefined | Promise<Lease | undefined>;
  close(): Promise<void>;
}

const MAGIC = Buffer.from('kea2');
const MAC_BYTES = 32;
const HEAD_BYTES = MAGIC.length + MAC_BYTES + 4;

/** Bytes for a store that others can write to: magic, HMAC-SHA256 over key and content, head length, head, body. */
export function sealEntry(secret: Uint8Array, key: string, entry: CacheEntry): Buffer {
  const head = Buffer.from(JSON.stringify({ v: entry.version, s: entry.storedAt, e: entry.expiresAt, u: entry.staleUntil }));
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
  const head = JSON.parse(content.subarray(4, 4 + headLength).toString('utf8')) as { v: string; s: number; e: number; u: number };
  if (head.u <= now) return undefined;
  return { body: content.subarray(4 + headLength), version: head.v, storedAt: head.s, expiresAt: head.e, staleUntil: head.u };
}

function mac(secret: Uint8Array, key: string, content: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(key).update('\n').update(content).digest();
}
