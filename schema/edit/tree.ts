import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, parseDocument, stringify, type Pair, type ParsedNode, type YAMLMap } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { EditRefused } from './edit';

/** Keys of mappings only; lists are replaced whole. */
export type MapPath = readonly string[];

/**
 * Sets the value at a path by replacing only the characters that spell it: every comment, blank line, quote and order elsewhere stays.
 * Mappings that are missing on the way are added. Where a mapping is there already its keys are changed one by one.
 *
 * @throws EditRefused when the text is no YAML mapping, or the value cannot be changed without changing another one (anchors)
 */
export function setIn(text: string, path: MapPath, value: JsonValue): string {
  return checked(text, setText(text, path, value), (root) => withValue(root, path, value));
}

/** Removes the key at a path, and its line where it stood alone on it. */
export function deleteIn(text: string, path: MapPath): string {
  const parent = mapAt(rootOf(text), path.slice(0, -1));
  const pair = parent && pairOf(parent, path.at(-1) as string);
  if (parent === undefined || pair === undefined) return text;
  return checked(text, removePair(text, parent, pair), (root) => withValue(root, path, undefined));
}

function setText(text: string, path: MapPath, value: JsonValue): string {
  const root = rootOf(text);
  const depth = depthOf(root, path);
  const parent = mapAt(root, path.slice(0, depth)) as YAMLMap.Parsed;
  const missing = path.slice(depth);
  if (missing.length > 0) {
    const key = missing[0] as string;
    const pair = pairOf(parent, key);
    const nested = missing.slice(1).reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value);
    // The key is there with something that is no mapping, such as nothing at all.
    return pair ? replaceValue(text, pair, nested) : addPair(text, parent, key, nested);
  }
  if (!isJsonObject(value) || mapAt(root, path) === undefined) {
    const above = mapAt(root, path.slice(0, -1)) as YAMLMap.Parsed;
    return replaceValue(text, pairOf(above, path.at(-1) as string) as Pair<ParsedNode, ParsedNode | null>, value);
  }
  return setKeys(text, path, parent, value);
}

/** Changes a mapping that is there, key by key, each on a freshly read text. */
function setKeys(text: string, path: MapPath, map: YAMLMap.Parsed, value: JsonObject): string {
  const gone = map.items.map(keyOf).filter((key) => value[key] === undefined);
  // New keys first: a mapping that loses its last key would lose its place too.
  const changed = Object.entries(value).reduce(
    (current, [key, member]) =>
      member === undefined || isDeepStrictEqual(valueIn(current, [...path, key]), member)
        ? current
        : setText(current, [...path, key], member),
    text,
  );
  return gone.reduce((current, key) => {
    const parent = mapAt(rootOf(current), path) as YAMLMap.Parsed;
    return removePair(current, parent, pairOf(parent, key) as Pair<ParsedNode, ParsedNode | null>);
  }, changed);
}

function replaceValue(text: string, pair: Pair<ParsedNode, ParsedNode | null>, value: JsonValue): string {
  const range = pair.value?.range;
  const keyEnd = pair.key.range[1];
  if (!range || range[0] === range[1]) {
    const colon = text.indexOf(':', keyEnd) + 1;
    return `${text.slice(0, colon)} ${flow(value)}${text.slice(colon)}`;
  }
  // A block value reaches over the line end; what replaces it stands behind the colon.
  const [start, end] = range;
  const trailing = /\s*$/.exec(text.slice(start, end))?.[0].length ?? 0;
  const from = text.slice(keyEnd, start).includes('\n') ? text.indexOf(':', keyEnd) + 1 : start;
  return `${text.slice(0, from)}${from === start ? '' : ' '}${flow(value)}${text.slice(end - trailing)}`;
}

function addPair(text: string, map: YAMLMap.Parsed, key: string, value: JsonValue): string {
  if (map.flow) {
    const close = text.lastIndexOf('}', (map.range[1] ?? text.length) - 1);
    const before = text.slice(0, close).trimEnd();
    const comma = map.items.length === 0 || before.endsWith(',') ? ' ' : ', ';
    return `${before}${comma}${keyText(key)}: ${flow(value)} ${text.slice(close)}`;
  }
  const last = map.items.at(-1);
  const indent = columnOf(text, map.items[0]?.key.range[0] ?? map.range[0]);
  const end = last ? endOfLine(text, lastCharacter(last)) : map.range[0];
  const lead = text.slice(0, end);
  return `${lead}${lead === '' || lead.endsWith('\n') ? '' : '\n'}${block(key, value, indent)}${text.slice(end)}`;
}

function removePair(text: string, map: YAMLMap.Parsed, pair: Pair<ParsedNode, ParsedNode | null>): string {
  const start = pair.key.range[0];
  const end = lastCharacter(pair);
  if (!map.flow) {
    const lineStart = text.lastIndexOf('\n', start - 1) + 1;
    return text.slice(0, lineStart) + text.slice(endOfLine(text, end));
  }
  const behind = /^\s*,\s*/.exec(text.slice(end));
  if (behind) return text.slice(0, start) + text.slice(end + behind[0].length);
  const before = text
    .slice(0, start)
    .replace(/\s*,\s*$/, '')
    .trimEnd();
  return `${before}${map.items.length === 1 ? '' : ' '}${text.slice(end).trimStart()}`;
}

/** Behind the last character of a pair's value, without the line end that block values include. */
function lastCharacter(pair: Pair<ParsedNode, ParsedNode | null>): number {
  const range = pair.value?.range;
  return range && range[1] > pair.key.range[1] ? range[1] : pair.key.range[1] + 1;
}

/** Behind the line break of the line in which `at` stands; a comment on that line belongs to it. */
function endOfLine(text: string, at: number): number {
  if (at > 0 && text[at - 1] === '\n') return at;
  const next = text.indexOf('\n', at);
  return next < 0 ? text.length : next + 1;
}

function columnOf(text: string, at: number): number {
  return at - (text.lastIndexOf('\n', at - 1) + 1);
}

/** `{ 1.4.0: 90, 1.5.0: 10 }`, in one line. */
function flow(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(flow).join(', ')}]`;
  if (isJsonObject(value)) {
    const members = Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
    return members.length === 0 ? '{}' : `{ ${members.map(([key, member]) => `${keyText(key)}: ${flow(member)}`).join(', ')} }`;
  }
  return inFlow(value as string | number | boolean | null);
}

/** A scalar as it can stand inside braces, where commas and brackets end it. Digests and dates are always quoted. */
function inFlow(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const plain = stringify(value, { lineWidth: 0 }).trimEnd();
  return /^[0-9a-f]{32,}$/.test(value) || /^\d{4}-\d\d-\d\d/.test(value) || /[,[\]{}\n]/.test(plain) ? JSON.stringify(value) : plain;
}

function keyText(key: string): string {
  return inFlow(key);
}

/** One key as lines: short values in one line, long ones spelled out below it. */
function block(key: string, value: JsonValue, indent: number): string {
  const pad = ' '.repeat(indent);
  const line = `${pad}${keyText(key)}: ${flow(value)}\n`;
  if (line.length <= 120 || typeof value !== 'object' || value === null || Array.isArray(value)) return line;
  const members = Object.entries(value as JsonObject).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return `${pad}${keyText(key)}:\n${members.map(([name, member]) => block(name, member, indent + 2)).join('')}`;
}

/** The root mapping of a text. */
function rootOf(text: string): YAMLMap.Parsed {
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  if (document.errors.length > 0) throw new EditRefused('the file is no YAML');
  if (!isMap(document.contents)) throw new EditRefused('the file holds no keys');
  return document.contents;
}

/** How many keys of the path lead through mappings that are there. */
function depthOf(root: YAMLMap.Parsed, path: MapPath): number {
  let depth = 0;
  while (depth < path.length && mapAt(root, path.slice(0, depth + 1)) !== undefined) depth += 1;
  const above = mapAt(root, path.slice(0, depth));
  return depth === path.length - 1 && above && pairOf(above, path[depth] as string) ? path.length : depth;
}

function mapAt(root: YAMLMap.Parsed, path: MapPath): YAMLMap.Parsed | undefined {
  let map: YAMLMap.Parsed | undefined = root;
  for (const key of path) {
    const value: unknown = map && pairOf(map, key)?.value;
    map = isMap(value) ? (value as YAMLMap.Parsed) : undefined;
  }
  return map;
}

function pairOf(map: YAMLMap.Parsed, key: string): Pair<ParsedNode, ParsedNode | null> | undefined {
  return map.items.find((item) => keyOf(item) === key);
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.source ?? pair.key.value) : '';
}

function valueIn(text: string, path: MapPath): unknown {
  return path.reduce<unknown>((at, key) => (isJsonObject(at) ? at[key] : undefined), read(text));
}

function read(text: string): unknown {
  return parseDocument(text, { version: '1.2', schema: 'core' }).toJS({ maxAliasCount: 100 });
}

/** The new text, once it is proven that it says what was wanted and nothing else. */
function checked(before: string, after: string, change: (root: unknown) => unknown): string {
  const document = parseDocument(after, { version: '1.2', schema: 'core' });
  if (document.errors.length > 0 || !isDeepStrictEqual(document.toJS({ maxAliasCount: 100 }), change(read(before)))) {
    throw new EditRefused('the value cannot be changed without changing another one; edit the file by hand');
  }
  return after;
}

function withValue(root: unknown, path: MapPath, value: JsonValue | undefined): unknown {
  const [key, ...rest] = path as [string, ...string[]];
  const map = new Map<string, unknown>(isJsonObject(root) ? Object.entries(root) : []);
  if (rest.length > 0) map.set(key, withValue(map.get(key), rest, value));
  else if (value === undefined) map.delete(key);
  else map.set(key, value);
  return Object.fromEntries(map);
}
