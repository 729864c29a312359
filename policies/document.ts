import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { Place } from '../core/findings/finding';

/** Keys and positions from the top of a document to a value. */
export type Path = readonly (string | number)[];

/** A YAML file that somebody wrote beside the models: its value and where each part stands, or the one reason why it is none. */
export type ReadYaml =
  | { readonly problem?: undefined; readonly value: unknown; readonly place: (path: Path) => Place }
  | { readonly problem: string; readonly place: Place };

/** Reads one YAML file of at most `most` bytes. `file` is what findings call it. Throws nothing, whatever the file holds. */
export function readYaml(path: string, file: string, most: number): ReadYaml {
  let text: string;
  try {
    const bytes = readFileSync(path);
    if (bytes.length > most) return { problem: `the file has ${bytes.length} bytes; at most ${most} are read`, place: { file } };
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    return { problem: `the file cannot be read as text: ${(error as Error).message}`, place: { file } };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [error] = document.errors;
  if (error) return { problem: `the file is no YAML: ${error.message.split('\n')[0] ?? ''}`, place: at(lines, file, error.pos[0]) };
  try {
    return { value: document.toJS({ maxAliasCount: 50 }), place: placer(document, lines, file) };
  } catch (thrown) {
    return { problem: `the file is no YAML: ${(thrown as Error).message}`, place: { file } };
  }
}

function placer(document: Document.Parsed, lines: LineCounter, file: string): (path: Path) => Place {
  return (path) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true) as { readonly range?: readonly [number, number, number] | null } | undefined;
      if (node?.range) return { ...at(lines, file, node.range[0]), ...(path.length > 0 ? { path: pathText(path) } : {}) };
    }
    return { file, line: 1, column: 1 };
  };
}

function at(lines: LineCounter, file: string, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}

function pathText(path: Path): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
