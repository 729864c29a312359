import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../core/json';

/** Keywords whose value is one schema, a list of schemas, or schemas by name. Anything else is data and stays as it is. */
const ONE = new Set([
  'items',
  'additionalProperties',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
  'contentSchema',
]);
const LIST = new Set(['prefixItems', 'allOf', 'anyOf', 'oneOf']);
const MAP = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs']);

/** Belong to a document of their own and change how references inside are read, so a component carries none of them. */
const DROPPED = new Set(['$id', '$schema', '$defs']);

/**
 * One schema as components: `name` itself, and one `<name>_<definition>` for each definition that is in use.
 * References inside the schema (`#`, `#/$defs/x`, `#/properties/y`) point to the components afterwards.
 */
export function schemaComponents(name: string, schema: JsonSchema): { readonly [name: string]: JsonSchema } {
  const definitions = isJsonObject(schema['$defs']) ? schema['$defs'] : {};
  const wanted: string[] = [];
  const reference = (pointer: string): string => {
    const [, definition, rest] = /^\/\$defs\/([^/]+)(.*)$/.exec(pointer) ?? [];
    if (definition === undefined) return `#/components/schemas/${name}${pointer}`;
    const key = decodeSegment(definition);
    if (!wanted.includes(key)) wanted.push(key);
    return `#/components/schemas/${definitionName(name, key)}${rest ?? ''}`;
  };
  const components: { [name: string]: JsonSchema } = { [name]: rewrite(schema, reference) };
  // `wanted` grows while definitions refer to further ones.
  for (let next = 0; next < wanted.length; next++) {
    const key = wanted[next] ?? '';
    const definition = definitions[key];
    components[definitionName(name, key)] = isJsonObject(definition) ? rewrite(definition, reference) : {};
  }
  return components;
}

function definitionName(name: string, definition: string): string {
  return `${name}_${definition.replaceAll(/[^A-Za-z0-9_.-]/g, (letter) => `_x${letter.codePointAt(0)?.toString(16) ?? ''}`)}`;
}

function decodeSegment(segment: string): string {
  return decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~');
}

function rewrite(schema: JsonSchema, reference: (pointer: string) => string): JsonSchema {
  const result: { [key: string]: JsonValue } = {};
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined || DROPPED.has(key)) continue;
    result[key] = rewriteKeyword(key, value, reference);
  }
  return result;
}

function rewriteKeyword(key: string, value: JsonValue, reference: (pointer: string) => string): JsonValue {
  const inner = (each: JsonValue): JsonValue => (isJsonObject(each) ? rewrite(each, reference) : each);
  if (key === '$ref' && typeof value === 'string' && value.startsWith('#')) return reference(value.slice(1));
  if (ONE.has(key)) return inner(value);
  if (LIST.has(key) && Array.isArray(value)) return value.map(inner);
  if (MAP.has(key) && isJsonObject(value)) return mapValues(value, inner);
  return value;
}

function mapValues(object: JsonObject, change: (value: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, change(value)]])));
}
