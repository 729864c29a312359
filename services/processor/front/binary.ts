import type { Datatype, TensorInput } from '../../../core/contract/bundle';
import { CodecError } from '../codec/types';

/**
 * The binary tensor extension of the Open Inference Protocol, as Triton's own client uses it: little-endian elements in row-major order;
 * BYTES with four bytes of length before each.
 * Source: https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */

type Read = (bytes: Buffer, at: number) => number | bigint;
type Write = (bytes: Buffer, value: string, at: number) => void;

const FIXED: { readonly [datatype in Exclude<Datatype, 'BYTES'>]: { readonly size: number; readonly read: Read; readonly write: Write } } =
  {
    BOOL: { size: 1, read: (b, at) => b.readUInt8(at), write: (b, v, at) => b.writeUInt8(v === 'true' || v === '1' ? 1 : 0, at) },
    UINT8: { size: 1, read: (b, at) => b.readUInt8(at), write: (b, v, at) => b.writeUInt8(Number(v), at) },
    UINT16: { size: 2, read: (b, at) => b.readUInt16LE(at), write: (b, v, at) => b.writeUInt16LE(Number(v), at) },
    UINT32: { size: 4, read: (b, at) => b.readUInt32LE(at), write: (b, v, at) => b.writeUInt32LE(Number(v), at) },
    UINT64: { size: 8, read: (b, at) => b.readBigUInt64LE(at), write: (b, v, at) => b.writeBigUInt64LE(BigInt(v), at) },
    INT8: { size: 1, read: (b, at) => b.readInt8(at), write: (b, v, at) => b.writeInt8(Number(v), at) },
    INT16: { size: 2, read: (b, at) => b.readInt16LE(at), write: (b, v, at) => b.writeInt16LE(Number(v), at) },
    INT32: { size: 4, read: (b, at) => b.readInt32LE(at), write: (b, v, at) => b.writeInt32LE(Number(v), at) },
    INT64: { size: 8, read: (b, at) => b.readBigInt64LE(at), write: (b, v, at) => b.writeBigInt64LE(BigInt(v), at) },
    FP16: { size: 2, read: (b, at) => fromHalf(b.readUInt16LE(at)), write: (b, v, at) => b.writeUInt16LE(toHalf(Number(v)), at) },
    FP32: { size: 4, read: (b, at) => shortest(b.readFloatLE(at)), write: (b, v, at) => b.writeFloatLE(Number(v), at) },
    FP64: { size: 8, read: (b, at) => b.readDoubleLE(at), write: (b, v, at) => b.writeDoubleLE(Number(v), at) },
  };

/**
 * Raw bytes of one tensor → its elements; 64-bit integers as digits, because a double does not hold them all; BYTES as text, or in their `encoding`.
 *
 * @throws CodecError when the bytes do not make whole elements, or one is no number.
 */
export function readBinary(
  bytes: Buffer,
  datatype: Datatype,
  pointer: string,
  encoding?: TensorInput['encoding'],
): readonly (number | string | boolean)[] {
  if (datatype === 'BYTES') return readTexts(bytes, pointer, encoding);
  const { size, read } = FIXED[datatype];
  if (bytes.length % size !== 0) throw new CodecError(pointer, 'binary', 'the bytes do not make whole elements');
  return Array.from({ length: bytes.length / size }, (_, index) => {
    const value = read(bytes, index * size);
    if (typeof value === 'bigint') return value.toString();
    if (!Number.isFinite(value)) throw new CodecError(pointer, 'range', 'infinity and NaN are no numbers');
    return datatype === 'BOOL' ? value !== 0 : value;
  });
}

function readTexts(bytes: Buffer, pointer: string, encoding: TensorInput['encoding']): readonly string[] {
  const texts: string[] = [];
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let at = 0; at < bytes.length;) {
    const start = at + 4;
    const length = start <= bytes.length ? bytes.readUInt32LE(at) : Infinity;
    if (start + length > bytes.length) throw new CodecError(pointer, 'binary', 'a text is longer than the bytes that are there');
    at = start + length;
    try {
      texts.push(encoding ? bytes.toString(encoding, start, at) : utf8.decode(bytes.subarray(start, at)));
    } catch {
      throw new CodecError(pointer, 'binary', 'a text is not valid UTF-8');
    }
  }
  return texts;
}

/** JSON texts of a tensor's elements → raw bytes. */
export function writeBinary(elements: readonly string[], datatype: Datatype, encoding?: TensorInput['encoding']): Buffer {
  if (datatype === 'BYTES') {
    return Buffer.concat(
      elements.flatMap((element) => {
        const text = Buffer.from(JSON.parse(element) as string, encoding);
        const length = Buffer.alloc(4);
        length.writeUInt32LE(text.length);
        return [length, text];
      }),
    );
  }
  const { size, write } = FIXED[datatype];
  const bytes = Buffer.alloc(elements.length * size);
  elements.forEach((element, index) => write(bytes, element, index * size));
  return bytes;
}

/** The shortest decimal that is the same 32-bit float, so that 0.1 is not keyed and shown as 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Nearest half-precision float, ties to even. */
function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const steps = size / 2 ** (exponent - 10);
  const whole = Math.floor(steps);
  const rest = steps - whole;
  const rounded = rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
  return sign | (size < 2 ** -14 ? rounded : ((exponent + 15) << 10) + (rounded - 1024));
}
