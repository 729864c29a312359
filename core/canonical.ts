import type { JsonValue } from './json';

/** True when the text holds no lone half of a surrogate pair. (ES2024, which Node 20 has and the compiler's library does not.) */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/**
 * RFC 8785 (JSON Canonicalization Scheme): keys in UTF-16 order, ECMAScript numbers, no white space.
 * Members that are `undefined` are dropped. The same value always gives the same text, and parsing the text gives the value back (`-0` becomes `0`).
 *
 * @throws TypeError on what JSON cannot hold: `NaN`, infinities, lone surrogates, functions.
 */
export function canonicalJson(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`JSON cannot hold the number ${value}`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : canonicalContainer(value);
    default:
      throw new TypeError(`JSON cannot hold a ${typeof value}`);
  }
}

function canonicalContainer(value: Exclude<JsonValue, string | number | boolean | null>): string {
  if (Array.isArray(value)) {
    let text = '[';
    for (let index = 0; index < value.length; index++) text += (index === 0 ? '' : ',') + canonicalJson(value[index] as JsonValue);
    return text + ']';
  }
  const object = value as { readonly [key: string]: JsonValue | undefined };
  let text = '{';
  // The default order of `sort` is that of UTF-16 code units, which is the order RFC 8785 §3.2.3 asks for.
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member !== undefined) text += (text.length === 1 ? '' : ',') + canonicalString(key) + ':' + canonicalJson(member);
  }
  return text + '}';
}

/** Plain ASCII that JSON writes as it is: nearly every key and most texts. */
const asItIs = /^[ !#-[\]-~]*$/;

function canonicalString(text: string): string {
  if (text.length < 100 && asItIs.test(text)) return `"${text}"`;
  if (!isWellFormed(text)) throw new TypeError('JSON text cannot hold a lone surrogate');
  return JSON.stringify(text);
}
