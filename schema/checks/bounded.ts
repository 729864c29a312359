import { contractFindings as kind } from '../../core/findings/contract';
import type { Finding, FindingKind } from '../../core/findings/finding';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../core/json';
import { pointerOf } from '../../core/pointer';
import type { KeyPath } from '../load/document';
import { protocolOf } from '../../core/contract/protocols';
import { isBroken } from './broken';
import type { ContractSubject } from './subject';

/** Nesting that the gateway lets through; a schema that needs more describes bodies that nobody can send. */
const MOST_LEVELS = 32;

/** Something without a bound, and where in the schema. */
export interface Unbounded {
  readonly kind: FindingKind;
  readonly path: KeyPath;
  readonly message: string;
}

/** Every request schema is bounded: texts, lists, further fields. */
export function requestsBounded({ full, report }: ContractSubject): readonly Finding[] {
  return Object.entries(full.methods).flatMap(([name, { request }]) =>
    request === undefined || isBroken(request)
      ? []
      : unbounded(request).map((found) =>
          report(found.kind, ['methods', name, 'request', ...found.path], { message: `${found.message}${inSchema(found.path)}` }),
        ),
  );
}

/** `call` binds fields by name, so tensors need objects. */
export function objectsOnly({ full, report }: ContractSubject): readonly Finding[] {
  const first = Object.values(full.versions)[0]?.runtime.framework;
  const protocol = first && protocolOf(first);
  if (protocol !== 'oip' && protocol !== 'tfserving') return [];
  return Object.entries(full.methods).flatMap(([name, method]) =>
    (['request', 'response'] as const).flatMap((side) => {
      const schema = method[side];
      if (schema === undefined || schema['type'] === 'object') return [];
      return [report(kind.notObject, ['methods', name, side], { message: `"${side}" of "${name}" must say "type: object"` })];
    }),
  );
}

/** Bounds that contradict each other, in requests and answers. */
export function boundsPossible({ full, report }: ContractSubject): readonly Finding[] {
  return Object.entries(full.methods).flatMap(([name, method]) =>
    (['request', 'response'] as const).flatMap((side) => {
      const schema = method[side];
      if (schema === undefined || isBroken(schema)) return [];
      return impossible(schema, []).map(({ path, message }) =>
        report(kind.impossible, ['methods', name, side, ...path], { message: `${message}${inSchema(path)}` }),
      );
    }),
  );
}

function inSchema(path: KeyPath): string {
  return path.length === 0 ? '' : `, at ${pointerOf(path)} of the schema`;
}

/** All that has no bound in a schema without references. */
export function unbounded(schema: JsonSchema): readonly Unbounded[] {
  return value(schema, [], 1);
}

/** A place where a value stands: the schema must bound each kind of value that it accepts there. */
function value(schema: JsonValue | undefined, path: KeyPath, level: number): readonly Unbounded[] {
  if (schema === false) return [];
  if (level > MOST_LEVELS) return [{ kind: kind.tooDeep, path, message: `the schema is nested deeper than ${MOST_LEVELS} levels` }];
  if (!isJsonObject(schema) || !saysAnything(schema))
    return [{ kind: kind.anything, path, message: 'nothing says what the value is; "type" is missing' }];
  return [
    ...(bounded(schema, 'string', textBound) ? [] : [{ kind: kind.unboundedText, path, message: 'a text has no "maxLength"' }]),
    ...(bounded(schema, 'array', listBound) ? [] : [{ kind: kind.unboundedList, path, message: 'a list has no "maxItems"' }]),
    ...(bounded(schema, 'object', objectBound)
      ? []
      : [{ kind: kind.undecided, path, message: 'an object has no "additionalProperties: false"' }]),
    ...inside(schema, path, level),
  ];
}

/** Values further in; alternatives stand at the same place and are only walked through. */
function inside(schema: JsonObject, path: KeyPath, level: number): readonly Unbounded[] {
  const maps = (['properties', 'patternProperties'] as const).flatMap((key) =>
    entries(schema[key]).flatMap(([name, member]) => value(member, [...path, key, name], level + 1)),
  );
  const rest = (['additionalProperties', 'unevaluatedProperties', 'unevaluatedItems'] as const).flatMap((key) =>
    schema[key] === undefined || typeof schema[key] === 'boolean' ? [] : value(schema[key], [...path, key], level + 1),
  );
  const items = schema['items'] === undefined ? [] : value(schema['items'], [...path, 'items'], level + 1);
  const prefix = list(schema['prefixItems']).flatMap((item, index) => value(item, [...path, 'prefixItems', index], level + 1));
  const freeItems =
    acceptsType(schema, 'array') &&
    schema['items'] === undefined &&
    schema['enum'] === undefined &&
    schema['const'] === undefined &&
    restOpen(schema);
  const open: readonly Unbounded[] = freeItems
    ? [{ kind: kind.anything, path, message: 'nothing says what the elements of the list are; "items" is missing' }]
    : [];
  const alternatives = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((key) =>
    list(schema[key]).flatMap((each, index) => (isJsonObject(each) ? inside(each, [...path, key, index], level) : [])),
  );
  const conditional = (['then', 'else', 'if'] as const).flatMap((key) =>
    isJsonObject(schema[key]) ? inside(schema[key], [...path, key], level) : [],
  );
  return [...maps, ...rest, ...items, ...prefix, ...open, ...alternatives, ...conditional];
}

/** A list of a declared type whose elements nothing describes: only where the schema names the type itself. */
function restOpen(schema: JsonObject): boolean {
  const named = types(schema).includes('array');
  return (
    named &&
    schema['maxItems'] !== 0 &&
    !(Array.isArray(schema['prefixItems']) && typeof schema['maxItems'] === 'number' && schema['maxItems'] <= schema['prefixItems'].length)
  );
}

type Kind = 'string' | 'array' | 'object';

/** A schema bounds a kind when it does not accept it, bounds it itself, or one of its `allOf` or all of its alternatives do. */
function bounded(schema: JsonValue, kindOf: Kind, own: (schema: JsonObject) => boolean): boolean {
  if (schema === false) return true;
  if (!isJsonObject(schema)) return false;
  if (!acceptsType(schema, kindOf) || schema['enum'] !== undefined || schema['const'] !== undefined || own(schema)) return true;
  const each = (member: JsonValue): boolean => bounded(member, kindOf, own);
  const [all, any, one] = [list(schema['allOf']), list(schema['anyOf']), list(schema['oneOf'])];
  return all.some(each) || (any.length > 0 && any.every(each)) || (one.length > 0 && one.every(each));
}

const FIXED_FORMATS: ReadonlySet<JsonValue | undefined> = new Set(['uuid', 'date', 'ipv4', 'ipv6']);

function textBound(schema: JsonObject): boolean {
  return typeof schema['maxLength'] === 'number' || FIXED_FORMATS.has(schema['format']);
}

function listBound(schema: JsonObject): boolean {
  if (typeof schema['maxItems'] === 'number') return true;
  return list(schema['prefixItems']).length > 0 && schema['items'] === false;
}

function objectBound(schema: JsonObject): boolean {
  const further = schema['additionalProperties'] ?? schema['unevaluatedProperties'];
  if (further === false) return true;
  return typeof schema['maxProperties'] === 'number' && isJsonObject(further);
}

function acceptsType(schema: JsonObject, kindOf: Kind): boolean {
  const named = types(schema);
  return named.length === 0 || named.includes(kindOf);
}

function types(schema: JsonObject): readonly JsonValue[] {
  const { type } = schema;
  return type === undefined ? [] : Array.isArray(type) ? (type as readonly JsonValue[]) : [type];
}

const TELLING = ['type', 'enum', 'const', 'allOf', 'anyOf', 'oneOf'] as const;

function saysAnything(schema: JsonObject): boolean {
  return TELLING.some((key) => schema[key] !== undefined);
}

const PAIRS = [
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
  ['minimum', 'maximum'],
] as const;

function impossible(schema: JsonValue | undefined, path: KeyPath): readonly { readonly path: KeyPath; readonly message: string }[] {
  if (!isJsonObject(schema)) return [];
  const crossed = PAIRS.flatMap(([low, high]) => {
    const [least, most] = [schema[low], schema[high]];
    return typeof least === 'number' && typeof most === 'number' && least > most
      ? [{ path, message: `"${low}" is ${least} and "${high}" is ${most}` }]
      : [];
  });
  const properties = schema['properties'];
  const closed = schema['additionalProperties'] === false && schema['patternProperties'] === undefined;
  const undeclared = closed
    ? list(schema['required'])
        .filter((name) => !isJsonObject(properties) || !Object.hasOwn(properties, String(name)))
        .map((name) => ({ path, message: `"${String(name)}" is required and not declared, and further fields are forbidden` }))
    : [];
  const deeper = [
    ...entries(properties).flatMap(([name, member]) => impossible(member, [...path, 'properties', name])),
    ...impossible(schema['items'], [...path, 'items']),
    ...(['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const).flatMap((key) =>
      list(schema[key]).flatMap((each, index) => impossible(each, [...path, key, index])),
    ),
  ];
  return [...crossed, ...undeclared, ...deeper];
}

function entries(map: JsonValue | undefined): readonly (readonly [string, JsonValue | undefined])[] {
  return isJsonObject(map) ? Object.entries(map) : [];
}

function list(of: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(of) ? (of as readonly JsonValue[]) : [];
}
