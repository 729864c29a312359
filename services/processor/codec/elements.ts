import type { Datatype, TensorInput } from '../../../core/contract/bundle';
import type { JsonValue } from '../../../core/json';
import { CodecError } from './types';

const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;

const INTEGER_RANGE: { readonly [datatype in Datatype]?: readonly [bigint, bigint] } = {
  UINT8: [0n, 255n],
  UINT16: [0n, 65_535n],
  UINT32: [0n, 4_294_967_295n],
  UINT64: [0n, 18_446_744_073_709_551_615n],
  INT8: [-128n, 127n],
  INT16: [-32_768n, 32_767n],
  INT32: [-2_147_483_648n, 2_147_483_647n],
  INT64: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
};

/** Largest finite value; what rounds above it would become infinite in the runtime. */
const FLOAT_MAX: { readonly [datatype in Datatype]?: number } = { FP16: 65_504, FP32: 3.4028235677973362e38, FP64: Number.MAX_VALUE };

/** True for the types whose values may be written as JSON strings, because a double does not hold them all. */
export function isWide(datatype: Datatype): boolean {
  return datatype === 'INT64' || datatype === 'UINT64';
}

/**
 * JSON text of one tensor element made from a field's value. `exactText` is the number as the caller wrote it, when a double does not hold it.
 * Booleans fill number tensors as 1 and 0; 64-bit integers may come as strings of digits. Bytes in base64 stay base64: how the runtime takes them is its protocol's matter.
 *
 * @throws CodecError when the value does not fit the datatype.
 */
export function elementText(
  value: JsonValue | undefined,
  { datatype, encoding }: Pick<TensorInput, 'datatype' | 'encoding'>,
  pointer: string,
  exactText: string | undefined,
): string {
  if (value === undefined || value === null) throw new CodecError(pointer, 'missing', 'the model takes no missing value here');
  switch (datatype) {
    case 'BOOL':
      if (typeof value === 'boolean') return value ? 'true' : 'false';
      break;
    case 'BYTES':
      if (typeof value !== 'string') break;
      if (encoding === 'base64' && Buffer.from(value, 'base64').toString('base64') !== value)
        throw new CodecError(pointer, 'contentEncoding', 'the value must be base64 of RFC 4648 with its padding, without line breaks');
      return JSON.stringify(value);
    case 'FP16':
    case 'FP32':
    case 'FP64':
      if (typeof value === 'boolean') return value ? '1' : '0';
      if (typeof value === 'number') {
        if (Math.abs(value) > (FLOAT_MAX[datatype] ?? Number.MAX_VALUE)) throw outOfRange(pointer, datatype);
        return exactText ?? JSON.stringify(value);
      }
      break;
    default:
      if (typeof value === 'boolean') return value ? '1' : '0';
      if (typeof value === 'number' || (typeof value === 'string' && isWide(datatype))) {
        return integerText(typeof value === 'string' ? value : (exactText ?? String(value)), datatype, pointer);
      }
  }
  throw new CodecError(pointer, 'datatype', `the model takes ${datatype} here`);
}

function integerText(text: string, datatype: Datatype, pointer: string): string {
  if (text === '-0') return '0';
  const digits = INTEGER.test(text) ? text : wholeNumber(text);
  if (digits === undefined) throw new CodecError(pointer, 'datatype', `the model takes ${datatype} here`);
  if (!inRange(digits, datatype)) throw outOfRange(pointer, datatype);
  return digits;
}

/** `1e21` or `12.0` as digits; undefined when the value is not whole, or too long to be any integer type. */
function wholeNumber(text: string): string | undefined {
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const power = Number(exponent) - fraction.length;
  const digits = whole + fraction;
  if (Math.abs(power) > 400 || digits.length > 400) return undefined;
  if (power >= 0) return BigInt(`${sign}${digits}${'0'.repeat(power)}`).toString();
  const padded = digits.padStart(1 - power, '0');
  return /^0*$/.test(padded.slice(power)) ? BigInt(`${sign}${padded.slice(0, power)}`).toString() : undefined;
}

function inRange(digits: string, datatype: Datatype): boolean {
  const range = INTEGER_RANGE[datatype];
  if (range === undefined || digits.length > 20) return false;
  const value = BigInt(digits);
  return value >= range[0] && value <= range[1];
}

function outOfRange(pointer: string, datatype: Datatype): CodecError {
  return new CodecError(pointer, 'range', `the value is out of the range of ${datatype}`);
}

/** Whether a runtime's element is what its tensor declares. `exactText` as in `elementText`. */
export function isElement(value: unknown, datatype: Datatype, exactText: string | undefined): boolean {
  switch (datatype) {
    case 'BOOL':
      return typeof value === 'boolean' || value === 0 || value === 1;
    case 'BYTES':
      return typeof value === 'string';
    case 'FP16':
    case 'FP32':
    case 'FP64':
      return typeof value === 'number';
    default: {
      if (typeof value !== 'number') return false;
      const digits = exactText === undefined ? (Number.isInteger(value) ? BigInt(value).toString() : undefined) : wholeNumber(exactText);
      return digits !== undefined && inRange(digits, datatype);
    }
  }
}
