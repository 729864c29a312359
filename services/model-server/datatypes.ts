import type { Tensor } from 'onnxruntime-node';
import type { Datatype } from '../../core/contract/bundle';
import type { JsonValue } from '../../core/json';
import { fromHalf, toHalf } from './half';

/** Element type of a tensor, in the words of ONNX Runtime. */
export type OrtType = Tensor.Type;

/** Elements of a tensor as ONNX Runtime holds them. */
export type Elements = Tensor.DataTypeMap[OrtType];

/** Reads the element at an index of the flat data; the text as written is there only where a double could not hold the number. */
export type ReadElement = (index: number) => { readonly value: JsonValue | undefined; readonly written?: string };

/** How one element type is named, read and written. */
interface Kind {
  readonly datatype: Datatype;
  /** Elements from JSON, or a sentence that says which element does not fit. */
  readonly read: (count: number, element: ReadElement) => Elements | { readonly problem: string };
  /** JSON text of one element; undefined for a number that JSON has no text for. */
  readonly write: (element: unknown) => string | undefined;
}

const floating = (datatype: Datatype, make: (count: number) => Elements, most: number): Kind => ({
  datatype,
  read: (count, element) =>
    fill(make(count), count, element, datatype, (value) => (typeof value === 'number' && Math.abs(value) <= most ? value : undefined)),
  write: finite,
});

const integer = (datatype: Datatype, make: (count: number) => Elements, low: number, high: number): Kind => ({
  datatype,
  read: (count, element) =>
    fill(make(count), count, element, datatype, (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high ? value : undefined,
    ),
  write: String,
});

/** 64-bit integers do not fit a double, so they are taken from the text and written as text. */
const big = (datatype: Datatype, make: (count: number) => Elements, low: bigint, high: bigint): Kind => ({
  datatype,
  read: (count, element) =>
    fill(make(count), count, element, datatype, (value, written) => {
      if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
      if (written !== undefined && !/^-?[0-9]+$/.test(written)) return undefined;
      const exact = BigInt(written ?? value);
      return exact >= low && exact <= high ? exact : undefined;
    }),
  write: String,
});

const MOST_FLOAT = 3.4028234663852886e38;
const MOST_HALF = 65504;

const KINDS: { readonly [type in OrtType]?: Kind } = {
  float32: floating('FP32', (count) => new Float32Array(count), MOST_FLOAT),
  float64: floating('FP64', (count) => new Float64Array(count), Number.MAX_VALUE),
  float16: {
    datatype: 'FP16',
    read: (count, element) =>
      fill(new Uint16Array(count), count, element, 'FP16', (value) =>
        typeof value === 'number' && Math.abs(value) <= MOST_HALF ? toHalf(value) : undefined,
      ),
    write: (element) => finite(fromHalf(Number(element))),
  },
  int8: integer('INT8', (count) => new Int8Array(count), -128, 127),
  int16: integer('INT16', (count) => new Int16Array(count), -32768, 32767),
  int32: integer('INT32', (count) => new Int32Array(count), -2147483648, 2147483647),
  uint8: integer('UINT8', (count) => new Uint8Array(count), 0, 255),
  uint16: integer('UINT16', (count) => new Uint16Array(count), 0, 65535),
  uint32: integer('UINT32', (count) => new Uint32Array(count), 0, 4294967295),
  int64: big('INT64', (count) => new BigInt64Array(count), -(2n ** 63n), 2n ** 63n - 1n),
  uint64: big('UINT64', (count) => new BigUint64Array(count), 0n, 2n ** 64n - 1n),
  bool: {
    datatype: 'BOOL',
    read: (count, element) =>
      fill(new Uint8Array(count), count, element, 'BOOL', (value) => (typeof value === 'boolean' ? Number(value) : undefined)),
    write: (element) => (element ? 'true' : 'false'),
  },
  string: {
    datatype: 'BYTES',
    read: (count, element) =>
      fill(new Array<string>(count), count, element, 'BYTES', (value) => (typeof value === 'string' ? value : undefined)),
    write: (element) => JSON.stringify(element),
  },
};

/** Open Inference Protocol name of an element type; undefined for those that the protocol does not know (complex, 4-bit). */
export function datatypeOf(type: OrtType): Datatype | undefined {
  return KINDS[type]?.datatype;
}

/** `count` elements from JSON, or a sentence about the first one that does not fit. */
export function readElements(type: OrtType, count: number, element: ReadElement): Elements | { readonly problem: string } {
  return kindOf(type).read(count, element);
}

/** JSON text `[…]` of a tensor's elements, flat; undefined if one of them is NaN or infinite, which JSON cannot say. */
export function writeElements(type: OrtType, elements: Elements): string | undefined {
  const { write } = kindOf(type);
  const texts: string[] = [];
  for (const element of elements as Iterable<unknown>) {
    const text = write(element);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return `[${texts.join(',')}]`;
}

function kindOf(type: OrtType): Kind {
  const kind = KINDS[type];
  if (!kind) throw new Error(`element type ${type} was to be refused when the model was loaded`);
  return kind;
}

function finite(element: unknown): string | undefined {
  return Number.isFinite(element) ? String(element) : undefined;
}

function fill(
  into: Elements,
  count: number,
  element: ReadElement,
  datatype: Datatype,
  convert: (value: JsonValue | undefined, written: string | undefined) => number | bigint | string | undefined,
): Elements | { readonly problem: string } {
  const slots = into as { [index: number]: number | bigint | string };
  for (let index = 0; index < count; index++) {
    const { value, written } = element(index);
    const converted = convert(value, written);
    if (converted === undefined) return { problem: `element ${index} is not a value of ${datatype}` };
    slots[index] = converted;
  }
  return into;
}
