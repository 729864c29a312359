import type { JsonObject, JsonValue } from '../../core/json';

/**
 * Writes plain JSON as YAML in block style: a small, deterministic subset that every YAML reader (1.1 and 1.2) reads back identically.
 * A general YAML library takes a minute for the 24,000 objects of 2,000 models; this takes a second.
 */
export function toYaml(value: JsonObject): string {
  if (isEmpty(value)) return '{}\n';
  const lines: string[] = [];
  writeMap(value, 0, '', lines);
  return `${lines.join('\n')}\n`;
}

/** Words that some YAML reader takes for something else than text. */
const RESERVED = new Set(['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null', '~']);

/** Starts with a letter or slash, goes on without anything that YAML reads as syntax. An exponent alone (`e0`) is a number to some. */
const PLAIN = /^(?![eE][-+]?[0-9]+$)[A-Za-z/](?:[\w/.@+()=,-]|:(?=[\w/.@])| (?=[\w/(.]))*$/;

/** What may stand in a literal block as it is: printable text without tabs at a line's start and without the odd line breaks. */
const BLOCK = /^[\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;

function writeMap(map: JsonObject, indent: number, first: string, lines: string[]): void {
  const pad = ' '.repeat(indent);
  let lead = first;
  for (const [key, value] of Object.entries(map)) {
    if (value === undefined) continue;
    writeEntry(`${lead === '' ? pad : lead}${scalar(key)}:`, value, indent, lines);
    lead = '';
  }
}

function writeEntry(head: string, value: JsonValue, indent: number, lines: string[]): void {
  if (Array.isArray(value)) {
    if (value.length === 0) lines.push(`${head} []`);
    else {
      lines.push(head);
      writeList(value as readonly JsonValue[], indent, lines);
    }
  } else if (typeof value === 'object' && value !== null) {
    if (isEmpty(value as JsonObject)) lines.push(`${head} {}`);
    else {
      lines.push(head);
      writeMap(value as JsonObject, indent + 2, '', lines);
    }
  } else if (typeof value === 'string' && isBlock(value)) writeBlock(head, value, indent + 2, lines);
  else lines.push(`${head} ${scalar(value)}`);
}

function writeList(list: readonly JsonValue[], indent: number, lines: string[]): void {
  const pad = ' '.repeat(indent);
  for (const value of list) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isEmpty(value as JsonObject)) {
      writeMap(value as JsonObject, indent + 2, `${pad}- `, lines);
    } else if (Array.isArray(value) && value.length > 0) {
      lines.push(`${pad}-`);
      writeList(value as readonly JsonValue[], indent + 2, lines);
    } else if (typeof value === 'string' && isBlock(value)) writeBlock(`${pad}-`, value, indent + 2, lines);
    else lines.push(`${pad}- ${Array.isArray(value) ? '[]' : scalar(value)}`);
  }
}

/** Text of several lines that a literal block keeps exactly. Its first line decides the indentation, so it must not start with a space. */
function isBlock(text: string): boolean {
  return text.includes('\n') && !/^[\n ]/.test(text) && BLOCK.test(text) && !/\n[ ]+(\n|$)/.test(text);
}

function writeBlock(head: string, text: string, indent: number, lines: string[]): void {
  const pad = ' '.repeat(indent);
  const ends = /\n*$/.exec(text)?.[0].length ?? 0;
  lines.push(`${head} |${ends === 0 ? '-' : ends === 1 ? '' : '+'}`);
  const body = ends === 0 ? text : text.slice(0, -1);
  for (const line of body.split('\n')) lines.push(line === '' ? '' : pad + line);
}

function scalar(value: JsonValue): string {
  if (typeof value === 'string') return PLAIN.test(value) && !RESERVED.has(value.toLowerCase()) ? value : quoted(value);
  if (typeof value === 'number') return number(value);
  if (typeof value === 'object' && value !== null) return '{}';
  return String(value);
}

/** YAML 1.1 wants a dot in a number with an exponent. */
function number(value: number): string {
  const text = Object.is(value, -0) ? '-0.0' : String(value);
  return /^-?[0-9]+e/.test(text) ? text.replace('e', '.0e') : text;
}

/** JSON's quotes are YAML's, once the characters that YAML does not call printable are escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isEmpty(map: JsonObject): boolean {
  for (const key of Object.keys(map)) if (map[key] !== undefined) return false;
  return true;
}
