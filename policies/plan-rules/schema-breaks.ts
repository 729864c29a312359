import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../core/json';

/** Deepest place that is compared; schemas may name themselves. */
const DEEPEST = 12;

/** A bound, and which way it may not move for what callers send. */
const BOUNDS = [
  ...['maxLength', 'maxItems', 'maxProperties', 'maximum', 'exclusiveMaximum'].map((key) => ({ key, narrower: -1 })),
  ...['minLength', 'minItems', 'minProperties', 'minimum', 'exclusiveMinimum'].map((key) => ({ key, narrower: 1 })),
];

/**
 * Why callers that got on with `before` no longer do: what they send is refused (`request`), or what they read is not there (`response`). Says nothing
 * that is not certain: alternatives and conditions are not looked into.
 */
export function schemaBreaks(before: JsonSchema, after: JsonSchema, direction: 'request' | 'response'): readonly string[] {
  // What a caller may send may only grow; what a caller may get may only shrink.
  const [wide, narrow] = direction === 'request' ? [before, after] : [after, before];
  return narrowed(new Sides(wide, narrow), wide, narrow, '', DEEPEST).map((each) => (direction === 'request' ? each.sent : each.got));
}

interface Break {
  /** As a caller that sends meets it, and as one that reads. */
  readonly sent: string;
  readonly got: string;
}

class Sides {
  constructor(
    private readonly wide: JsonSchema,
    private readonly narrow: JsonSchema,
  ) {}
  readonly resolved = (side: 'wide' | 'narrow', schema: JsonObject): JsonObject => {
    const [, name] = /^#\/\$defs\/([^/]+)$/.exec(String(schema['$ref'] ?? '')) ?? [];
    const found = name === undefined ? undefined : object(this[side]['$defs'])[name];
    return isJsonObject(found) ? found : schema;
  };
}

/** Everything that the second schema refuses and the first takes. */
function narrowed(sides: Sides, first: JsonObject, second: JsonObject, path: string, depth: number): readonly Break[] {
  const [wide, narrow] = [sides.resolved('wide', first), sides.resolved('narrow', second)];
  const at = path === '' ? 'the whole' : path;
  const [before, after] = [object(wide['properties']), object(narrow['properties'])];
  const inner = depth === 0 ? [] : Object.keys(before).filter((key) => isJsonObject(before[key]) && isJsonObject(after[key]));
  return [
    ...missing(typesOf(narrow), typesOf(wide)).map((type) => ({ sent: `${at} may no longer be ${type}`, got: `${at} may now be ${type}` })),
    ...missing(list(narrow['enum']), list(wide['enum'])).map((value) => ({
      sent: `${at} may no longer be ${JSON.stringify(value)}`,
      got: `${at} may now be ${JSON.stringify(value)}`,
    })),
    ...BOUNDS.filter(({ key, narrower }) => isNarrower(wide[key], narrow[key], narrower)).map(({ key }) => ({
      sent: `${at} has a narrower ${key}`,
      got: `${at} has a wider ${key}`,
    })),
    ...(list(narrow['required']) ?? [])
      .filter((key) => !(list(wide['required']) ?? []).includes(key))
      .map((key) => ({ sent: `${path}/${String(key)} must be there now`, got: `${path}/${String(key)} may be missing now` })),
    ...(narrow['additionalProperties'] === false
      ? Object.keys(before)
          .filter((key) => after[key] === undefined)
          .map((key) => ({ sent: `${path}/${key} is refused now`, got: `${path}/${key} is new, and callers may refuse it` }))
      : []),
    ...inner.flatMap((key) => narrowed(sides, object(before[key]), object(after[key]), `${path}/${key}`, depth - 1)),
    ...(depth > 0 && isJsonObject(wide['items']) && isJsonObject(narrow['items'])
      ? narrowed(sides, wide['items'], narrow['items'], `${path}/items`, depth - 1)
      : []),
  ];
}

function typesOf({ type }: JsonObject): readonly JsonValue[] | undefined {
  return typeof type === 'string' ? [type] : list(type);
}

/** What the second list has and the first has not; a list that is not there has everything, and `integer` is a `number`. */
function missing(narrow: readonly JsonValue[] | undefined, wide: readonly JsonValue[] | undefined): readonly JsonValue[] {
  if (narrow === undefined) return [];
  if (wide === undefined) return ['anything'];
  return wide.filter((each) => !narrow.includes(each) && !(each === 'integer' && narrow.includes('number')));
}

function isNarrower(wide: JsonValue | undefined, narrow: JsonValue | undefined, way: number): boolean {
  if (typeof narrow !== 'number') return false;
  return typeof wide === 'number' ? (narrow - wide) * way > 0 : true;
}

function object(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function list(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : undefined;
}
