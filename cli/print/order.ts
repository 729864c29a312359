import type { Finding } from '../../core/findings/finding';
import { byBytes } from '../../core/order';

/** By file, line, column, code, message: the order a person walks the files in, and the same in every run. */
export function byPlace(a: Finding, b: Finding): number {
  return (
    byBytes(a.place?.file ?? '', b.place?.file ?? '') ||
    (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
    (a.place?.column ?? 0) - (b.place?.column ?? 0) ||
    byBytes(a.code, b.code) ||
    byBytes(a.message, b.message)
  );
}
