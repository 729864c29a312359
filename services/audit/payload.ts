import { createHmac } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../core/json';

/** Keyed hash (hex) of a body: equal bodies are recognised, but nobody without the key can try bodies out. */
export function payloadHash(key: Uint8Array, body: Uint8Array): string {
  return createHmac('sha256', key).update(body).digest('hex');
}

export const REDACTED = '[redacted]';
const TOO_DEEP = 64;

/**
 * The body with everything replaced that its schema marks `x-kea-pii: true`, and everything that the schema does not describe:
 * what nobody declared, nobody declared harmless.
 */
export function redact(value: JsonValue, schema: JsonSchema): JsonValue {
  return redactBy(value, [schema], schema, 0);
}

function redactBy(value: JsonValue, given: readonly JsonSchema[], root: JsonSchema, depth: number): JsonValue {
  const schemas = given.flatMap((schema) => spread(schema, root, 0));
  if (schemas.length === 0 || depth > TOO_DEEP || schemas.some((schema) => schema['x-kea-pii'] === true)) return REDACTED;
  if (Array.isArray(value)) {
    return value.map((element: JsonValue, index) =>
      redactBy(
        element,
        schemas.flatMap((schema) => elementSchemas(schema, index)),
        root,
        depth + 1,
      ),
    );
  }
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        redactBy(
          member as JsonValue,
          schemas.flatMap((schema) => memberSchemas(schema, key)),
          root,
          depth + 1,
        ),
      ]),
    );
  }
  return value;
}

/** A schema and all that apply beside it: branches of unions count whether or not they match, so a mark in any of them hides the value. */
function spread(schema: JsonSchema, root: JsonSchema, depth: number): readonly JsonSchema[] {
  if (depth > TOO_DEEP) return [{ 'x-kea-pii': true }];
  const beside = ['allOf', 'anyOf', 'oneOf'].flatMap((word) => (Array.isArray(schema[word]) ? (schema[word] as readonly JsonValue[]) : []));
  for (const word of ['if', 'then', 'else', 'not']) if (schema[word] !== undefined) beside.push(schema[word]);
  const target = schema['$ref'] ?? schema['$dynamicRef'];
  if (typeof target === 'string') beside.push(resolve(target, root) ?? { 'x-kea-pii': true });
  return [schema, ...beside.filter(isJsonObject).flatMap((each) => spread(each, root, depth + 1))];
}

function resolve(reference: string, root: JsonSchema): JsonValue | undefined {
  if (!reference.startsWith('#')) return undefined;
  let at: JsonValue | undefined = root;
  for (const part of decodeURIComponent(reference.slice(1)).split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

function memberSchemas(schema: JsonSchema, key: string): readonly JsonSchema[] {
  const found: JsonValue[] = [];
  const properties = schema['properties'];
  if (isJsonObject(properties) && Object.hasOwn(properties, key)) found.push(properties[key] as JsonValue);
  const patterns = schema['patternProperties'];
  if (isJsonObject(patterns)) {
    for (const [pattern, each] of Object.entries(patterns)) if (new RegExp(pattern, 'u').test(key)) found.push(each as JsonValue);
  }
  if (found.length === 0 && schema['additionalProperties'] !== undefined) found.push(schema['additionalProperties']);
  return found.filter((each): each is JsonObject => isJsonObject(each));
}

function elementSchemas(schema: JsonSchema, index: number): readonly JsonSchema[] {
  const prefix = schema['prefixItems'];
  const positioned = Array.isArray(prefix) ? (prefix[index] as JsonValue | undefined) : undefined;
  const each = positioned ?? schema['items'];
  return isJsonObject(each) ? [each] : [];
}
