/** Kubernetes quantities with the meaning of the API server: exact, never floating point. */

const NANOS = 1_000_000_000n;
/** The API server caps quantities here. */
const MOST = (2n ** 63n - 1n) * NANOS;
const FORM = /^([+-]?)([0-9]+)?(?:\.([0-9]*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]+)?$/;
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: { readonly [suffix: string]: number } = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
/** Digits that a text may have; longer ones are no quantities that anybody means. */
const LONGEST = 60;

export class Quantity {
  private constructor(
    readonly nanos: bigint,
    /** Written without a fraction and without a suffix below one: then the API server calls it an integer. */
    private readonly whole: boolean,
  ) {}

  /** @throws Error where the text is no quantity */
  static parse(text: string): Quantity {
    const found = text.length <= LONGEST ? FORM.exec(text) : null;
    const [, sign = '', whole = '', fraction = '', suffix = ''] = found ?? [];
    if (found === null || (whole === '' && fraction === '')) throw new Error(`"${text.slice(0, LONGEST)}" is no quantity`);
    const power = BINARY.indexOf(suffix) + 1;
    const exponent = power > 0 ? 0 : (DECIMAL[suffix] ?? Number(suffix.slice(1)));
    if (Math.abs(exponent) > LONGEST) throw new Error(`"${text}" is no quantity`);
    const scaled = BigInt(whole + fraction) * 1024n ** BigInt(power);
    const shift = 9 + exponent - fraction.length;
    const nanos = shift >= 0 ? scaled * 10n ** BigInt(shift) : divideUp(scaled, 10n ** BigInt(-shift));
    const capped = nanos > MOST ? MOST : nanos;
    return new Quantity(sign === '-' ? -capped : capped, exponent - fraction.length >= 0);
  }

  static of(value: bigint): Quantity {
    return new Quantity(value * NANOS, true);
  }

  static is(text: string): boolean {
    try {
      Quantity.parse(text);
      return true;
    } catch {
      return false;
    }
  }

  sign(): bigint {
    return this.nanos === 0n ? 0n : this.nanos > 0n ? 1n : -1n;
  }

  isInteger(): boolean {
    return this.whole;
  }

  /** @throws Error where the value has a fraction */
  asInteger(): bigint {
    if (!this.whole) throw new Error('cannot convert value to integer');
    return this.nanos / NANOS;
  }

  asApproximateFloat(): number {
    return Number(this.nanos) / Number(NANOS);
  }

  add(other: Quantity): Quantity {
    return new Quantity(this.nanos + other.nanos, this.whole && other.whole);
  }

  sub(other: Quantity): Quantity {
    return new Quantity(this.nanos - other.nanos, this.whole && other.whole);
  }

  /** -1, 0 or 1. */
  compareTo(other: Quantity): bigint {
    return this.nanos === other.nanos ? 0n : this.nanos < other.nanos ? -1n : 1n;
  }
}

/** What is smaller than a billionth counts as one. */
function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
