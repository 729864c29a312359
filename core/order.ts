/**
 * Compares two texts by the bytes of their UTF-8 form, which is the order of code points. Never by the machine's locale, so that every machine
 * writes the same files.
 */
export function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** UTF-16 puts the halves of code points above U+FFFF below U+E000..U+FFFF; UTF-8 puts them above. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Entries of an object in byte order of key. */
export function sortedEntries<T>(of: { readonly [key: string]: T }): [string, T][] {
  return Object.entries(of).sort(([a], [b]) => byBytes(a, b));
}

/** A copy of an object with its keys in byte order; one level only. */
export function sortedObject<T>(of: { readonly [key: string]: T }): { readonly [key: string]: T } {
  return Object.fromEntries(sortedEntries(of));
}
