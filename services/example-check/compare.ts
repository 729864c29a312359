import { isJsonObject, type JsonValue } from '../../core/json';
import { childPointer } from '../../core/pointer';

/** Where and how an answer differs. */
export interface Difference {
  /** JSON pointer into the answer. */
  readonly pointer: string;
  readonly reason: string;
}

/**
 * The first difference between the answer that an example promises and the one that came, or undefined.
 * Numbers may differ by `tolerance` (absolute); everything else, the names of fields included, must be the same.
 */
export function difference(expected: JsonValue, actual: JsonValue | undefined, tolerance: number, pointer = ''): Difference | undefined {
  if (actual === undefined) return { pointer, reason: 'is missing' };
  if (typeof expected === 'number' && typeof actual === 'number') {
    // Half an ulp of the bound must not decide: 0.3 - 0.2 is within 0.1.
    const slack = tolerance + Number.EPSILON * Math.max(Math.abs(expected), Math.abs(actual));
    return Math.abs(expected - actual) <= slack ? undefined : { pointer, reason: `is ${actual}, not ${expected} ± ${tolerance}` };
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) return { pointer, reason: `has ${actual.length} elements, not ${expected.length}` };
    return first(
      expected.map((_, index) => [index, expected[index], actual[index]] as const),
      tolerance,
      pointer,
    );
  }
  if (isJsonObject(expected) && isJsonObject(actual)) {
    const extra = Object.keys(actual).find((key) => !Object.hasOwn(expected, key));
    if (extra !== undefined) return { pointer: childPointer(pointer, extra), reason: 'is not in the example' };
    return first(
      Object.entries(expected).map(([key, value]) => [key, value, Object.hasOwn(actual, key) ? actual[key] : undefined] as const),
      tolerance,
      pointer,
    );
  }
  return expected === actual ? undefined : { pointer, reason: `is ${short(actual)}, not ${short(expected)}` };
}

function first(
  pairs: readonly (readonly [key: string | number, expected: JsonValue | undefined, actual: JsonValue | undefined])[],
  tolerance: number,
  pointer: string,
): Difference | undefined {
  for (const [key, expected, actual] of pairs) {
    if (expected === undefined) continue;
    const found = difference(expected, actual, tolerance, childPointer(pointer, key));
    if (found) return found;
  }
  return undefined;
}

function short(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
