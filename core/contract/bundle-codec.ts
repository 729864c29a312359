import { gunzipSync, gzipSync } from 'node:zlib';
import { canonicalJson } from '../canonical';
import { sha256Hex } from '../digests';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import type { BundleIndex, BundlePart } from './bundle';

/** Largest unpacked part: beyond it a file is taken for an attack, not for a contract. */
const MAX_PART_BYTES = 64 * 1024 * 1024;

/** Largest unpacked OpenAPI document: 2,000 models need about 7 MiB. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

/** sha256 (hex) of the part's canonical JSON. */
export function partDigest(part: BundlePart): string {
  return sha256Hex(canonicalJson(part as unknown as JsonObject));
}

/** sha256 (hex) of the canonical JSON of the index without `digest`. */
export function indexDigest(index: Omit<BundleIndex, 'digest'>): string {
  const { digest: _, ...rest } = index as BundleIndex;
  return sha256Hex(canonicalJson(rest as unknown as JsonObject));
}

/** Bytes of a part's file. */
export function encodePart(part: BundlePart): Buffer {
  return packText(canonicalJson(part as unknown as JsonObject));
}

/** Bytes of the file of a part or document whose canonical JSON is made already: its gzip, equal on every machine (no name, no time in the header). */
export function packText(text: string): Buffer {
  const packed = gzipSync(text, { level: 6 });
  packed[9] = 255; // "unknown operating system": zlib writes its own.
  return packed;
}

/**
 * Reads a part's file and proves that it is the one that the index names.
 *
 * @throws Error with a reason that names no content: not gzip, too large, another digest, not JSON.
 */
export function decodePart(bytes: Uint8Array, digest: string): BundlePart {
  return JSON.parse(unpack(bytes, digest, MAX_PART_BYTES, 'part').toString('utf8')) as BundlePart;
}

/** As `decodePart`, for the platform's OpenAPI document. */
export function decodeDocument(bytes: Uint8Array, digest: string): JsonObject {
  return JSON.parse(unpack(bytes, digest, MAX_DOCUMENT_BYTES, 'document').toString('utf8')) as JsonObject;
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

function unpack(bytes: Uint8Array, digest: string, maxOutputLength: number, what: string): Buffer {
  const text = inflate(bytes, maxOutputLength, what);
  if (sha256Hex(text) !== digest) throw new Error(`the ${what} does not have the digest that the index names`);
  return text;
}

function inflate(bytes: Uint8Array, maxOutputLength: number, what: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength });
  } catch {
    throw new Error(`the ${what} is not gzip, is cut off, or is larger than a ${what} can be`);
  }
}
