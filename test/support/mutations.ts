import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { packageRoot } from '../../core/package-root';
import type { KeyPath } from '../../schema/load/document';

/**
 * Walks documents along their JSON Schema and changes one leaf at a time to another valid value, so that a test can demand that each change
 * is seen: "no dead field". Whatever consumes documents can be held against it, from the loader to the plan.
 */

/** One file of the sample project, and the schema that describes it. */
export interface SampleDocument {
  /** Relative to the project. */
  readonly file: string;
  readonly schema: JsonObject;
  /** Definition in the schema's `$defs`, or nothing for its root. */
  readonly definition?: string;
  /** Stack by which a change of this file is seen. */
  readonly stack: string;
}

export interface Mutation {
  readonly document: SampleDocument;
  readonly path: KeyPath;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

const modelSchema = schemaFile('model.schema.json');
const stackSchema = schemaFile('platform.schema.json');
const contract = { schema: modelSchema, definition: 'ContractDocument', stack: 'prod' } as const;
const model = { schema: modelSchema, stack: 'staging' } as const;

/** `test/fixtures/full`: together these files hold every key of both schemas. */
export const fullSample: readonly SampleDocument[] = [
  { file: 'models/risk/scorer/model.yaml', schema: modelSchema, stack: 'prod' },
  { file: 'models/risk/scorer/v1.yaml', ...contract },
  { file: 'models/risk/scorer/v2.yaml', ...contract },
  { file: 'models/risk/scorer/v3.yaml', ...contract },
  { file: 'models/program/model.yaml', schema: modelSchema, stack: 'edge' },
  { file: 'models/program/model.yaml', schema: modelSchema, stack: 'prod' },
  { file: 'models/pupil/model.yaml', ...model },
  { file: 'models/writer/model.yaml', ...model },
  { file: 'models/short/model.yaml', ...model },
  ...['prod', 'staging', 'edge', 'local', 'sandbox'].map((stack) => ({ file: `stacks/${stack}.yaml`, schema: stackSchema, stack })),
];

/** Hands over a copy of the sample project, and removes it. */
export async function withFullSample<T>(use: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'kea-full-'));
  try {
    cpSync(join(packageRoot(), 'test/fixtures/full'), root, { recursive: true });
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Runs `use` while one leaf of the project is changed. */
export async function withMutation<T>(root: string, mutation: Mutation, use: () => Promise<T>): Promise<T> {
  const file = join(root, mutation.document.file);
  const before = readFileSync(file, 'utf8');
  const changed = changedAt(parse(before) as JsonValue, mutation.path, mutation.to);
  try {
    // JSON is YAML; numbers, quotes and order are what they were.
    writeFileSync(file, JSON.stringify(changed));
    return await use();
  } finally {
    writeFileSync(file, before);
  }
}

/** All changes of a document's leaves. */
export function mutationsOf(root: string, document: SampleDocument): readonly Mutation[] {
  const value = parse(readFileSync(join(root, document.file), 'utf8')) as JsonValue;
  return leavesOf(value, rootSchema(document), document.schema, []).flatMap(({ path, value: from, schema }) => {
    const to = otherValue(from, schema);
    return to === undefined ? [] : [{ document, path, from, to }];
  });
}

/** Keys of the schemas, as `<definition>.<key>`, that no document of the sample holds. */
export function uncoveredKeys(root: string, documents: readonly SampleDocument[]): readonly string[] {
  const seen = new Set<string>();
  for (const document of documents) {
    visit(parse(readFileSync(join(root, document.file), 'utf8')) as JsonValue, rootSchema(document), document.schema, (key) =>
      seen.add(key),
    );
  }
  const all = [...new Set(documents.map((document) => document.schema))].flatMap((schema) =>
    [schema, ...Object.values(isJsonObject(schema['$defs']) ? schema['$defs'] : {})].flatMap((each) =>
      isJsonObject(each) && isJsonObject(each['properties'])
        ? Object.keys(each['properties']).map((key) => `${String(each['title'])}.${key}`)
        : [],
    ),
  );
  return [...new Set(all)].filter((key) => !seen.has(key));
}

interface Leaf {
  readonly path: KeyPath;
  readonly value: JsonValue;
  readonly schema: JsonObject;
}

function leavesOf(value: JsonValue, schema: JsonObject, root: JsonObject, path: KeyPath): readonly Leaf[] {
  const here = branchFor(value, resolved(schema, root), root);
  if (Array.isArray(value) && isJsonObject(here['items'])) {
    const { items } = here;
    return value.flatMap((each: JsonValue, index) => leavesOf(each, items, root, [...path, index]));
  }
  if (!isJsonObject(value) || isFree(here)) return [{ path, value, schema: here }];
  return Object.entries(value).flatMap(([key, member]) => leavesOf(member as JsonValue, memberSchema(here, key), root, [...path, key]));
}

function visit(value: JsonValue, schema: JsonObject, root: JsonObject, see: (key: string) => void): void {
  const here = branchFor(value, resolved(schema, root), root);
  if (Array.isArray(value) && isJsonObject(here['items'])) for (const each of value) visit(each as JsonValue, here['items'], root, see);
  if (!isJsonObject(value) || isFree(here)) return;
  for (const [key, member] of Object.entries(value)) {
    if (isJsonObject(here['properties'])) see(`${String(here['title'])}.${key}`);
    visit(member as JsonValue, memberSchema(here, key), root, see);
  }
}

/** Values that are the user's own JSON: schemas and examples. */
function isFree(schema: JsonObject): boolean {
  return schema['properties'] === undefined && !isJsonObject(schema['additionalProperties']);
}

function memberSchema(schema: JsonObject, key: string): JsonObject {
  const own = isJsonObject(schema['properties']) ? schema['properties'][key] : undefined;
  const found = own ?? schema['additionalProperties'];
  if (!isJsonObject(found)) throw new Error(`the schema "${String(schema['title'])}" has no key "${key}"`);
  return found;
}

function rootSchema({ schema, definition }: SampleDocument): JsonObject {
  return definition === undefined ? schema : resolved({ $ref: `#/$defs/${definition}` }, schema);
}

function resolved(schema: JsonObject, root: JsonObject): JsonObject {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  const target = isJsonObject(root['$defs']) ? root['$defs'][$ref.replace('#/$defs/', '')] : undefined;
  if (!isJsonObject(target)) throw new Error(`the schema has no ${$ref}`);
  return { ...target, 'x-path': $ref };
}

/** The alternative that a value takes; ours differ by type. */
function branchFor(value: JsonValue, schema: JsonObject, root: JsonObject): JsonObject {
  if (!Array.isArray(schema['anyOf'])) return schema;
  const type = Array.isArray(value) ? 'array' : isJsonObject(value) ? 'object' : typeof value;
  const branch = (schema['anyOf'] as readonly JsonObject[]).map((each) => resolved(each, root)).find((each) => each['type'] === type);
  if (branch === undefined) throw new Error(`no alternative takes ${JSON.stringify(value)}`);
  return { 'x-kea-unit': schema['x-kea-unit'], ...branch };
}

/** Another value that the schema allows; nothing where there is only one, such as a constant or an empty object. */
function otherValue(value: JsonValue, schema: JsonObject): JsonValue | undefined {
  if (schema['const'] !== undefined) return undefined;
  if (Array.isArray(schema['enum'])) return (schema['enum'] as readonly JsonValue[]).find((each) => each !== value);
  switch (typeof value) {
    case 'boolean':
      return !value;
    case 'number':
      return otherNumber(value, schema);
    case 'string':
      return otherText(value, schema);
    default:
      return otherFree(value);
  }
}

function otherNumber(value: number, schema: JsonObject): number {
  const step = schema['type'] === 'number' && value < 1 ? value / 2 : 1;
  const most = typeof schema['maximum'] === 'number' ? schema['maximum'] : Infinity;
  return value + step <= most ? value + step : value - step;
}

/** Changes one letter or digit so that the form still fits, from the end to the beginning. */
function otherText(value: string, schema: JsonObject): string {
  const form = typeof schema['pattern'] === 'string' ? new RegExp(schema['pattern'], 'u') : /^/;
  for (let at = value.length - 1; at >= 0; at -= 1) {
    const letter = value[at] as string;
    const other = /[0-9]/.test(letter)
      ? String((Number(letter) + 1) % 10)
      : /[a-z]/i.test(letter)
        ? letter === 'a'
          ? 'b'
          : 'a'
        : undefined;
    const changed = other === undefined ? undefined : value.slice(0, at) + other + value.slice(at + 1);
    if (changed !== undefined && form.test(changed)) return changed;
  }
  throw new Error(`no other text of the form ${String(schema['pattern'])} was found for "${value}"`);
}

/** The first number or text inside of free JSON; a schema gets a description. */
function otherFree(value: JsonValue): JsonValue | undefined {
  if (!isJsonObject(value)) return undefined;
  if (['type', 'const', '$ref'].some((key) => value[key] !== undefined)) return { ...value, description: 'changed' };
  const [key, member] = Object.entries(value)[0] ?? [];
  if (key === undefined || member === undefined) return undefined;
  if (typeof member === 'number') return { ...value, [key]: member / 2 };
  return typeof member === 'string' ? { ...value, [key]: `${member}x` } : undefined;
}

function changedAt(value: JsonValue, path: KeyPath, to: JsonValue): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  if (Array.isArray(value)) return value.map((each: JsonValue, index) => (index === key ? changedAt(each, rest, to) : each));
  const object = value as JsonObject;
  return { ...object, [key]: changedAt(object[key] as JsonValue, rest, to) };
}

function schemaFile(name: string): JsonObject {
  return JSON.parse(readFileSync(join(packageRoot(), 'schema', name), 'utf8')) as JsonObject;
}
