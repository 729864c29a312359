import { documentFindings as kind } from '../../core/findings/documents';
import { finding, type Finding } from '../../core/findings/finding';

/** Largest document, in bytes. */
export const maxDocumentBytes = 1024 * 1024;

export interface DecodedText {
  /** Always some text, so that later phases can go on; empty where nothing can be made of the bytes. */
  readonly text: string;
  readonly findings: readonly Finding[];
}

// Control characters other than tab and line breaks, the halves of UTF-16, and the marks that reverse the direction of text.

const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/;

/** Bytes → text, refusing what is no plain UTF-8. */
export function decodeText(bytes: Uint8Array, file: string): DecodedText {
  const refuse = (which: keyof typeof kind, message: string, at?: { readonly line: number; readonly column: number }): DecodedText => ({
    text: '',
    findings: [finding(kind[which], { message, place: { file, ...at } })],
  });
  if (bytes.length > maxDocumentBytes)
    return refuse('tooLarge', `the file has ${bytes.length} bytes; at most ${maxDocumentBytes} are read`);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return refuse('byteOrderMark', 'the file is UTF-16', { line: 1, column: 1 });
  }
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const body = marked ? bytes.subarray(3) : bytes;
  const mark = marked ? refuse('byteOrderMark', 'the file begins with a byte-order mark', { line: 1, column: 1 }).findings : [];
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    const offset = firstBadByte(body);
    return refuse(
      'notUtf8',
      `byte ${offset + body.byteOffset - bytes.byteOffset} is not part of any UTF-8 character`,
      lineAndColumn(Buffer.from(body.subarray(0, offset)).toString('utf8')),
    );
  }
  const odd = forbidden.exec(text);
  if (!odd) return { text, findings: mark };
  const code = odd[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const found = refuse('controlCharacter', `the character U+${code} may not stand in a document`, lineAndColumn(text.slice(0, odd.index)));
  return { text: '', findings: [...mark, ...found.findings] };
}

/** Line and column of the place right behind the text, both from 1. */
export function lineAndColumn(before: string): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: before.length - start + 1 };
}

/** Halves the text until the first byte is found that no longer decodes. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

/** A cut character at the end is not bad yet: streaming waits for the rest. */
function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
