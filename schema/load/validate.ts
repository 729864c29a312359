import { finding, type Finding, type FindingKind, type Place } from '../../core/findings/finding';
import { shapeFindings as kind } from '../../core/findings/shape';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { nearest } from '../../core/names';
import { contractKeys, modelKeys } from '../source/keys';
import type { KeyPath, ParsedDocument } from './document';
import { keyHomes } from './key-homes';
import { formatPath, parsePointer, pathKey } from './path';
import { schemaErrors, schemas, type SchemaError } from './validators';

/**
 * Judges a document by its schema. One mistake is one finding: of several errors at one place the most telling one speaks, and places that
 * parsing complained about (`suspects`) are left alone.
 */
export function validateDocument(document: ParsedDocument<JsonValue>, suspects: ReadonlySet<string>): readonly Finding[] {
  const told = new Map<string, { readonly weight: number; readonly finding: Finding }>();
  const errors = schemaErrors(document.kind, document.value);
  // The branches of our unions differ by type: a value of one branch's type was judged by that branch, and the others' complaints say nothing.
  const decided = new Set(errors.filter((error) => error.keyword === 'anyOf' && fitsBranch(error)).map((error) => error.instancePath));
  for (const error of errors) {
    const judged = error.keyword === 'type' && decided.has(error.instancePath) ? undefined : judge(error, document);
    if (!judged || suspects.has(pathKey(judged.path))) continue;
    const key = pathKey(judged.path);
    const before = told.get(key);
    if (!before || judged.weight < before.weight) told.set(key, judged);
  }
  return [...told.values()].map((each) => each.finding).sort(byPlace);
}

/** Keys of a contract that stand in `model.yaml` although the model has `vN.yaml` files. */
export function misplacedKeys(model: ParsedDocument<JsonValue>, contractFile: string): readonly Finding[] {
  if (!isJsonObject(model.value)) return [];
  return Object.keys(model.value)
    .filter((key) => contractKeys.includes(key))
    .map((key) =>
      finding(kind.otherFile, {
        message: `"${key}" belongs into ${contractFile}`,
        place: model.place([key]),
        fix: `move "${key}" into ${contractFile}`,
      }),
    );
}

interface Judged {
  readonly path: KeyPath;
  /** Of several findings at one place the smallest weight is shown. */
  readonly weight: number;
  readonly finding: Finding;
}

function judge(error: SchemaError, document: ParsedDocument<JsonValue>): Judged | undefined {
  // The name's own error stands beside `propertyNames`, which carries the same facts.
  if (error.propertyName !== undefined) return undefined;
  const at = pathOf(error.instancePath, document.value);
  const say = (
    weight: number,
    which: FindingKind,
    message: string,
    path: KeyPath = at,
    fix?: string,
    place: 'key' | 'value' = 'value',
  ): Judged => ({
    path,
    weight,
    finding: finding(which, { message, place: placed(document, path, place), ...(fix !== undefined ? { fix } : {}) }),
  });
  const subject = at.length === 0 ? 'the file' : formatPath(at);
  const schema = (error.parentSchema ?? {}) as JsonObject;
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const form = typeof schema['x-kea-form'] === 'string' ? schema['x-kea-form'] : undefined;
  if (error.data === null && error.keyword !== 'anyOf' && at.length > 0)
    return say(0, kind.empty, `${subject} has no value`, at, undefined, 'key');

  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(String(error.params['additionalProperty']), at, schema, document, say);
    case 'required': {
      const missing = String(error.params['missingProperty']);
      // A misspelt key that was needed is one mistake, and the unknown key tells it better.
      if (Object.keys(error.data as object).some((key) => !(key in properties) && nearest(key, Object.keys(properties)) === missing))
        return undefined;
      return say(
        1,
        kind.missingKey,
        `${subject} has no key "${missing}"`,
        [...at, missing],
        `add "${missing}"${exampleOf(schema, missing)}`,
        'key',
      );
    }
    case 'propertyNames': {
      const name = String(error.params['propertyName']);
      const names = isJsonObject(schema['propertyNames']) ? schema['propertyNames'] : {};
      const wanted = typeof names['x-kea-form'] === 'string' ? names['x-kea-form'] : 'shorter';
      const tooLong = typeof names['maxLength'] === 'number' && name.length > names['maxLength'];
      return say(
        1,
        kind.wrongName,
        `${quote(name)} must be ${tooLong ? `at most ${String(names['maxLength'])} characters long` : wanted}`,
        [...at, name],
        undefined,
        'key',
      );
    }
    case 'const':
    case 'enum': {
      const allowed = error.keyword === 'const' ? [error.params['allowedValue']] : (error.params['allowedValues'] as readonly unknown[]);
      const close = typeof error.data === 'string' ? nearest(error.data, allowed.map(String)) : undefined;
      return say(
        1,
        kind.notAllowed,
        `${subject} is ${quote(error.data)}; allowed: ${allowed.join(', ')}`,
        at,
        close === undefined ? undefined : `write ${close}`,
      );
    }
    case 'type': {
      // A number where a text of a certain form is needed: quotes alone would not help.
      const formless =
        form === undefined || (typeof schema['pattern'] === 'string' && new RegExp(schema['pattern']).test(String(error.data)));
      const wanted = formless ? typeWords(error.params['type']) : form;
      const fix = formless ? typeFix(error.data, error.params['type']) : `write ${form}`;
      return say(2, kind.wrongType, `${subject} is ${describe(error.data)}, must be ${wanted}`, at, fix);
    }
    case 'anyOf':
      return union(error, subject, say);
    case 'pattern':
      return say(
        4,
        kind.malformed,
        `${subject} is ${quote(error.data)}, must be ${form ?? 'of another form'}`,
        at,
        form === undefined ? undefined : `write ${form}`,
      );
    case 'uniqueItems': {
      const repeated = [...at, Math.max(Number(error.params['i']), Number(error.params['j']))];
      const value: unknown = Array.isArray(error.data) ? error.data[repeated.at(-1) as number] : undefined;
      return say(3, kind.repeated, `${subject} holds ${quote(value)} twice`, repeated);
    }
    default:
      return say(3, kind.outOfRange, `${subject} ${rangeWords(error)}`, at);
  }
}

type Say = (weight: number, which: FindingKind, message: string, path?: KeyPath, fix?: string, place?: 'key' | 'value') => Judged;

function unknownKey(key: string, at: KeyPath, schema: JsonObject, document: ParsedDocument<JsonValue>, say: Say): Judged {
  const path = [...at, key];
  if (document.kind === 'contract' && at.length === 0 && modelKeys.includes(key)) {
    return say(1, kind.otherFile, `"${key}" belongs into model.yaml`, path, `move "${key}" into model.yaml`, 'key');
  }
  const allowed = isJsonObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  const here = at.length === 0 ? 'at the top of the file' : `in ${formatPath(at)}`;
  const close = nearest(key, allowed);
  const home = close === undefined ? keyHomes(schemas[document.kind]).get(key) : undefined;
  const list = allowed.length === 0 ? 'none' : allowed.join(', ');
  const fix = close !== undefined ? `write "${close}"` : home !== undefined ? `"${key}" is a key of ${home}` : undefined;
  return say(1, kind.unknownKey, `${quote(key)} is no key ${here}; allowed: ${list}`, path, fix, 'key');
}

function branchTypes(error: SchemaError): readonly string[] {
  const branches = (Array.isArray(error.schema) ? error.schema : []) as readonly JsonObject[];
  return branches.map((branch) => (typeof branch['type'] === 'string' ? branch['type'] : 'object'));
}

function fitsBranch(error: SchemaError): boolean {
  return branchTypes(error).some((type) => hasType(error.data, type));
}

function union(error: SchemaError, subject: string, say: Say): Judged | undefined {
  if (fitsBranch(error)) return undefined;
  if (error.data === null) return say(0, kind.empty, `${subject} has no value`, undefined, undefined, 'key');
  return say(1, kind.wrongType, `${subject} is ${describe(error.data)}, must be ${branchTypes(error).map(typeWords).join(' or ')}`);
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isJsonObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function typeWords(type: unknown): string {
  const words: { readonly [type: string]: string } = {
    string: 'a text',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'keys with values',
  };
  return Array.isArray(type) ? type.map(typeWords).join(' or ') : (words[String(type)] ?? String(type));
}

function typeFix(value: unknown, type: unknown): string | undefined {
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return `write "${value}" in quotes`;
  if (type === 'array' && (typeof value === 'string' || typeof value === 'number')) return `write [${value}]`;
  if ((type === 'integer' || type === 'number') && typeof value === 'string' && /^-?[0-9]+(\.[0-9]+)?$/.test(value))
    return `write ${value} without quotes`;
  if (type === 'boolean' && (value === 'true' || value === 'false')) return `write ${value} without quotes`;
  return undefined;
}

function rangeWords(error: SchemaError): string {
  const limit = String(error.params['limit']);
  switch (error.keyword) {
    case 'minimum':
      return `is ${quote(error.data)}, must be at least ${limit}`;
    case 'exclusiveMinimum':
      return `is ${quote(error.data)}, must be above ${limit}`;
    case 'maximum':
      return `is ${quote(error.data)}, must be at most ${limit}`;
    case 'minLength':
      return 'is an empty text';
    case 'maxLength':
      return `has ${String(error.data).length} characters, must have at most ${limit}`;
    case 'minItems':
      return `has ${(error.data as readonly unknown[]).length} entries, must have at least ${limit}`;
    case 'maxItems':
      return `has ${(error.data as readonly unknown[]).length} entries, must have at most ${limit}`;
    default:
      return `has ${Object.keys(error.data ?? {}).length} keys, must have at most ${limit}`;
  }
}

function exampleOf(schema: JsonObject, key: string): string {
  const properties = schema['properties'];
  const property = isJsonObject(properties) ? properties[key] : undefined;
  const example = isJsonObject(property) && Array.isArray(property['examples']) ? (property['examples'][0] as unknown) : undefined;
  return example === undefined ? '' : `, such as ${key}: ${typeof example === 'string' ? example : JSON.stringify(example)}`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isJsonObject(value)) return 'a mapping';
  return typeof value === 'string' ? `the text ${quote(value)}` : `the ${typeof value} ${String(value)}`;
}

function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const short = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return typeof value === 'string' ? `"${short}"` : short;
}

/** `/methods/score/roles/0` → `['methods', 'score', 'roles', 0]`, with numbers where the value is a list. */
function pathOf(pointer: string, root: JsonValue): KeyPath {
  let value: JsonValue | undefined = root;
  return parsePointer(pointer).map((key) => {
    const step = Array.isArray(value) ? Number(key) : key;
    value = Array.isArray(value) ? (value as readonly JsonValue[])[Number(key)] : isJsonObject(value) ? value[key] : undefined;
    return step;
  });
}

function placed(document: ParsedDocument<JsonValue>, path: KeyPath, which: 'key' | 'value'): Place {
  return which === 'key' ? document.place(path) : document.valuePlace(path);
}

function byPlace(a: Finding, b: Finding): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0);
}
