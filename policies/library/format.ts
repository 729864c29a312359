/** `string.format(list)` as the API server does it. */

const VERB = /%(%|(?:\.([0-9]+))?([sdfexXob]))|%/g;

/** @throws Error on an unknown verb, too few or too many values, or a value of another kind */
export function formatText(template: string, values: readonly unknown[]): string {
  let next = 0;
  const text = template.replace(VERB, (whole, escaped?: string, digits?: string, verb?: string) => {
    if (escaped === '%') return '%';
    if (verb === undefined) throw new Error(`could not parse formatting clause "${whole}"`);
    if (next >= values.length) throw new Error(`index ${next} out of range`);
    const value = values[next];
    next += 1;
    return one(verb, value, digits === undefined ? 6 : Number(digits));
  });
  return text;
}

function one(verb: string, value: unknown, digits: number): string {
  switch (verb) {
    case 's':
      return shown(value);
    case 'd':
      if (typeof value === 'bigint') return String(value);
      break;
    case 'f':
      if (typeof value === 'number' || typeof value === 'bigint') return Number(value).toFixed(digits);
      break;
    case 'e':
      if (typeof value === 'number' || typeof value === 'bigint')
        return Number(value)
          .toExponential(digits)
          .replace(/e([+-])([0-9])$/, 'e$10$2');
      break;
    default: {
      const base = verb === 'b' ? 2 : verb === 'o' ? 8 : 16;
      if (typeof value === 'bigint') return cased(value.toString(base), verb);
      if (typeof value === 'boolean' && base === 2) return value ? '1' : '0';
      if (typeof value === 'string' && base === 16) return cased(Buffer.from(value).toString('hex'), verb);
    }
  }
  throw new Error(`%${verb} does not take a ${typeof value}`);
}

const cased = (text: string, verb: string): string => (verb === 'X' ? text.toUpperCase() : text);

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (value === null) return 'null';
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, each]) => `${key}: ${shown(each)}`).join(', ')}}`;
  }
  return String(value);
}
