import type { KeyPath } from './document';

/** `['versions', '1.4.0', 'scaling', 'schedule', 0]` → `versions["1.4.0"].scaling.schedule[0]`. */
export function formatPath(path: KeyPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[A-Za-z_$][-\w$]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** A text by which paths can be compared and kept in sets. */
export function pathKey(path: KeyPath): string {
  return path.map(String).join('\u0000');
}

/** `/a/0/b~1c` → `['a', '0', 'b/c']`; whether a step is an index only the value can tell. */
export function parsePointer(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
