import { sha256Hex } from '../../core/digests';

/** `previous` of the first record of an epoch. */
export const CHAIN_START = '0'.repeat(64);

/** sha256 (hex) of a record's line, without the line feed: `previous` of the record that follows. */
export function lineHash(line: string): string {
  return sha256Hex(line);
}

export interface ChainState {
  readonly sequence: number;
  readonly previous: string;
}

export type ChainReading =
  | {
      readonly ok: true;
      readonly records: number;
      readonly end: ChainState;
      /** Bytes after the last line feed: a writer that was killed in the middle of a line. */
      readonly tornBytes: number;
    }
  | { readonly ok: false; readonly line: number; readonly reason: 'not-json' | 'gap' | 'other-previous' };

/** Follows the chain of one epoch's text from `start`; the files of an epoch are read in order, each from the end of the one before. */
export function readChain(text: string, start: ChainState = { sequence: 0, previous: CHAIN_START }): ChainReading {
  const lines = text.split('\n');
  const torn = lines.pop() ?? '';
  let { sequence, previous } = start;
  for (const [index, line] of lines.entries()) {
    let record: { sequence?: unknown; previous?: unknown };
    try {
      record = JSON.parse(line) as typeof record;
    } catch {
      return { ok: false, line: index + 1, reason: 'not-json' };
    }
    if (record.sequence !== sequence + 1) return { ok: false, line: index + 1, reason: 'gap' };
    if (record.previous !== previous) return { ok: false, line: index + 1, reason: 'other-previous' };
    sequence++;
    previous = lineHash(line);
  }
  return { ok: true, records: lines.length, end: { sequence, previous }, tornBytes: Buffer.byteLength(torn) };
}
