import type { JsonValue } from '../../../core/json';

/** One thing that is wrong: where, which keyword says so, and what it asks for; never a value of the caller. */
export interface Fault {
  readonly pointer: string;
  readonly rule: string;
  readonly detail: string;
}

/** Collects faults up to a bound; what comes later is not told. */
export class Faults {
  readonly found: Fault[] = [];

  constructor(private readonly most: number) {}

  add(pointer: string, rule: string, detail: string): void {
    if (this.found.length < this.most) this.found.push({ pointer, rule, detail });
  }
}

/**
 * Whether a value fits. Without `faults` it stops at the first thing wrong, and pointers are not made;
 * with them it goes on, telling each.
 */
export type Check = (value: JsonValue, pointer: string, faults: Faults | undefined) => boolean;

export const always: Check = () => true;

/** All checks in order: as one. */
export function every(checks: readonly Check[]): Check {
  const [first, second] = checks;
  if (first === undefined) return always;
  if (second === undefined) return first;
  return (value, pointer, faults) => {
    let fits = true;
    for (const check of checks) {
      if (check(value, pointer, faults)) continue;
      if (faults === undefined) return false;
      fits = false;
    }
    return fits;
  };
}

/** A check of one keyword. */
export function rule(name: string, detail: string, fits: (value: JsonValue) => boolean): Check {
  return (value, pointer, faults) => {
    if (fits(value)) return true;
    faults?.add(pointer, name, detail);
    return false;
  };
}
