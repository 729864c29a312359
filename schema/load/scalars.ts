import type { documentFindings } from '../../core/findings/documents';

/** The kinds of finding that an unquoted value can cause. */
export type ScalarTrap = Extract<
  keyof typeof documentFindings,
  'oldBoolean' | 'ambiguousNumber' | 'digestAsNumber' | 'unsafeNumber' | 'timestamp'
>;

export type PlainScalar =
  | { readonly trap?: undefined; readonly value: string | number | boolean | null }
  /** What the value would be as a text, and why it must not be guessed. */
  | { readonly trap: ScalarTrap; readonly value: string };

const decimal = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
// With point and sign, YAML 1.1 and 1.2 both read an exponent.
const agreedExponent = /^-?(0|[1-9][0-9]*)\.[0-9]+[eE][-+][0-9]+$/;
const plainNumberOfBoth = /^[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[1-9][0-9]*|0)$/;
const exponent = /^[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)[eE][-+]?[0-9]+$/;
const leadingZero = /^[-+]?0[0-9_]+(\.[0-9_]*)?$/;
const otherBase = /^[-+]?0([oO][0-7_]+|[xX][0-9a-fA-F_]+|[bB][01_]+)$/;
const underscored = /^[-+]?[0-9.][0-9_.]*_[0-9_.]*$/;
const sexagesimal = /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/;
const timestamp = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*)?$/;
const noNumber = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;
const oldBoolean = /^(yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/;
const digestLike = /^[0-9]+(e[0-9]+)?$/;

/**
 * Reads an unquoted scalar where YAML 1.1, YAML 1.2 and JSON agree about it, and names the trap where they do not.
 * Everything else is a text.
 */
export function readPlainScalar(source: string): PlainScalar {
  const first = source.charCodeAt(0);
  if (isLetter(first)) return readWord(source);
  if (source === '' || source === '~') return { value: null };
  if (!isNumeric(first)) return { value: source };
  if (decimal.test(source)) return readNumber(source);
  const trap = numberTrap(source);
  if (trap) return { trap, value: source };
  return agreedExponent.test(source) || plainNumberOfBoth.test(source) ? readNumber(source) : { value: source };
}

function readWord(source: string): PlainScalar {
  switch (source) {
    case 'true':
    case 'True':
    case 'TRUE':
      return { value: true };
    case 'false':
    case 'False':
    case 'FALSE':
      return { value: false };
    case 'null':
    case 'Null':
    case 'NULL':
      return { value: null };
    default:
      return source.length <= 3 && oldBoolean.test(source) ? { trap: 'oldBoolean', value: source } : { value: source };
  }
}

function numberTrap(source: string): ScalarTrap | undefined {
  if (timestamp.test(source)) return 'timestamp';
  if (noNumber.test(source)) return 'unsafeNumber';
  if (source.length >= 32 && digestLike.test(source)) return 'digestAsNumber';
  if (leadingZero.test(source) || otherBase.test(source) || underscored.test(source) || sexagesimal.test(source)) return 'ambiguousNumber';
  return exponent.test(source) && !agreedExponent.test(source) ? 'ambiguousNumber' : undefined;
}

function readNumber(source: string): PlainScalar {
  if (source.length >= 32 && digestLike.test(source)) return { trap: 'digestAsNumber', value: source };
  const value = Number(source);
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/[^0-9]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '');
  const survives = Number.isFinite(value) && digits.length <= 17 && (!Number.isInteger(value) || Number.isSafeInteger(value));
  // -0 and 0 are the same number to every reader but print differently.
  return survives ? { value: value === 0 ? 0 : value } : { trap: 'unsafeNumber', value: source };
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** Digits, sign and point, with which every number begins. */
function isNumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e;
}
