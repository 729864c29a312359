import { isUtf8 } from 'node:buffer';
import type { JsonValue } from '../../../core/json';
import { parseStrictJson } from '../../../core/strict-json';
import { CodecError } from './types';

const NOTHING: ReadonlyMap<string, string> = new Map();
/** Only a number with 16 digits or more can fail to survive in a way that a tensor would notice. */
const LONG_NUMBER = /[0-9]{16}/;

/** Parses a runtime's answer; the slower parser that keeps numbers is used only where one may not survive. @throws CodecError */
export function readAnswer(bytes: Uint8Array, keepNumbers: boolean): { value: JsonValue; inexact: ReadonlyMap<string, string> } {
  if (!isUtf8(bytes)) throw new CodecError('', 'json', 'the answer is not valid UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (keepNumbers && LONG_NUMBER.test(text)) {
    const parsed = parseStrictJson(text, { maxBytes: Infinity, maxDepth: 64, maxKeys: 1_000_000 });
    if (!parsed.ok) throw new CodecError('', 'json', `the answer is not JSON: ${parsed.reason}`);
    return { value: parsed.value, inexact: parsed.inexact };
  }
  try {
    return { value: JSON.parse(text) as JsonValue, inexact: NOTHING };
  } catch {
    throw new CodecError('', 'json', 'the answer is not JSON');
  }
}
