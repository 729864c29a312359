import type { JsonValue } from '../../core/json';
import { readPlainScalar } from './scalars';

/**
 * Reads JSON as programs write it into files, which is YAML too: one key a line, indented by spaces. Only a text that is to the letter what
 * `JSON.stringify` makes of its own value is taken, so that no key stands twice and no number is spelled oddly; on anything else, and on
 * anything that deserves a finding, it answers `undefined`, as `readQuickly` does.
 */
export function readIndentedJson(text: string): { readonly value: JsonValue } | undefined {
  const indent = /^\{\n( +)"/.exec(text)?.[1];
  if (indent === undefined || text.includes('\\u')) return undefined;
  const value = parsed(text);
  if (value === undefined || JSON.stringify(value, null, indent) !== text.trimEnd()) return undefined;
  return isPlain(value, 0) ? { value } : undefined;
}

const maxDepth = 40;
/** The library reads no longer key without a question mark. */
const maxKey = 1000;
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Freezes on the way, as documents are frozen. */
function isPlain(value: JsonValue, depth: number): boolean {
  if (typeof value === 'number') return readPlainScalar(JSON.stringify(value)).value === value;
  if (typeof value !== 'object' || value === null) return true;
  if (depth > maxDepth) return false;
  if (!Array.isArray(value) && Object.keys(value).some((key) => key.length > maxKey || reserved.has(key))) return false;
  Object.freeze(value);
  return (Object.values(value) as readonly JsonValue[]).every((member) => isPlain(member, depth + 1));
}
