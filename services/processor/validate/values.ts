import { fullFormats } from 'ajv-formats/dist/formats';
import { canonicalJson } from '../../../core/canonical';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json';
import { rule, type Check } from './check';

/** Keywords that judge texts, numbers and values as wholes. */
export function valueChecks(schema: JsonObject): readonly Check[] {
  const { type, enum: options, const: constant, pattern, format } = schema;
  return [
    ...(type === undefined ? [] : [typeCheck((Array.isArray(type) ? type : [type]) as readonly string[])]),
    ...(constant === undefined ? [] : [enumCheck('const', 'must be equal to constant', [constant])]),
    ...(Array.isArray(options) ? [enumCheck('enum', 'must be equal to one of the allowed values', options as readonly JsonValue[])] : []),
    ...NUMBERS.flatMap(([name, sign, fits]) => bounded(schema[name], (bound) => numberCheck(name, sign, bound, fits))),
    ...bounded(schema['maxLength'], (most) => lengthCheck('maxLength', 'more', most)),
    ...bounded(schema['minLength'], (least) => lengthCheck('minLength', 'fewer', least)),
    ...(typeof pattern === 'string' ? [patternCheck(pattern, new RegExp(pattern, 'u'))] : []),
    ...(typeof format === 'string' ? formatChecks(format) : []),
  ];
}

type Compare = (value: number, bound: number) => boolean;

const NUMBERS: readonly (readonly [name: string, sign: string, fits: Compare])[] = [
  ['minimum', '>=', (value, bound) => value >= bound],
  ['maximum', '<=', (value, bound) => value <= bound],
  ['exclusiveMinimum', '>', (value, bound) => value > bound],
  ['exclusiveMaximum', '<', (value, bound) => value < bound],
  ['multipleOf', 'multiple of', (value, bound) => Number.isInteger(value / bound)],
];

function bounded(bound: JsonValue | undefined, make: (bound: number) => Check): readonly Check[] {
  return typeof bound === 'number' ? [make(bound)] : [];
}

// One function a keyword, outside of the walk: what a check remembers is its bound, not the schema around it.

function typeCheck(types: readonly string[]): Check {
  return rule('type', `must be ${types.join(',')}`, typeTest(types));
}

function numberCheck(name: string, sign: string, bound: number, fits: Compare): Check {
  return rule(name, `must be ${sign} ${bound}`, (value) => typeof value !== 'number' || fits(value, bound));
}

function lengthCheck(name: 'maxLength' | 'minLength', word: string, bound: number): Check {
  const detail = `must NOT have ${word} than ${bound} characters`;
  return name === 'maxLength'
    ? rule(name, detail, (value) => typeof value !== 'string' || characters(value) <= bound)
    : rule(name, detail, (value) => typeof value !== 'string' || characters(value) >= bound);
}

function patternCheck(pattern: string, expression: RegExp): Check {
  return rule('pattern', `must match pattern "${pattern}"`, (value) => typeof value !== 'string' || expression.test(value));
}

function enumCheck(name: string, detail: string, options: readonly JsonValue[]): Check {
  const texts = new Set(options.map(textOf));
  return rule(name, detail, (value) => texts.has(textOf(value)));
}

function formatChecks(format: string): readonly Check[] {
  const test = formatTest(format);
  return test === undefined ? [] : [rule('format', `must match format "${format}"`, test)];
}

/** Unicode characters, of which a text outside the first plane has fewer than code units. */
export function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0xd800 && code <= 0xdbff && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      count--;
      index++;
    }
  }
  return count;
}

function typeTest(types: readonly string[]): (value: JsonValue) => boolean {
  const [only] = types;
  if (types.length === 1 && only !== undefined) return TYPES[only] ?? (() => false);
  return (value) => types.some((type) => TYPES[type]?.(value) === true);
}

const TYPES: { readonly [type: string]: (value: JsonValue) => boolean } = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => typeof value === 'number' && Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: (value) => Array.isArray(value),
  object: isJsonObject,
};

/** Equal for equal values, whatever the order of their keys. */
export function textOf(value: JsonValue): string {
  try {
    return canonicalJson(value);
  } catch {
    // Half of a surrogate pair, in what a model answered.
    return JSON.stringify(value);
  }
}

/** Formats unknown to the standard say nothing. */
function formatTest(name: string): ((value: JsonValue) => boolean) | undefined {
  const format = Object.hasOwn(fullFormats, name) ? fullFormats[name as keyof typeof fullFormats] : undefined;
  if (format === undefined || format === true) return undefined;
  if (format instanceof RegExp) return (value) => typeof value !== 'string' || format.test(value);
  if (typeof format === 'function') return (value) => typeof value !== 'string' || format(value) === true;
  if (typeof format !== 'object') return undefined;
  const { type, validate } = format as { readonly type?: string; readonly validate: RegExp | ((value: never) => boolean) };
  const kind = type === 'number' ? 'number' : 'string';
  const test = validate instanceof RegExp ? (value: string) => validate.test(value) : (validate as (value: unknown) => boolean);
  return (value) => typeof value !== kind || test(value as never);
}
