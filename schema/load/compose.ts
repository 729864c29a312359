import { Composer, Lexer, Parser, type CST, type ParsedNode } from 'yaml';
import type { documentFindings } from '../../core/findings/documents';

/** Levels of mappings and lists that are read. */
export const maxDepth = 100;

/** Something about the text as YAML: which finding, where, and in which words. */
export interface Problem {
  readonly kind: keyof typeof documentFindings;
  /** Offset in UTF-16 units. */
  readonly offset: number;
  readonly message: string;
}

export interface Composed {
  /** The first document's tree; absent where there is none or it cannot be trusted. */
  readonly root?: ParsedNode;
  readonly problems: readonly Problem[];
}

// Scalars all arrive as texts (`failsafe`), because their meaning is decided in `scalars.ts`; duplicate keys are found in `parse.ts`.
const options = { version: '1.2', schema: 'failsafe', merge: false, uniqueKeys: false, strict: true, logLevel: 'silent' } as const;

/**
 * Text → YAML tree with positions, by the library's three stages one by one, so that depth, tags and directives are seen on the way:
 * composing is recursive, and would overflow the stack on a text that is nested 10,000 deep.
 */
export function composeYaml(text: string): Composed {
  const problems: Problem[] = [];
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let scalarFollows = false;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const control = lexeme === scalarMark || lexeme === documentMark || lexeme === flowErrorMark;
    if (!control) {
      if (!scalarFollows && lexeme.startsWith('!')) problems.push({ kind: 'tag', offset, message: `the tag "${lexeme}" is not read` });
      if (!scalarFollows && lexeme.startsWith('%'))
        problems.push({ kind: 'tag', offset, message: `the directive "${lexeme.trim()}" is not read` });
      offset += lexeme.length;
    }
    scalarFollows = lexeme === scalarMark;
    for (const token of parser.next(lexeme)) tokens.push(token);
    // A mapping and its value are two entries of the parser's stack at most three; the exact depth is counted while values are read.
    if (parser.stack.length > maxDepth * 3) return { problems: [tooDeep(offset)] };
  }
  for (const token of parser.end()) tokens.push(token);
  return composeTokens(tokens, text, problems);
}

function composeTokens(tokens: readonly CST.Token[], text: string, problems: Problem[]): Composed {
  const documents = [...new Composer(options).compose(tokens, false, text.length)];
  const [document, second] = documents;
  const error = document?.errors[0];
  if (error) {
    const kind = error.code === 'TAB_AS_INDENT' ? 'tab' : 'syntax';
    const said = error.message.split('\n')[0] ?? error.message;
    problems.push({
      kind,
      offset: error.pos[0],
      message: kind === 'tab' ? 'a tab stands where spaces are needed' : lowerFirst(said.replace(/[.:]$/, '')),
    });
    return { problems };
  }
  if (second) problems.push({ kind: 'severalDocuments', offset: second.range[0], message: `the file holds ${documents.length} documents` });
  return document?.contents ? { root: document.contents, problems } : { problems };
}

export function tooDeep(offset: number): Problem {
  return { kind: 'tooDeep', offset, message: `more than ${maxDepth} levels` };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

// Marks that the library's lexer puts between lexemes; they are no part of the text.
const documentMark = '\u0002';
const flowErrorMark = '\u0018';
const scalarMark = '\u001f';
