import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes that are read where they are needed: a file, or a buffer that is there anyway. */
export interface ByteSource {
  readonly size: number;
  /** The bytes from `offset`, fewer at the end. */
  read(offset: number, length: number): Uint8Array;
}

export function bufferSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

const WINDOW = 1 << 16;

/** Runs `work` over a file of any size, holding one window of it at a time. */
export function withFileSource<T>(path: string, work: (source: ByteSource) => T): T {
  const file = openSync(path, 'r');
  try {
    const window = Buffer.allocUnsafe(WINDOW);
    let start = 0;
    let end = 0;
    const read = (offset: number, length: number): Uint8Array => {
      if (length > WINDOW) {
        const whole = Buffer.alloc(length);
        return whole.subarray(0, readSync(file, whole, 0, length, offset));
      }
      if (offset < start || offset + length > end) {
        start = offset;
        end = offset + readSync(file, window, 0, WINDOW, offset);
      }
      return window.subarray(offset - start, Math.min(offset - start + length, end - start));
    };
    return work({ size: fstatSync(file).size, read });
  } finally {
    closeSync(file);
  }
}

/** The bytes are not a protobuf message of the expected kind. */
export class Malformed extends Error {}

/** One field of a message: its number, and its value's range in the source or its number. */
export type Field =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'bytes'; readonly start: number; readonly end: number }
  | { readonly number: number; readonly kind: 'fixed' };

/**
 * The fields of the message that stands in `[start, end)`, in order. Contents are skipped, never read:
 * whoever wants one descends into its range. That is what keeps gigabytes of weights on the disk.
 *
 * @throws Malformed
 */
export function* fields(source: ByteSource, start: number, end: number): Generator<Field> {
  let at = start;
  while (at < end) {
    const tag = varint(source, at, end);
    at = tag.next;
    const number = Number(tag.value >> 3n);
    if (number === 0 || number > 0x1fffffff) throw new Malformed(`a field at byte ${at} has no valid number`);
    switch (Number(tag.value & 7n)) {
      case 0: {
        const value = varint(source, at, end);
        at = value.next;
        yield { number, kind: 'varint', value: value.value };
        break;
      }
      case 1:
        at = skipped(at, 8, end);
        yield { number, kind: 'fixed' };
        break;
      case 2: {
        const length = varint(source, at, end);
        const from = length.next;
        if (length.value > BigInt(end - from)) throw new Malformed(`a field at byte ${at} is longer than what is left`);
        at = from + Number(length.value);
        yield { number, kind: 'bytes', start: from, end: at };
        break;
      }
      case 5:
        at = skipped(at, 4, end);
        yield { number, kind: 'fixed' };
        break;
      default:
        throw new Malformed(`a field at byte ${at} has an unknown wire type`);
    }
  }
}

function skipped(at: number, length: number, end: number): number {
  if (at + length > end) throw new Malformed('the last field is cut off');
  return at + length;
}

function varint(source: ByteSource, at: number, end: number): { readonly value: bigint; readonly next: number } {
  const bytes = source.read(at, Math.min(10, end - at));
  // Lengths and tags nearly always fit a small number; bigint only where they do not.
  let small = 0;
  for (let index = 0; index < Math.min(4, bytes.length); index++) {
    const byte = bytes[index] as number;
    small |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return { value: BigInt(small), next: at + index + 1 };
  }
  let value = 0n;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: at + index + 1 };
  }
  throw new Malformed(bytes.length < 10 ? 'the last number is cut off' : `the number at byte ${at} is too long`);
}

/**
 * The text of a `bytes` field.
 *
 * @throws Malformed when it is longer than `limit` or not UTF-8
 */
export function textOf(source: ByteSource, field: Field, limit: number): string {
  const { start, end } = message(field);
  if (end - start > limit) throw new Malformed(`a name at byte ${start} is longer than ${limit} bytes`);
  const bytes = source.read(start, end - start);
  if (bytes.length < end - start) throw new Malformed('the file ends early');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Malformed(`a name at byte ${start} is not UTF-8`);
  }
}

/** The range of a field that must hold a message or a text. */
export function message(field: Field): { readonly start: number; readonly end: number } {
  if (field.kind !== 'bytes') throw new Malformed(`field ${field.number} holds a number where a message belongs`);
  return field;
}

/** The number of a field, as a signed 64-bit one. */
export function integerOf(field: Field): number {
  if (field.kind !== 'varint') throw new Malformed(`field ${field.number} holds a message where a number belongs`);
  return Number(BigInt.asIntN(64, field.value));
}
