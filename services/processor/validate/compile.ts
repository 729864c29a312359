import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../../core/json';
import { childPointer } from '../../../core/pointer';
import { always, every, Faults, rule, type Check } from './check';
import { textOf, valueChecks } from './values';

/** Keywords that this compiler leaves to Ajv, because they look beyond the value in front of them. */
const BEYOND: ReadonlySet<string> = new Set([
  ...['$ref', '$dynamicRef', '$recursiveRef', '$id', '$anchor', '$dynamicAnchor', '$recursiveAnchor'],
  ...['unevaluatedProperties', 'unevaluatedItems', 'dependentSchemas', 'dependencies', 'nullable', 'discriminator'],
  ...['formatMinimum', 'formatMaximum', 'formatExclusiveMinimum', 'formatExclusiveMaximum', 'additionalItems'],
]);

/** Thrown inside the compiler only. */
class Unsupported extends Error {}

/**
 * A schema of JSON Schema 2020-12 as functions, made in microseconds and kept in a few hundred bytes a keyword, without code from text.
 * `undefined` for schemas with keywords that are left to Ajv. Judges and tells as Ajv does; a property test holds it to that.
 */
export function compileSchema(schema: JsonSchema): Check | undefined {
  try {
    return compile(schema);
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

function compile(schema: JsonValue | undefined): Check {
  if (schema === true || schema === undefined) return always;
  if (!isJsonObject(schema)) return rule('false schema', 'boolean schema is false', () => false);
  if (Object.keys(schema).some((key) => BEYOND.has(key))) throw new Unsupported();
  return every([...valueChecks(schema), ...objectChecks(schema), ...arrayChecks(schema), ...logicChecks(schema)]);
}

function objectChecks(schema: JsonObject): readonly Check[] {
  const { required, dependentRequired, propertyNames, minProperties, maxProperties } = schema;
  const found: Check[] = [];
  const count = (name: string, bound: JsonValue | undefined, word: string, fits: (size: number, bound: number) => boolean): void => {
    if (typeof bound !== 'number') return;
    const detail = `must NOT have ${word} than ${bound} properties`;
    found.push(rule(name, detail, (value) => !isJsonObject(value) || fits(Object.keys(value).length, bound)));
  };
  count('maxProperties', maxProperties, 'more', (size, bound) => size <= bound);
  count('minProperties', minProperties, 'fewer', (size, bound) => size >= bound);
  if (Array.isArray(required)) found.push(requiredCheck('required', required as readonly string[], undefined));
  if (isJsonObject(dependentRequired)) {
    for (const [when, names] of Object.entries(dependentRequired))
      found.push(requiredCheck('dependentRequired', names as readonly string[], when));
  }
  if (propertyNames !== undefined) found.push(namesCheck(compile(propertyNames)));
  const members = memberCheck(schema);
  return members === undefined ? found : [...found, members];
}

function requiredCheck(name: string, names: readonly string[], when: string | undefined): Check {
  return (value, pointer, faults) => {
    if (!isJsonObject(value) || (when !== undefined && !Object.hasOwn(value, when))) return true;
    let fits = true;
    for (const key of names) {
      if (Object.hasOwn(value, key) && value[key] !== undefined) continue;
      if (faults === undefined) return false;
      faults.add(childPointer(pointer, key), name, 'is required');
      fits = false;
    }
    return fits;
  };
}

function namesCheck(names: Check): Check {
  return (value, pointer, faults) => {
    if (!isJsonObject(value)) return true;
    let fits = true;
    for (const key of Object.keys(value)) {
      if (names(key, pointer, faults)) continue;
      if (faults === undefined) return false;
      faults.add(pointer, 'propertyNames', 'property name must be valid');
      fits = false;
    }
    return fits;
  };
}

/** `properties`, `patternProperties` and `additionalProperties` in one walk over the members. */
function memberCheck({ properties, patternProperties, additionalProperties }: JsonObject): Check | undefined {
  if (properties === undefined && patternProperties === undefined && additionalProperties === undefined) return undefined;
  const named = new Map(Object.entries(isJsonObject(properties) ? properties : {}).map(([key, each]) => [key, compile(each)]));
  const patterned = Object.entries(isJsonObject(patternProperties) ? patternProperties : {}).map(
    ([pattern, each]) => [new RegExp(pattern, 'u'), compile(each)] as const,
  );
  const other = additionalProperties === false ? undefined : compile(additionalProperties);
  return (value, pointer, faults) => {
    if (!isJsonObject(value)) return true;
    let fits = true;
    for (const key in value) {
      const member = value[key] as JsonValue;
      const at = faults === undefined ? '' : childPointer(pointer, key);
      const own = named.get(key);
      let known = own !== undefined;
      let good = own === undefined || own(member, at, faults);
      for (const [pattern, check] of patterned) {
        if (!pattern.test(key)) continue;
        known = true;
        if (!check(member, at, faults)) good = false;
      }
      if (!known && other === undefined) {
        faults?.add(at, 'additionalProperties', 'is not a known field');
        good = false;
      } else if (!known && other !== undefined && !other(member, at, faults)) good = false;
      if (good) continue;
      if (faults === undefined) return false;
      fits = false;
    }
    return fits;
  };
}

function arrayChecks(schema: JsonObject): readonly Check[] {
  const { items, prefixItems, minItems, maxItems, uniqueItems, contains } = schema;
  const found: Check[] = [];
  const count = (name: string, bound: JsonValue | undefined, word: string, fits: (size: number, bound: number) => boolean): void => {
    if (typeof bound !== 'number') return;
    const detail = `must NOT have ${word} than ${bound} items`;
    found.push(rule(name, detail, (value) => !Array.isArray(value) || fits(value.length, bound)));
  };
  count('maxItems', maxItems, 'more', (size, bound) => size <= bound);
  count('minItems', minItems, 'fewer', (size, bound) => size >= bound);
  const first = Array.isArray(prefixItems) ? prefixItems.map((each: JsonValue) => compile(each)) : [];
  if (items === false) {
    const detail = `must NOT have more than ${first.length} items`;
    found.push(rule('items', detail, (value) => !Array.isArray(value) || value.length <= first.length));
  }
  const rest = items === undefined || items === false ? always : compile(items);
  if (first.length > 0 || rest !== always) found.push(elementsCheck(first, rest));
  if (uniqueItems === true)
    found.push(rule('uniqueItems', 'must NOT have duplicate items', (value) => !Array.isArray(value) || unique(value)));
  if (contains !== undefined) found.push(containsCheck(compile(contains), schema));
  return found;
}

function elementsCheck(first: readonly Check[], rest: Check): Check {
  return (value, pointer, faults) => {
    if (!Array.isArray(value)) return true;
    let fits = true;
    for (let index = 0; index < value.length; index++) {
      const check = first[index] ?? rest;
      if (check(value[index] as JsonValue, faults === undefined ? '' : childPointer(pointer, index), faults)) continue;
      if (faults === undefined) return false;
      fits = false;
    }
    return fits;
  };
}

/** By texts that are equal for equal values: comparing each with each would take the square of their number. */
function unique(values: readonly JsonValue[]): boolean {
  const seen = new Set<string>();
  for (const value of values) seen.add(textOf(value));
  return seen.size === values.length;
}

function containsCheck(check: Check, { minContains, maxContains }: JsonObject): Check {
  const least = typeof minContains === 'number' ? minContains : 1;
  const most = typeof maxContains === 'number' ? maxContains : Infinity;
  const upTo = most === Infinity ? '' : ` and no more than ${most}`;
  return rule('contains', `must contain at least ${least}${upTo} valid item(s)`, (value) => {
    if (!Array.isArray(value)) return true;
    const count = value.filter((each: JsonValue) => check(each, '', undefined)).length;
    return count >= least && count <= most;
  });
}

function logicChecks(schema: JsonObject): readonly Check[] {
  const { allOf, anyOf, oneOf, not } = schema;
  const list = (value: JsonValue | undefined): readonly Check[] =>
    Array.isArray(value) ? value.map((each: JsonValue) => compile(each)) : [];
  const found: Check[] = [];
  if (Array.isArray(allOf)) found.push(every(list(allOf)));
  if (Array.isArray(anyOf)) found.push(choiceCheck('anyOf', 'must match a schema in anyOf', list(anyOf), (count) => count > 0));
  if (Array.isArray(oneOf)) found.push(choiceCheck('oneOf', 'must match exactly one schema in oneOf', list(oneOf), (count) => count === 1));
  if (not !== undefined) {
    const check = compile(not);
    found.push(rule('not', 'must NOT be valid', (value) => !check(value, '', undefined)));
  }
  if (schema['if'] !== undefined) found.push(conditionCheck(schema));
  return found;
}

/** Where no branch fits, what each of them misses is told too. */
function choiceCheck(name: string, detail: string, branches: readonly Check[], enough: (count: number) => boolean): Check {
  return (value, pointer, faults) => {
    let count = 0;
    for (const branch of branches) if (branch(value, '', undefined)) count++;
    if (enough(count)) return true;
    if (faults !== undefined) {
      if (count === 0) for (const branch of branches) branch(value, pointer, faults);
      faults.add(pointer, name, detail);
    }
    return false;
  };
}

function conditionCheck(schema: JsonObject): Check {
  const condition = compile(schema['if']);
  const [then, otherwise] = [compile(schema['then']), compile(schema['else'])];
  return (value, pointer, faults) => {
    const holds = condition(value, '', undefined);
    if ((holds ? then : otherwise)(value, pointer, faults)) return true;
    faults?.add(pointer, 'if', `must match "${holds ? 'then' : 'else'}" schema`);
    return false;
  };
}

/** Everything that is wrong, up to `most`; empty when the value fits. */
export function faultsOf(check: Check, value: JsonValue, most: number): Faults['found'] {
  const faults = new Faults(most);
  check(value, '', faults);
  return faults.found;
}
