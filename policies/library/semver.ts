/** Semantic versions (semver.org 2.0.0), as the API server's `semver` reads them: no leading `v`, no missing parts. */

const NUMBER = '(0|[1-9][0-9]*)';
const FORM = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-([0-9A-Za-z.-]+))?(?:\\+([0-9A-Za-z.-]+))?$`);
const LONGEST = 200;

export class Semver {
  private constructor(
    readonly major: bigint,
    readonly minor: bigint,
    readonly patch: bigint,
    private readonly before: readonly string[],
  ) {}

  /** @throws Error where the text is no version */
  static parse(text: string): Semver {
    const found = text.length <= LONGEST ? FORM.exec(text) : null;
    if (found === null) throw new Error(`"${text.slice(0, LONGEST)}" is no semantic version`);
    const [, major = '0', minor = '0', patch = '0', before, build] = found;
    const parts = before?.split('.') ?? [];
    const wrong = [...parts, ...(build?.split('.') ?? [])].some((part) => part === '') || parts.some((part) => /^0[0-9]+$/.test(part));
    if (wrong) throw new Error(`"${text}" is no semantic version`);
    return new Semver(BigInt(major), BigInt(minor), BigInt(patch), parts);
  }

  static is(text: string): boolean {
    try {
      Semver.parse(text);
      return true;
    } catch {
      return false;
    }
  }

  /** -1, 0 or 1; what stands behind a plus does not count. */
  compareTo(other: Semver): bigint {
    const numbers = [this.major - other.major, this.minor - other.minor, this.patch - other.patch].find((each) => each !== 0n);
    if (numbers !== undefined) return numbers < 0n ? -1n : 1n;
    return compareParts(this.before, other.before);
  }
}

/** A version before its release is smaller than the release; numbers are smaller than words. */
function compareParts(a: readonly string[], b: readonly string[]): bigint {
  if (a.length === 0 || b.length === 0) return BigInt(Math.sign(b.length - a.length));
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const [left = '', right = ''] = [a[at], b[at]];
    if (left === right) continue;
    const numbers = [/^[0-9]+$/.test(left), /^[0-9]+$/.test(right)];
    if (numbers[0] && numbers[1]) return BigInt(left) < BigInt(right) ? -1n : 1n;
    if (numbers[0] !== numbers[1]) return numbers[0] ? -1n : 1n;
    return left < right ? -1n : 1n;
  }
  return BigInt(Math.sign(a.length - b.length));
}
