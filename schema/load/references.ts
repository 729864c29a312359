import { posix } from 'node:path';
import { finding, type Finding, type Place } from '../../core/findings/finding';
import { referenceFindings as kind } from '../../core/findings/references';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../core/json';
import type { ContractDocument, ModelDocument } from '../generated/model';
import type { KeyPath, ParsedModel } from './document';
import { existsBelow } from './find';
import { annotations, holds, keywordFault, unsupported } from './keywords';
import { parsePointer } from './path';
import { readSchemaFile, type SchemaFile } from './schema-file';

/** A written-out schema is bounded, because it travels to every gateway pod. */
const maxValues = 20_000;
const maxLevels = 100;

/** Schemas of one method with all references written out; absent where the file leaves them to be derived, or they are broken. */
export interface MethodSchemas {
  readonly request?: JsonSchema;
  readonly response?: JsonSchema;
}

export interface InlinedSchemas {
  /** Contract → method → schemas. */
  readonly contracts: ReadonlyMap<string, ReadonlyMap<string, MethodSchemas>>;
  readonly findings: readonly Finding[];
  /** Schema files that were read, relative to the project. */
  readonly files: readonly string[];
}

/**
 * The phase that writes out `$ref` in the schemas of a model's methods: `#/…` within one schema or file, `file.json` and `file.json#/…` below the
 * model's folder. Addresses, cycles and whatever leaves the folder are findings, and so is what is no JSON Schema 2020-12.
 */
export function inlineReferences(root: string, model: ParsedModel<ModelDocument, ContractDocument>): InlinedSchemas {
  const inliner = new Inliner(root, model.folder);
  const contracts = new Map<string, ReadonlyMap<string, MethodSchemas>>();
  for (const [contract, document] of model.contracts) {
    const methods = new Map<string, MethodSchemas>();
    for (const [name, method] of Object.entries(document.value.methods ?? {})) {
      const side = (which: 'request' | 'response'): JsonSchema | undefined => {
        const schema = method[which];
        if (schema === undefined) return undefined;
        const place = (path: KeyPath): Place => document.place(['methods', name, which, ...path]);
        return inliner.inline({ file: document.file, value: schema, place }, `methods.${name}.${which}`);
      };
      const [request, response] = [side('request'), side('response')];
      methods.set(name, { ...(request ? { request } : {}), ...(response ? { response } : {}) });
    }
    contracts.set(contract, methods);
  }
  return { contracts, findings: inliner.findings.map((each) => ({ ...each, model: model.name })), files: inliner.files() };
}

/** Where the walk stands. */
interface Spot {
  readonly document: SchemaFile;
  readonly path: KeyPath;
  /** References that are being followed, as `file#pointer`. */
  readonly chain: readonly string[];
  readonly level: number;
}

class Inliner {
  readonly findings: Finding[] = [];
  private readonly read = new Map<string, SchemaFile | undefined>();
  private readonly reported = new Set<string>();
  private values = 0;
  private failed = false;

  constructor(
    private readonly root: string,
    private readonly folder: string,
  ) {}

  files(): readonly string[] {
    return [...this.read.keys()];
  }

  inline(document: SchemaFile, id: string): JsonSchema | undefined {
    [this.values, this.failed] = [0, false];
    const schema = this.schema(document.value, { document, path: [], chain: [`${document.file}#${id}`], level: 0 });
    if (this.failed) return undefined;
    if (isJsonObject(schema)) return schema;
    this.report('notSchema', { document, path: [], chain: [], level: 0 }, 'the schema of a method must be a mapping');
    return undefined;
  }

  private schema(value: JsonValue, at: Spot): JsonValue {
    if (typeof value === 'boolean' || this.values > maxValues) return value;
    if (!isJsonObject(value)) return this.report('notSchema', at, `a schema must be a mapping, true or false`);
    this.values += 1;
    if (this.values > maxValues || at.level > maxLevels) {
      return this.report('expansion', at, this.values > maxValues ? `more than ${maxValues} values` : `more than ${maxLevels} levels`);
    }
    const own: { [keyword: string]: JsonValue } = {};
    for (const [keyword, given] of Object.entries(value)) {
      if (keyword === '$ref' || keyword === '$schema' || keyword === '$defs' || keyword === 'definitions' || given === undefined) continue;
      if (keyword === '$id' && at.path.length === 0) continue;
      const here: Spot = { ...at, path: [...at.path, keyword], level: at.level + 1 };
      if (unsupported.has(keyword) || keyword === '$id') this.report('keyword', here, `"${keyword}" cannot be written out`);
      else own[keyword] = this.keyword(keyword, given, here);
    }
    if (value['$ref'] === undefined) return Object.freeze(own);
    const target = this.target(value['$ref'], { ...at, path: [...at.path, '$ref'] });
    return target === undefined ? true : merge(own, target);
  }

  private keyword(keyword: string, value: JsonValue, at: Spot): JsonValue {
    const fault = keywordFault(keyword, value);
    if (fault) return this.report('notSchema', at, fault.message, fault.fix);
    const member = (step: string | number, each: JsonValue | undefined): JsonValue =>
      this.schema(each ?? null, { ...at, path: [...at.path, step] });
    switch (holds(keyword)) {
      case 'schema':
        return this.schema(value, at);
      case 'list':
        return Object.freeze((value as readonly JsonValue[]).map((each, index) => member(index, each)));
      case 'map':
        return Object.freeze(Object.fromEntries(Object.entries(value as JsonObject).map(([name, each]) => [name, member(name, each)])));
      case 'data':
        this.values += Array.isArray(value) ? value.length : 1;
        return value;
    }
  }

  /** What a reference points at, written out. */
  private target(reference: JsonValue, at: Spot): JsonValue | undefined {
    if (typeof reference !== 'string') return void this.report('notSchema', at, '"$ref" must be a text');
    const [path = '', fragment = ''] = split(reference);
    const document = path === '' ? at.document : this.file(path, at);
    if (!document) return undefined;
    if (fragment !== '' && !fragment.startsWith('/')) return void this.report('keyword', at, `"#${fragment}" names an anchor`);
    const found = find(document.value, parsePointer(fragment));
    if (found === undefined)
      return void this.report('pointer', at, `there is nothing at "#${fragment}" in ${path === '' ? 'this schema' : document.file}`);
    const id = `${document.file}#${path === '' && at.document.file === document.file ? rootOf(at.chain, document.file) : ''}${fragment}`;
    if (at.chain.includes(id) || (fragment === '' && path === '')) {
      return void this.report('cycle', at, `following "${reference}" leads back to itself`);
    }
    return this.schema(found.value, { document, path: found.path, chain: [...at.chain, id], level: at.level + 1 });
  }

  private file(path: string, at: Spot): SchemaFile | undefined {
    if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(path)) return void this.report('url', at, `"${path}" is an address`);
    const file = posix.normalize(posix.join(posix.dirname(at.document.file), path));
    if (path.startsWith('/') || path.includes('\\') || !file.startsWith(`${this.folder}/`))
      return void this.report('outside', at, `"${path}" leads outside ${this.folder}`);
    if (!/\.(json|ya?ml)$/.test(file)) return void this.report('suffix', at, `"${path}" does not end in .json, .yaml or .yml`);
    if (this.read.has(file)) {
      const known = this.read.get(file);
      if (!known) this.failed = true;
      return known;
    }
    const exists = existsBelow(this.root, this.folder, file);
    if (exists !== 'inside') {
      return void (exists === 'missing'
        ? this.report('missing', at, `there is no file "${path}"`)
        : this.report('outside', at, `"${path}" leads outside ${this.folder}`));
    }
    const read = readSchemaFile(this.root, this.folder, file);
    const document = 'value' in read ? read : undefined;
    this.read.set(file, document);
    if (!('value' in read)) this.fail(read);
    return document;
  }

  private report(which: keyof typeof kind, at: Spot, message: string, fix?: string): true {
    const place = at.document.place(at.path);
    const key = `${which} ${place.file} ${place.line} ${place.column}`;
    // A file that several methods use is judged for each of them, and heard once.
    this.fail(this.reported.has(key) ? [] : [finding(kind[which], { message, place, ...(fix === undefined ? {} : { fix }) })]);
    this.reported.add(key);
    return true;
  }

  private fail(findings: readonly Finding[]): void {
    this.failed = true;
    this.findings.push(...findings);
  }
}

/** A reference beside other keywords means both: prose beside it replaces the target's, rules beside it hold as well. */
function merge(own: JsonObject, target: JsonValue): JsonValue {
  const rules = Object.keys(own).filter((keyword) => !annotations.has(keyword) && !keyword.startsWith('x-'));
  if (rules.length === 0 && isJsonObject(target)) return Object.freeze({ ...target, ...own });
  const all = Array.isArray(own['allOf']) ? (own['allOf'] as readonly JsonValue[]) : [];
  return Object.freeze({ ...own, allOf: Object.freeze([...all, target]) });
}

function split(reference: string): readonly [string, string] {
  const hash = reference.indexOf('#');
  return hash < 0 ? [decoded(reference), ''] : [decoded(reference.slice(0, hash)), decoded(reference.slice(hash + 1))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function find(root: JsonValue, steps: readonly string[]): { readonly value: JsonValue; readonly path: KeyPath } | undefined {
  let value: JsonValue | undefined = root;
  const path: (string | number)[] = [];
  for (const step of steps) {
    const isList: boolean = Array.isArray(value);
    path.push(isList ? Number(step) : step);
    if (Array.isArray(value)) value = (value as readonly JsonValue[])[Number(step)];
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    if (value === undefined) return undefined;
  }
  return { value, path };
}

/** A schema inside a model's document is a root of its own; a file's root has no name. */
function rootOf(chain: readonly string[], file: string): string {
  const first = chain[0] ?? '';
  const name = first.startsWith(`${file}#`) ? first.slice(file.length + 1) : '';
  return name.startsWith('/') ? '' : name;
}
