import type { Parsed } from './names';

/**
 * Quantities of the two documents. Text is parsed once, at the door; inside the code a quantity is a whole number whose unit stands in the
 * name: `cpuMillis`, `memoryBytes`, `timeoutMs`. The formatters write the shortest text that means the same, as Kubernetes and Envoy take it.
 */

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const byteUnits = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 } as const;

/** `500m`, `2`, `0.5` or a number of cores → thousandths of a core. */
export function parseCpu(given: string | number): Parsed<number> {
  const text = String(given);
  const millis = /^([0-9]{1,7})m$/.exec(text)?.[1];
  const value = millis !== undefined ? Number(millis) : /^[0-9]{1,4}(\.[0-9]{1,3})?$/.test(text) ? Math.round(Number(text) * 1000) : 0;
  return value > 0
    ? { ok: true, value }
    : { ok: false, reason: 'must be millicores such as 500m, or a number of cores such as 2, above 0' };
}

/** Thousandths of a core → `500m` or `2`. */
export function formatCpu(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}

/** `64Ki`, `512Mi`, `2Gi`, `1Ti` → bytes. A plain number is refused, because nobody can tell its unit. */
export function parseBytes(text: string): Parsed<number> {
  const [, amount, unit] = /^([0-9]{1,12})(Ki|Mi|Gi|Ti)$/.exec(text) ?? [];
  return whole(
    amount,
    unit === undefined ? undefined : byteUnits[unit as keyof typeof byteUnits],
    'a size with a unit such as 64Ki, 512Mi or 2Gi',
  );
}

/** Bytes → the largest unit that divides them, or the plain number. */
export function formatBytes(bytes: number): string {
  return largest(bytes, byteUnits) ?? String(bytes);
}

/** `250ms`, `30s`, `10m`, `2h`, `400d` → milliseconds. */
export function parseDuration(text: string): Parsed<number> {
  const [, amount, unit] = /^([0-9]{1,12})(ms|s|m|h|d)$/.exec(text) ?? [];
  return whole(
    amount,
    unit === undefined ? undefined : durationUnits[unit as keyof typeof durationUnits],
    'a duration such as 250ms, 30s, 10m, 2h or 7d',
  );
}

/** Milliseconds → the largest unit that divides them. */
export function formatDuration(ms: number): string {
  return largest(ms, durationUnits) ?? '0s';
}

/** `70`, `"70"` or `"70%"` → 70. */
export function parsePercent(given: string | number): Parsed<number> {
  const value = Number(/^([0-9]{1,3}(?:\.[0-9]{1,6})?)%?$/.exec(String(given))?.[1] ?? NaN);
  return value >= 0 && value <= 100 ? { ok: true, value } : { ok: false, reason: 'must be a percentage from 0 to 100' };
}

function whole(amount: string | undefined, unit: number | undefined, form: string): Parsed<number> {
  if (amount === undefined || unit === undefined) return { ok: false, reason: `must be ${form}` };
  const value = Number(amount) * unit;
  return Number.isSafeInteger(value) ? { ok: true, value } : { ok: false, reason: 'is too large' };
}

function largest(value: number, units: { readonly [unit: string]: number }): string | undefined {
  if (value === 0) return undefined;
  const unit = Object.entries(units)
    .reverse()
    .find(([, size]) => value % size === 0);
  return unit ? `${value / unit[1]}${unit[0]}` : undefined;
}
