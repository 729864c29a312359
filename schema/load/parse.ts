import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { documentFindings } from '../../core/findings/documents';
import { finding, type Finding, type Place } from '../../core/findings/finding';
import type { JsonValue } from '../../core/json';
import { composeYaml, maxDepth, tooDeep, type Problem } from './compose';
import type { KeyPath, ParsedDocument } from './document';
import { formatPath, pathKey } from './path';
import { locate } from './positions';
import { readQuickly } from './quick';
import { readIndentedJson } from './quick-json';
import { readPlainScalar, type ScalarTrap } from './scalars';
import { decodeText, lineAndColumn } from './text';

/** Values that all aliases of one file together may add. */
const maxExpansion = 10_000;

export interface Parsed {
  readonly document: ParsedDocument<JsonValue>;
  readonly findings: readonly Finding[];
  /** Paths (by `pathKey`) about which a finding was made already, so that validation need not repeat it. */
  readonly suspects: ReadonlySet<string>;
  /** Whether the value is worth validating: the text was YAML and a mapping. */
  readonly usable: boolean;
}

/** Bytes of one file → frozen plain values and the findings of reading them. Never throws, whatever the bytes are. */
export function parseDocument(kind: ParsedDocument['kind'], file: string, bytes: Uint8Array): Parsed {
  const { value, source, findings, suspects, broken } = parseYaml(file, bytes);
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  const document = makeDocument(kind, file, source, isMapping ? value : Object.freeze({}));
  if (broken || isMapping) return { document, findings, suspects, usable: !broken };
  const shape =
    value === null || value === undefined
      ? finding(documentFindings.emptyDocument, {
          message: 'the file holds no key',
          place: { file, line: 1, column: 1 },
          fix: `write at least one key, such as ${firstKey[kind]}`,
        })
      : finding(documentFindings.notMapping, {
          message: `the file holds ${Array.isArray(value) ? 'a list' : 'a single value'}, must hold keys`,
          place: document.valuePlace([]),
        });
  return { document, findings: [...findings, shape], suspects, usable: false };
}

const firstKey: { readonly [kind in ParsedDocument['kind']]: string } = {
  model: '`artifact: model.onnx`',
  contract: '`artifact: model.onnx`',
  stack: '`hostname: models.example.com`',
};

/** Problems after which the value is not what the author meant, so that judging it would only repeat the complaint. */
const misleading: ReadonlySet<Problem['kind']> = new Set(['syntax', 'tab', 'tooDeep', 'tag']);

export interface ParsedYaml {
  /** Absent where nothing could be made of the text. */
  readonly value: JsonValue | undefined;
  readonly source: string;
  readonly findings: readonly Finding[];
  readonly suspects: ReadonlySet<string>;
  /** The text is no YAML, so the value says nothing. */
  readonly broken: boolean;
}

/** Bytes → any YAML value; also reads schema files. */
export function parseYaml(file: string, bytes: Uint8Array): ParsedYaml {
  const decoded = decodeText(bytes, file);
  const source = decoded.text;
  if (decoded.findings.length > 0 && source === '')
    return { value: undefined, source, findings: decoded.findings, suspects: new Set(), broken: true };
  const quick = decoded.findings.length === 0 ? (readIndentedJson(source) ?? readQuickly(source)) : undefined;
  if (quick) return { value: quick.value, source, findings: [], suspects: new Set(), broken: false };
  return readFully(file, source, decoded.findings);
}

/** By the library, with every problem found. */
export function readFully(file: string, source: string, before: readonly Finding[] = []): ParsedYaml {
  const composed = composeYaml(source);
  const reader = new Reader();
  const value = composed.root ? reader.read(composed.root, [], 0) : undefined;
  const problems = [...composed.problems, ...reader.problems];
  const findings = problems.map((problem) => problemFinding(problem, file, source));
  const broken = reader.stopped || problems.some((problem) => misleading.has(problem.kind));
  return { value, source, findings: [...before, ...findings], suspects: reader.suspects, broken };
}

/** A document whose places are computed when somebody asks, because most documents are never asked. */
export function makeDocument(kind: ParsedDocument['kind'], file: string, source: string, value: JsonValue): ParsedDocument<JsonValue> {
  let root: { readonly node: ParsedNode | undefined } | undefined;
  const find = (path: KeyPath, of: 'key' | 'value'): Place => {
    root ??= { node: composeYaml(source).root };
    const offset = locate(root.node, path, of);
    return { file, ...lineAndColumn(source.slice(0, offset)), ...(path.length > 0 ? { path: formatPath(path) } : {}) };
  };
  return { kind, file, source, value, place: (path) => find(path, 'key'), valuePlace: (path) => find(path, 'value') };
}

interface Found extends Problem {
  readonly path?: KeyPath;
  readonly fix?: string;
  readonly also?: { readonly offset: number; readonly message: string };
}

function problemFinding(problem: Found, file: string, source: string): Finding {
  const place = (offset: number): Place => ({
    file,
    ...lineAndColumn(source.slice(0, offset)),
    ...(problem.path && problem.path.length > 0 ? { path: formatPath(problem.path) } : {}),
  });
  return finding(documentFindings[problem.kind], {
    message: problem.message,
    place: place(problem.offset),
    ...(problem.fix ? { fix: problem.fix } : {}),
    ...(problem.also ? { related: [{ message: problem.also.message, place: place(problem.also.offset) }] } : {}),
  });
}

const reservedKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Walks the YAML tree once and makes frozen plain values of it. */
class Reader {
  readonly problems: Found[] = [];
  readonly suspects = new Set<string>();
  private readonly anchors = new Map<string, { readonly value: JsonValue; readonly size: number }>();
  private expansion = 0;
  private size = 0;
  /** The walk ended early, because the tree is too deep or grows too large. */
  stopped = false;

  read(node: ParsedNode | null, path: KeyPath, depth: number): JsonValue {
    if (node === null || this.stopped) return null;
    if (depth > maxDepth) {
      this.stopped = true;
      this.problems.push(tooDeep(node.range[0]));
      return null;
    }
    this.size += 1;
    if (isAlias(node)) return this.alias(node.source, node.range[0], path);
    const before = this.size;
    const value = this.plain(node, path, depth);
    if (node.anchor !== undefined) this.anchors.set(node.anchor, { value, size: this.size - before + 1 });
    return value;
  }

  private plain(node: ParsedNode, path: KeyPath, depth: number): JsonValue {
    if (isScalar(node)) return this.scalar(node, path);
    if (isMap(node)) return this.mapping(node, path, depth);
    if (isSeq(node)) return Object.freeze((node as YAMLSeq<ParsedNode>).items.map((item, at) => this.read(item, [...path, at], depth + 1)));
    return null;
  }

  private mapping(node: YAMLMap<ParsedNode, ParsedNode | null>, path: KeyPath, depth: number): JsonValue {
    const object: { [key: string]: JsonValue } = {};
    const seen = new Map<string, number>();
    for (const pair of node.items) {
      const offset = pair.key.range[0];
      const key = this.key(pair.key, path);
      if (key === undefined) continue;
      const first = seen.get(key);
      if (first !== undefined) {
        this.report('duplicateKey', offset, `the key "${clip(key)}" stands here a second time`, [...path, key], {
          also: { offset: first, message: 'the first one' },
        });
        continue;
      }
      seen.set(key, offset);
      object[key] = this.read(pair.value, [...path, key], depth + 1);
    }
    return Object.freeze(object);
  }

  /** The key as a text, or nothing where it must not become one. */
  private key(node: ParsedNode, path: KeyPath): string | undefined {
    if (!isScalar(node)) {
      this.report('keyNotText', node.range[0], `a ${isAlias(node) ? 'alias' : isMap(node) ? 'mapping' : 'list'} stands as a key`, path);
      return undefined;
    }
    const source = text(node);
    const offset = node.range[0];
    if (node.type !== 'PLAIN') return this.allowedKey(source, offset, path);
    if (source === '<<') {
      this.report('mergeKey', offset, 'the key "<<" would merge another mapping', path);
      return undefined;
    }
    const read = readPlainScalar(source);
    if (read.trap) this.trap(read.trap, source, offset, [...path, source]);
    else if (typeof read.value !== 'string') {
      const what = read.value === null ? 'nothing' : `a ${typeof read.value}`;
      this.report(
        'keyNotText',
        offset,
        `the key ${source === '' ? 'is empty' : `${clip(source)} is ${what}`}, must be a text`,
        [...path, source],
        {
          fix: source === '' ? 'write a key before the colon' : `write "${clip(source)}" in quotes`,
        },
      );
    } else return this.allowedKey(source, offset, path);
    return source;
  }

  private allowedKey(key: string, offset: number, path: KeyPath): string | undefined {
    if (!reservedKeys.has(key)) return this.wellFormed(key, offset, path);
    this.report('reservedKey', offset, `the key "${key}" is reserved`, path);
    return undefined;
  }

  private scalar(node: Scalar.Parsed, path: KeyPath): JsonValue {
    const source = text(node);
    if (node.type !== 'PLAIN') return this.wellFormed(source, node.range[0], path);
    const read = readPlainScalar(source);
    if (read.trap) this.trap(read.trap, source, node.range[0], path);
    return read.value;
  }

  /** Escapes can spell half a character, which no UTF-8 can carry. */
  private wellFormed(value: string, offset: number, path: KeyPath): string {
    if (!/[\ud800-\udfff]/.test(value) || Buffer.from(value, 'utf8').toString('utf8') === value) return value;
    this.report('controlCharacter', offset, 'the text holds half of a surrogate pair', path);
    return '';
  }

  private alias(name: string, offset: number, path: KeyPath): JsonValue {
    const target = this.anchors.get(name);
    if (!target) {
      this.report('alias', offset, `the alias "*${clip(name)}" has no finished anchor before it`, path);
      return null;
    }
    this.expansion += target.size;
    this.size += target.size;
    if (this.expansion <= maxExpansion) return target.value;
    this.stopped = true;
    this.report('alias', offset, `the aliases of this file add more than ${maxExpansion} values`, path);
    return null;
  }

  private trap(kind: ScalarTrap, source: string, offset: number, path: KeyPath): void {
    const words = clip(source);
    const message: { readonly [kind in ScalarTrap]: string } = {
      oldBoolean: `${words} is a boolean to some readers and a text to others`,
      ambiguousNumber: `${words} is read differently by different readers`,
      digestAsNumber: `${words} is read as a number`,
      unsafeNumber: `${words} is no number that JSON can carry`,
      timestamp: `${words} is a date to some readers and a text to others`,
    };
    this.report(kind, offset, message[kind], path, { fix: trapFix(kind, source) });
  }

  private report(kind: Problem['kind'], offset: number, message: string, path: KeyPath, more: Pick<Found, 'fix' | 'also'> = {}): void {
    this.problems.push({ kind, offset, message, path, ...more });
    this.suspects.add(pathKey(path));
  }
}

function trapFix(kind: ScalarTrap, source: string): string {
  const quoted = `"${clip(source)}"`;
  if (kind === 'oldBoolean') return `write ${quoted} in quotes where the word is meant, else ${/^(y|on)/i.test(source) ? 'true' : 'false'}`;
  if (kind === 'timestamp') return `write ${quoted} in quotes`;
  if (kind !== 'ambiguousNumber') return documentFindings[kind].fix;
  const value = Number(source.replaceAll('_', ''));
  const number = Number.isFinite(value) && Math.abs(value) < 1e15 && Math.abs(value) >= 1e-6 ? String(value) : 'a plain decimal number';
  return `write ${quoted} in quotes where a text is meant, else ${number}`;
}

function text(node: Scalar.Parsed): string {
  return typeof node.source === 'string' && node.type === 'PLAIN' ? node.source : String(node.value ?? '');
}

/** What a message quotes of the user's own text. */
function clip(value: string): string {
  return value.length > 60 ? `${value.slice(0, 57)}…` : value;
}
