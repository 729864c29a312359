import { gunzipSync, gzipSync } from 'node:zlib';
import { canonicalJson } from '../canonical';
import { sha256Hex } from '../digests';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import type { BundleIndex, BundlePart } from './bundle';

/** Largest unpacked part: beyond it a file is taken for an attack, not for a contract. */
const MAX_PART_BYTES = 64 * 1024 * 1024;

/** sha256 (hex) of the part's canonical JSON. */
export function partDigest(part: BundlePart): string {
  return sha256Hex(canonicalJson(part as unknown as JsonObject));
}

/** sha256 (hex) of the canonical JSON of the index without `digest`. */
export function indexDigest(index: Omit<BundleIndex, 'digest'>): string {
  const { digest: _, ...rest } = index as BundleIndex;
  return sha256Hex(canonicalJson(rest as unknown as JsonObject));
}

/** Bytes of a part's file: gzip of its canonical JSON, equal on every machine (no name, no time in the gzip header). */
export function encodePart(part: BundlePart): Buffer {
  const packed = gzipSync(canonicalJson(part as unknown as JsonObject), { level: 6 });
  packed[9] = 255; // "unknown operating system": zlib writes its own.
  return packed;
}

/**
 * Reads a part's file and proves that it is the one that the index names.
 *
 * @throws Error with a reason that names no content: not gzip, too large, another digest, not JSON.
 */
export function decodePart(bytes: Uint8Array, digest: string): BundlePart {
  const text = unpack(bytes);
  if (sha256Hex(text) !== digest) throw new Error('the part does not have the digest that the index names');
  return JSON.parse(text.toString('utf8')) as BundlePart;
}

/** Text of `index.json`. */
export function encodeIndex(index: BundleIndex): string {
  return `${canonicalJson(index as unknown as JsonObject)}\n`;
}

/**
 * Reads `index.json` and proves its digest.
 *
 * @throws Error with the reason: not JSON, another format, another digest.
 */
export function decodeIndex(text: string): BundleIndex {
  const value = parse(text);
  if (!isJsonObject(value)) throw new Error('the index is not a JSON object');
  if (value['format'] !== 1) throw new Error(`the index has format ${JSON.stringify(value['format'])}; this program reads 1`);
  const index = value as unknown as BundleIndex;
  if (indexDigest(index) !== index.digest) throw new Error('the index does not have the digest that it names');
  return index;
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new Error('the index is not JSON');
  }
}

function unpack(bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_PART_BYTES });
  } catch {
    throw new Error('the part is not gzip, is cut off, or is larger than a part can be');
  }
}
