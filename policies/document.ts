import { readFileSync } from 'node:fs';
import { isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { Place } from '../core/findings/finding';

/** Keys and positions from the top of a document to a value. */
export type Path = readonly (string | number)[];

/** A YAML file that somebody wrote beside the models: its value and where each part stands, or the one reason why it is none. */
export type ReadYaml =
  | { readonly problem?: undefined; readonly value: unknown; readonly place: Placer }
  | { readonly problem: string; readonly place: Place; readonly fix?: string };

/** Where a key stands, or its nearest ancestor; with an offset, where that character of the text behind the key stands. */
export type Placer = (path: Path, offset?: number) => Place;

/** What most texts that are no YAML lack. */
const QUOTES = 'correct the YAML; a text with ": " or " #" in it, or that begins with one of [ ] { } & * ! | > @ `, stands in quotes';

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
  if (error) {
    const [said = ''] = error.message.split('\n');
    const fix = error.code === 'DUPLICATE_KEY' ? 'leave one of the two' : QUOTES;
    return { problem: `the file is no YAML: ${said.replace(/ at line \d+, column \d+:$/, '')}`, place: at(lines, file, error.pos[0]), fix };
  }
  try {
    return { value: document.toJS({ maxAliasCount: 50 }), place: placer(document, lines, file, text) };
  } catch (thrown) {
    return { problem: `the file is no YAML: ${(thrown as Error).message}`, place: { file } };
  }
}

function placer(document: Document.Parsed, lines: LineCounter, file: string, text: string): Placer {
  return (path, offset = 0) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true) as WithRange | undefined;
      if (!node?.range) continue;
      const start = length === path.length && offset > 0 ? inside(text, node, offset) : node.range[0];
      return { ...at(lines, file, start), ...(path.length > 0 ? { path: pathText(path) } : {}) };
    }
    return { file, line: 1, column: 1 };
  };
}

interface WithRange {
  readonly range?: readonly [number, number, number] | null;
}

/** Where a character of a text stands in the file: however the text is folded, the letters between the blanks are the same. */
function inside(text: string, node: WithRange, offset: number): number {
  const [start = 0, end = start] = node.range ?? [];
  if (!isScalar(node) || typeof node.value !== 'string') return start;
  const isBlock = node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL';
  const isQuoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
  let here = isBlock ? text.indexOf('\n', start) + 1 : isQuoted ? start + 1 : start;
  let letters = node.value.slice(0, offset).replace(/\s/g, '').length;
  while (here < end && (letters > 0 || /\s/.test(text.charAt(here)))) {
    if (!/\s/.test(text.charAt(here))) letters -= 1;
    // One letter that is written as two.
    if (node.type === 'QUOTE_DOUBLE' && text.charAt(here) === '\\') here += 1;
    here += 1;
  }
  return Math.min(here, Math.max(start, end - 1));
}

function at(lines: LineCounter, file: string, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}

export function pathText(path: Path): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
