import { isJsonObject, type JsonValue } from '../core/json';

/** A JSON value as CEL writes it: whole numbers as `int`, others as `double`. Strings of JSON are strings of CEL. */
export function celLiteral(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(celLiteral).join(', ')}]`;
  if (isJsonObject(value)) {
    const entries = Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
    return `{${entries.map(([key, each]) => `${JSON.stringify(key)}: ${celLiteral(each)}`).join(', ')}}`;
  }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : doubleLiteral(value);
  return JSON.stringify(value);
}

function doubleLiteral(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
