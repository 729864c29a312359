import { isUtf8 } from 'node:buffer';
import type { JsonValue } from './json';
import { isWellFormed } from './canonical';
import { pointerOf } from './pointer';

/** What one document may cost. */
export interface StrictJsonLimits {
  readonly maxBytes: number;
  /** Containers inside containers; `[[1]]` has depth 2. */
  readonly maxDepth: number;
  /** Object members in the whole document. */
  readonly maxKeys: number;
}

export const DEFAULT_JSON_LIMITS: StrictJsonLimits = { maxBytes: 16 * 1024 * 1024, maxDepth: 64, maxKeys: 100_000 };

/** Why a text was refused; `rule` is stable. */
export type StrictJsonRule =
  | 'empty'
  | 'too-large'
  | 'byte-order-mark'
  | 'invalid-utf8'
  | 'syntax'
  | 'trailing-bytes'
  | 'too-deep'
  | 'too-many-keys'
  | 'duplicate-key'
  | 'forbidden-key'
  | 'lone-surrogate'
  | 'number-out-of-range';

export type StrictJsonResult =
  | {
      readonly ok: true;
      readonly value: JsonValue;
      /** Every number survived: its decimal value is that of the double. Only then do canonical bytes say the same as the original ones. */
      readonly exact: boolean;
      /** JSON pointer → text as written, of the numbers that did not survive. */
      readonly inexact: ReadonlyMap<string, string>;
    }
  | { readonly ok: false; readonly rule: StrictJsonRule; readonly reason: string; readonly pointer?: string };

const REASONS: { readonly [rule in StrictJsonRule]: string } = {
  empty: 'the body is empty',
  'too-large': 'the text is larger than allowed',
  'byte-order-mark': 'the text starts with a byte-order mark',
  'invalid-utf8': 'the text is not valid UTF-8',
  syntax: 'the text is not JSON (RFC 8259)',
  'trailing-bytes': 'something follows after the JSON value',
  'too-deep': 'arrays and objects are nested too deeply',
  'too-many-keys': 'the text has too many object members',
  'duplicate-key': 'an object has the same key twice',
  'forbidden-key': 'the keys __proto__, constructor and prototype are not taken',
  'lone-surrogate': 'a string holds half of a surrogate pair',
  'number-out-of-range': 'a number is too large for a double',
};

const NO_INEXACT: ReadonlyMap<string, string> = new Map();

/**
 * Parses one JSON text and refuses everything that two parsers could read differently. Never throws.
 * Accepts a subset of what `JSON.parse` accepts, with the same value.
 */
export function parseStrictJson(bytes: Uint8Array | string, limits: StrictJsonLimits = DEFAULT_JSON_LIMITS): StrictJsonResult {
  if (bytes.length === 0) return refusal('empty');
  if (bytes.length > limits.maxBytes) return refusal('too-large');
  let text: string;
  if (typeof bytes === 'string') {
    text = bytes;
  } else {
    if (!isUtf8(bytes)) return refusal('invalid-utf8');
    text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }
  if (text.charCodeAt(0) === 0xfeff) return refusal('byte-order-mark');
  const reader = new Reader(text, limits);
  try {
    const value = reader.document();
    return { ok: true, value, exact: reader.inexact === undefined, inexact: reader.inexact ?? NO_INEXACT };
  } catch (error) {
    if (error instanceof Refusal) return refusal(error.rule, reader.pointer());
    throw error;
  }
}

function refusal(rule: StrictJsonRule, pointer?: string): StrictJsonResult {
  return { ok: false, rule, reason: REASONS[rule], ...(pointer === undefined ? {} : { pointer }) };
}

class Refusal extends Error {
  constructor(readonly rule: StrictJsonRule) {
    super(rule);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
/** Up to 15 significant digits always survive a double (IEEE 754 §5.12.2). */
const SAFE_NUMBER_LENGTH = 15;

class Reader {
  inexact: Map<string, string> | undefined;
  private at = 0;
  private keys = 0;
  private readonly path: (string | number)[] = [];

  constructor(
    private readonly text: string,
    private readonly limits: StrictJsonLimits,
  ) {}

  pointer(): string {
    return pointerOf(this.path);
  }

  document(): JsonValue {
    this.space();
    if (this.at >= this.text.length) throw new Refusal('empty');
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw new Refusal('trailing-bytes');
    return value;
  }

  private value(): JsonValue {
    switch (this.text.charCodeAt(this.at)) {
      case QUOTE:
        return this.string();
      case 0x7b:
        return this.object();
      case 0x5b:
        return this.array();
      case 0x74:
        return this.literal('true', true);
      case 0x66:
        return this.literal('false', false);
      case 0x6e:
        return this.literal('null', null);
      default:
        return this.number();
    }
  }

  private literal<T extends boolean | null>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw new Refusal('syntax');
    this.at += word.length;
    return value;
  }

  private object(): JsonValue {
    if (this.path.length >= this.limits.maxDepth) throw new Refusal('too-deep');
    const { text, path } = this;
    const object: { [key: string]: JsonValue } = {};
    this.at++;
    this.space();
    if (text.charCodeAt(this.at) === 0x7d) {
      this.at++;
      return object;
    }
    const depth = path.length;
    for (;;) {
      if (text.charCodeAt(this.at) !== QUOTE) throw new Refusal('syntax');
      const key = this.string();
      path[depth] = key;
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') throw new Refusal('forbidden-key');
      if (Object.hasOwn(object, key)) throw new Refusal('duplicate-key');
      if (++this.keys > this.limits.maxKeys) throw new Refusal('too-many-keys');
      this.space();
      if (text.charCodeAt(this.at) !== 0x3a) throw new Refusal('syntax');
      this.at++;
      this.space();
      object[key] = this.value();
      this.space();
      const next = text.charCodeAt(this.at++);
      if (next === 0x7d) break;
      if (next !== 0x2c) throw new Refusal('syntax');
      path.length = depth;
      this.space();
    }
    path.length = depth;
    return object;
  }

  private array(): JsonValue {
    if (this.path.length >= this.limits.maxDepth) throw new Refusal('too-deep');
    const { text, path } = this;
    const array: JsonValue[] = [];
    this.at++;
    this.space();
    if (text.charCodeAt(this.at) === 0x5d) {
      this.at++;
      return array;
    }
    const depth = path.length;
    for (;;) {
      path[depth] = array.length;
      array.push(this.value());
      this.space();
      const next = text.charCodeAt(this.at++);
      if (next === 0x5d) break;
      if (next !== 0x2c) throw new Refusal('syntax');
      this.space();
    }
    path.length = depth;
    return array;
  }

  private string(): string {
    const { text } = this;
    const start = ++this.at;
    let surrogates = false;
    let escapes = false;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === QUOTE) break;
      // NaN at the end of the text fails this comparison.
      if (!(code >= 0x20)) throw new Refusal('syntax');
      if (code === BACKSLASH) {
        escapes = true;
        this.at++;
        if (Number.isNaN(text.charCodeAt(this.at))) throw new Refusal('syntax');
      } else if (code >= 0xd800 && code <= 0xdfff) {
        surrogates = true;
      }
      this.at++;
    }
    const raw = text.slice(start, this.at++);
    if (!escapes) {
      // Valid UTF-8 has no lone surrogates; only a text given as a string can.
      if (surrogates && !isWellFormed(raw)) throw new Refusal('lone-surrogate');
      return raw;
    }
    const value = unescape(raw);
    if (value === undefined) throw new Refusal('syntax');
    if (!isWellFormed(value)) throw new Refusal('lone-surrogate');
    return value;
  }

  private number(): number {
    const { text } = this;
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(text);
    if (match === null) throw new Refusal('syntax');
    const raw = match[0];
    this.at += raw.length;
    const value = Number(raw);
    if (raw.length > SAFE_NUMBER_LENGTH || match[2] !== undefined || value === 0) {
      if (!Number.isFinite(value)) throw new Refusal('number-out-of-range');
      if (!survives(raw, value)) {
        this.inexact ??= new Map();
        this.inexact.set(this.pointer(), raw);
      }
    }
    return value;
  }

  private space(): void {
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }
}

/** `JSON.parse` knows the escapes; the raw text has no quote and no control character, so it cannot read past the string. */
function unescape(raw: string): string | undefined {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return undefined;
  }
}

/** True when the shortest text of the double stands for the same decimal value. Negative zero does not: canonical JSON writes it `0`. */
function survives(raw: string, value: number): boolean {
  if (value === 0) return !raw.startsWith('-') && /^[-0.]*(?:[eE]|$)/.test(raw);
  return decimal(raw) === decimal(String(value));
}

/** `<sign><digits without zeros at either end>e<exponent>`: equal for equal decimal values. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text) ?? [];
  let digits = whole + fraction;
  let power = Number(exponent) - fraction.length;
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === 0x30) end--;
  power += digits.length - end;
  let first = 0;
  while (first < end - 1 && digits.charCodeAt(first) === 0x30) first++;
  digits = digits.slice(first, end);
  return `${sign}${digits}e${power}`;
}
