import type { JsonObject, JsonValue } from './json';

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

/** Texts of values that stand in many places of what is written. */
const shared = new WeakMap<object, string>();

/** Freezes a value that stands in many places, whole, and has its canonical text made only once. */
export function sharedJson<T extends object>(value: T): T {
  freezeWhole(value);
  shared.set(value, canonicalContainer(value as unknown as JsonObject));
  return value;
}

function freezeWhole(value: object): void {
  Object.freeze(value);
  for (const member of Object.values(value) as unknown[]) if (typeof member === 'object' && member !== null) freezeWhole(member);
}

function canonicalContainer(value: Exclude<JsonValue, string | number | boolean | null>): string {
  // Only what is frozen is known to say the same for ever.
  const known = Object.isFrozen(value) ? shared.get(value) : undefined;
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    let text = '[';
    for (let index = 0; index < value.length; index++) text += (index === 0 ? '' : ',') + canonicalJson(value[index] as JsonValue);
    return text + ']';
  }
  const object = value as { readonly [key: string]: JsonValue | undefined };
  let text = '{';
  for (const key of sorted(Object.keys(object))) {
    const member = object[key];
    if (member !== undefined) text += (text.length === 1 ? '' : ',') + canonicalString(key) + ':' + canonicalJson(member);
  }
  return text + '}';
}

/** In the order of UTF-16 code units, which RFC 8785 §3.2.3 asks for and `sort` has by default; most keys stand in it already. */
function sorted(keys: string[]): string[] {
  for (let index = 1; index < keys.length; index++) if ((keys[index - 1] as string) > (keys[index] as string)) return keys.sort();
  return keys;
}

/** Plain ASCII that JSON writes as it is: nearly every key and most texts. */
const asItIs = /^[ !#-[\]-~]*$/;

function canonicalString(text: string): string {
  if (text.length < 100 && asItIs.test(text)) return `"${text}"`;
  if (!isWellFormed(text)) throw new TypeError('JSON text cannot hold a lone surrogate');
  return JSON.stringify(text);
}
