import type { JsonValue } from '../../core/json';
import { readPlainScalar } from './scalars';

/**
 * Reads the plain subset of YAML in which nearly all model files are written, about ten times as fast as the library: block mappings, block lists of
 * one-line values, flow collections and quoted texts on one line. On anything else, and on anything that deserves a finding, it answers
 * `undefined`, and the library reads the text. Whatever it answers is what the library would answer; a test holds the two together.
 */
export function readQuickly(text: string): { readonly value: JsonValue } | undefined {
  if (oddSpace.test(text)) return undefined;
  const lines: Line[] = [];
  for (const line of text.split('\n')) {
    const indent = line.length - line.trimStart().length;
    const content = line.trim();
    if (content !== '' && !content.startsWith('#')) lines.push({ indent, content });
  }
  if (lines.length === 0 || lines[0]?.indent !== 0) return undefined;
  const reader = new QuickReader(lines);
  try {
    const value = reader.block(0, 0);
    return reader.at === lines.length ? { value } : undefined;
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

interface Line {
  readonly indent: number;
  /** Without the spaces around it; never empty, never only a comment. */
  readonly content: string;
}

// Every space but the plain one and the line feed: JavaScript trims them, YAML does not.
const oddSpace = /[^\S \n]/;
const notPlain = Symbol('not in the plain subset');
const maxDepth = 40;
const reserved = new Set(['__proto__', 'constructor', 'prototype']);
const blockKey = /^([A-Za-z0-9_$][-A-Za-z0-9_.$/]*):(?: +|$)/;
const flowKey = /([A-Za-z0-9_$][-A-Za-z0-9_.$/]*): +/y;
const simpleQuoted = /"([^"\\]*)"|'([^']*)'(?!')/y;
// No indicator at the start; a minus must begin a number.
const plainStart = /^(?:[^-?:,[\]{}#&*!|>'"%@` ]|-[0-9.])/;

class QuickReader {
  at = 0;

  constructor(private readonly lines: readonly Line[]) {}

  block(indent: number, depth: number): JsonValue {
    if (depth > maxDepth) throw notPlain;
    return isItem(this.lines[this.at]?.content ?? '') ? this.list(indent) : this.mapping(indent, depth);
  }

  private mapping(indent: number, depth: number): JsonValue {
    const object: { [key: string]: JsonValue } = {};
    for (let line = this.lines[this.at]; line && line.indent >= indent; line = this.lines[this.at]) {
      const match = line.indent === indent ? blockKey.exec(line.content) : null;
      if (!match) throw notPlain;
      const key = checkedKey(match[1] ?? '', object);
      const rest = line.content.slice(match[0].length);
      this.at += 1;
      object[key] = rest === '' || rest.startsWith('#') ? this.below(indent, depth) : this.inline(rest, indent);
    }
    return Object.freeze(object);
  }

  private list(indent: number): JsonValue {
    const items: JsonValue[] = [];
    for (let line = this.lines[this.at]; line && line.indent >= indent; line = this.lines[this.at]) {
      if (line.indent !== indent || !isItem(line.content)) throw notPlain;
      const rest = line.content.slice(2).trimStart();
      this.at += 1;
      items.push(this.inline(rest, indent));
    }
    return Object.freeze(items);
  }

  /** What stands under a key that has nothing behind it. */
  private below(indent: number, depth: number): JsonValue {
    const next = this.lines[this.at];
    if (!next || next.indent < indent) return null;
    if (next.indent > indent) return this.block(next.indent, depth + 1);
    if (isItem(next.content)) throw notPlain;
    return null;
  }

  /** A value that must end on its line. */
  private inline(text: string, indent: number): JsonValue {
    const next = this.lines[this.at];
    if (next && next.indent > indent) throw notPlain;
    const first = text.charAt(0);
    if (first === '{' || first === '[') {
      const flow = new FlowReader(text);
      const value = flow.collection(0);
      if (!endsHere(text, flow.at)) throw notPlain;
      return value;
    }
    if (first === '"' || first === "'") {
      const quoted = quotedAt(text, 0);
      if (!endsHere(text, quoted.end)) throw notPlain;
      return quoted.value;
    }
    const comment = text.indexOf(' #');
    return plain((comment < 0 ? text : text.slice(0, comment)).trimEnd());
  }
}

/** One flow collection on one line. */
class FlowReader {
  at = 0;

  constructor(private readonly text: string) {}

  collection(depth: number): JsonValue {
    if (depth > maxDepth) throw notPlain;
    const isMapping = this.text.charAt(this.at) === '{';
    const close = isMapping ? '}' : ']';
    this.at += 1;
    const object: { [key: string]: JsonValue } = {};
    const items: JsonValue[] = [];
    this.spaces();
    for (let first = true; this.text.charAt(this.at) !== close; first = false) {
      if (!first) this.expect(',');
      this.spaces();
      if (isMapping) {
        const key = this.key(object);
        object[key] = this.value(depth);
      } else items.push(this.value(depth));
      this.spaces();
    }
    this.at += 1;
    return Object.freeze(isMapping ? object : items);
  }

  private key(object: { readonly [key: string]: JsonValue }): string {
    flowKey.lastIndex = this.at;
    const match = flowKey.exec(this.text);
    if (match) {
      this.at = flowKey.lastIndex;
      return checkedKey(match[1] ?? '', object);
    }
    const quoted = quotedAt(this.text, this.at);
    this.at = quoted.end;
    this.expect(':');
    this.spaces();
    return freshKey(quoted.value, object);
  }

  private value(depth: number): JsonValue {
    const first = this.text.charAt(this.at);
    if (first === '{' || first === '[') return this.collection(depth + 1);
    if (first === '"' || first === "'") {
      const quoted = quotedAt(this.text, this.at);
      this.at = quoted.end;
      return quoted.value;
    }
    const start = this.at;
    while (this.at < this.text.length && !',[]{}'.includes(this.text.charAt(this.at))) this.at += 1;
    const word = this.text.slice(start, this.at).trimEnd();
    if (word.includes(' #')) throw notPlain;
    return plain(word);
  }

  private spaces(): void {
    while (this.text.charAt(this.at) === ' ') this.at += 1;
  }

  private expect(character: string): void {
    if (this.text.charAt(this.at) !== character) throw notPlain;
    this.at += 1;
  }
}

function isItem(content: string): boolean {
  return content.startsWith('- ');
}

function checkedKey(key: string, object: { readonly [key: string]: JsonValue }): string {
  const read = readPlainScalar(key);
  if (read.trap !== undefined || typeof read.value !== 'string') throw notPlain;
  return freshKey(key, object);
}

function freshKey(key: string, object: { readonly [key: string]: JsonValue }): string {
  if (reserved.has(key) || Object.hasOwn(object, key)) throw notPlain;
  return key;
}

function quotedAt(text: string, at: number): { readonly value: string; readonly end: number } {
  simpleQuoted.lastIndex = at;
  const match = simpleQuoted.exec(text);
  if (!match) throw notPlain;
  return { value: match[1] ?? match[2] ?? '', end: simpleQuoted.lastIndex };
}

function plain(word: string): JsonValue {
  if (!plainStart.test(word) || word.includes(': ') || word.endsWith(':')) throw notPlain;
  const read = readPlainScalar(word);
  if (read.trap !== undefined) throw notPlain;
  return read.value;
}

/** Only spaces or a comment follow. */
function endsHere(text: string, at: number): boolean {
  return /^(?: *$| +#)/.test(text.slice(at));
}
