import { isJsonObject, type JsonValue } from '../../core/json';
import { nearest } from '../../core/names';

/** How a keyword of JSON Schema 2020-12 holds other schemas, so that a walk never takes data for a schema. */
export type Holds = 'schema' | 'map' | 'list' | 'data';

interface Keyword {
  readonly holds: Holds;
  /** What a value must be, when it is not; words that complete "must be …". */
  readonly demand?: (value: JsonValue) => string | undefined;
}

const types = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];

/** Those that the gateway's validator knows. */
const formats = [
  'date', 'time', 'date-time', 'iso-time', 'iso-date-time', 'duration', 'uri', 'uri-reference', 'uri-template', 'url', 'email', 'hostname', 'ipv4', 'ipv6',
  'regex', 'uuid', 'json-pointer', 'json-pointer-uri-fragment', 'relative-json-pointer', 'byte', 'int32', 'int64', 'float', 'double', 'password', 'binary',
]; // prettier-ignore

const unless = (fits: boolean, demand: string): string | undefined => (fits ? undefined : demand);
const isText = (value: JsonValue): value is string => typeof value === 'string';
const isTexts = (value: JsonValue): boolean => Array.isArray(value) && value.every(isText) && new Set(value).size === value.length;

const schema: Keyword = { holds: 'schema', demand: (value) => unless(isJsonObject(value) || typeof value === 'boolean', 'a schema') };
const schemaMap: Keyword = { holds: 'map', demand: (value) => unless(isJsonObject(value), 'a mapping of names to schemas') };
const schemaList: Keyword = { holds: 'list', demand: (value) => unless(Array.isArray(value) && value.length > 0, 'a list of schemas') };
const anything: Keyword = { holds: 'data' };
const text: Keyword = { holds: 'data', demand: (value) => unless(isText(value), 'a text') };
const flag: Keyword = { holds: 'data', demand: (value) => unless(typeof value === 'boolean', 'true or false') };
const number: Keyword = { holds: 'data', demand: (value) => unless(typeof value === 'number', 'a number') };
const count: Keyword = {
  holds: 'data',
  demand: (value) => unless(Number.isInteger(value) && (value as number) >= 0, 'a whole number from 0'),
};
const names: Keyword = { holds: 'data', demand: (value) => unless(isTexts(value), 'a list of different texts') };

const keywords: { readonly [keyword: string]: Keyword } = {
  $schema: text,
  $id: text,
  $ref: text,
  $comment: text,
  $defs: schemaMap,
  definitions: schemaMap,
  type: {
    holds: 'data',
    demand: (value) =>
      unless(
        (Array.isArray(value) ? value : [value]).every((each: JsonValue) => types.includes(String(each))),
        `one of ${types.join(', ')}, or a list of them`,
      ),
  },
  enum: { holds: 'data', demand: (value) => unless(Array.isArray(value) && value.length > 0, 'a list of values') },
  const: anything,
  title: text,
  description: text,
  default: anything,
  examples: { holds: 'data', demand: (value) => unless(Array.isArray(value), 'a list') },
  deprecated: flag,
  readOnly: flag,
  writeOnly: flag,
  multipleOf: { holds: 'data', demand: (value) => unless(typeof value === 'number' && value > 0, 'a number above 0') },
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  minLength: count,
  maxLength: count,
  pattern: { holds: 'data', demand: (value) => unless(isText(value) && compiles(value), 'a regular expression') },
  format: { holds: 'data', demand: (value) => unless(isText(value) && formats.includes(value), `one of ${formats.join(', ')}`) },
  contentEncoding: text,
  contentMediaType: text,
  contentSchema: schema,
  minItems: count,
  maxItems: count,
  uniqueItems: flag,
  minContains: count,
  maxContains: count,
  contains: schema,
  items: schema,
  prefixItems: schemaList,
  unevaluatedItems: schema,
  minProperties: count,
  maxProperties: count,
  required: names,
  properties: schemaMap,
  patternProperties: {
    holds: 'map',
    demand: (value) => unless(isJsonObject(value) && Object.keys(value).every(compiles), 'a mapping of regular expressions to schemas'),
  },
  additionalProperties: schema,
  unevaluatedProperties: schema,
  propertyNames: schema,
  dependentRequired: {
    holds: 'data',
    demand: (value) =>
      unless(isJsonObject(value) && Object.values(value).every((each) => isTexts(each ?? null)), 'a mapping of names to lists of names'),
  },
  dependentSchemas: schemaMap,
  allOf: schemaList,
  anyOf: schemaList,
  oneOf: schemaList,
  not: schema,
  if: schema,
  then: schema,
  else: schema,
};

/** Keywords that rename schemas or refer to renamed ones. */
export const unsupported: ReadonlySet<string> = new Set([
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$recursiveAnchor',
  '$anchor',
  '$vocabulary',
]);

/** Keywords that say nothing about which values are valid. */
export const annotations: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$comment',
]);

export function holds(keyword: string): Holds {
  return Object.hasOwn(keywords, keyword) ? (keywords[keyword]?.holds ?? 'data') : 'data';
}

/** What is wrong with a keyword of a schema, if anything: the message and a fix. */
export function keywordFault(keyword: string, value: JsonValue): { readonly message: string; readonly fix?: string } | undefined {
  if (keyword.startsWith('x-')) return undefined;
  const known = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
  if (!known) {
    const close = nearest(keyword, Object.keys(keywords));
    return { message: `"${keyword}" is no keyword of JSON Schema 2020-12`, ...(close === undefined ? {} : { fix: `write "${close}"` }) };
  }
  if (keyword === 'items' && Array.isArray(value))
    return { message: '"items" must be a schema', fix: 'write "prefixItems" for a list of schemas' };
  const demand = known.demand?.(value);
  return demand === undefined ? undefined : { message: `"${keyword}" is ${shown(value)}, must be ${demand}` };
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

function shown(value: JsonValue): string {
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
}
