import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';

const known = new WeakMap<JsonObject, ReadonlyMap<string, string>>();

/** Where a key that stands at a wrong place would belong: `timeout` → `methods.<name>`. The shortest way wins. */
export function keyHomes(schema: JsonObject): ReadonlyMap<string, string> {
  const before = known.get(schema);
  if (before) return before;
  const homes = new Map<string, string>();
  const definitions = isJsonObject(schema['$defs']) ? schema['$defs'] : {};
  const seen = new Set<JsonObject>();
  let level: { readonly at: string; readonly of: JsonObject }[] = [{ at: '', of: schema }];
  while (level.length > 0) {
    const next: { readonly at: string; readonly of: JsonObject }[] = [];
    for (const { at, of } of level) {
      const properties = isJsonObject(of['properties']) ? of['properties'] : {};
      for (const [key, value] of Object.entries(properties)) {
        if (at !== '' && !homes.has(key)) homes.set(key, at);
        for (const part of objectsOf(value, definitions)) {
          if (seen.has(part)) continue;
          seen.add(part);
          const here = at === '' ? key : `${at}.${key}`;
          const named = objectsOf(part['additionalProperties'], definitions)[0];
          next.push(named ? { at: `${here}.<name>`, of: named } : { at: here, of: part });
        }
      }
    }
    level = next;
  }
  known.set(schema, homes);
  return homes;
}

/** The objects that a schema allows, behind its reference, list or union. */
function objectsOf(schema: JsonValue | undefined, definitions: JsonObject): readonly JsonObject[] {
  if (!isJsonObject(schema)) return [];
  if (typeof schema['$ref'] === 'string') return objectsOf(definitions[schema['$ref'].replace('#/$defs/', '')], definitions);
  if (Array.isArray(schema['anyOf'])) return schema['anyOf'].flatMap((each: JsonValue) => objectsOf(each, definitions));
  if (schema['type'] === 'array') return objectsOf(schema['items'], definitions);
  return schema['type'] === 'object' ? [schema] : [];
}
