import { referenceFindings as kind } from '../../core/findings/references';
import { finding, hasErrors, type Finding, type Place } from '../../core/findings/finding';
import type { JsonValue } from '../../core/json';
import { parseStrictJson } from '../../core/strict-json';
import type { KeyPath } from './document';
import { parsePointer } from './path';
import { makeDocument, parseYaml } from './parse';
import { readBytes } from './read-bytes';
import { decodeText, lineAndColumn, maxDocumentBytes } from './text';

/** One file with schemas in it: its value, and where things stand. */
export interface SchemaFile {
  /** Relative to the project, with `/`. */
  readonly file: string;
  readonly value: JsonValue;
  place(path: KeyPath): Place;
}

/** Reads a JSON or YAML file below a model's folder. */
export function readSchemaFile(root: string, folder: string, file: string): SchemaFile | readonly Finding[] {
  const bytes = readBytes(root, folder, file);
  if (!(bytes instanceof Uint8Array)) return [bytes];
  return /\.ya?ml$/.test(file) ? fromYaml(file, bytes) : fromJson(file, bytes);
}

function fromYaml(file: string, bytes: Uint8Array): SchemaFile | readonly Finding[] {
  const { value, source, findings } = parseYaml(file, bytes);
  if (hasErrors(findings)) return findings;
  return { file, value: value ?? null, place: makeDocument('model', file, source, value ?? null).place };
}

function fromJson(file: string, bytes: Uint8Array): SchemaFile | readonly Finding[] {
  const { text, findings } = decodeText(bytes, file);
  if (hasErrors(findings)) return findings;
  const parsed = parseStrictJson(text, { maxBytes: maxDocumentBytes, maxDepth: 100, maxKeys: 100_000 });
  // JSON is YAML as well, so the same lazy places serve both.
  if (parsed.ok) return { file, value: parsed.value, place: makeDocument('model', file, text, parsed.value).place };
  const place =
    parsed.pointer === undefined || parsed.rule === 'syntax' || parsed.rule === 'trailing-bytes'
      ? { file, ...lineAndColumn(text.slice(0, brokenAt(text))) }
      : makeDocument('model', file, text, null).place(parsePointer(parsed.pointer));
  return [finding(kind.json, { message: parsed.reason, place })];
}

/** Where the platform's own parser stops; the start where it does not say. */
function brokenAt(text: string): number {
  try {
    JSON.parse(text);
    return 0;
  } catch (error) {
    return Number(/position ([0-9]+)/.exec(String(error))?.[1] ?? text.length);
  }
}
