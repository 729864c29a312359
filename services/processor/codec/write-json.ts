import type { JsonValue } from '../../../core/json';
import { childPointer } from '../../../core/pointer';

/** Writes JSON where some numbers (by JSON pointer) keep the text they came with, so that 64-bit integers pass unchanged. */
export function writeJson(value: JsonValue, exactText: ReadonlyMap<string, string> | undefined): string {
  return exactText === undefined || exactText.size === 0 ? JSON.stringify(value) : write(value, exactText, '');
}

function write(value: JsonValue | undefined, exactText: ReadonlyMap<string, string>, pointer: string): string {
  if (typeof value === 'number') return exactText.get(pointer) ?? JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${value.map((element, index) => write(element as JsonValue, exactText, childPointer(pointer, index))).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member as JsonValue, exactText, childPointer(pointer, key))}`).join(',')}}`;
}
