/**
 * Patterns that mean the same in RE2, which the API server uses, and in JavaScript. What only one of them knows is refused; what both know but
 * read differently (`.`, `\s`) is translated.
 */

/** RE2 refuses larger counts. */
const MOST_REPEATS = 1000;
const made = new Map<string, RegExp>();
const MOST_MADE = 500;

/** The pattern for Node. @throws Error that says what is not portable. */
export function portablePattern(source: string): RegExp {
  const known = made.get(source);
  if (known) return known;
  const pattern = new RegExp(translate(source), 'u');
  if (made.size >= MOST_MADE) made.clear();
  made.set(source, pattern);
  return pattern;
}

/** Why a pattern is not portable or may take for ever; nothing where it is fine. */
export function patternProblem(source: string): string | undefined {
  try {
    portablePattern(source);
  } catch (error) {
    return (error as Error).message;
  }
  return hasNestedQuantifier(source) ? 'has a quantifier inside a quantified group' : undefined;
}

function translate(source: string): string {
  let text = '';
  let inClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at] ?? '';
    const rest = source.slice(at);
    if (character === '\\') {
      text += escape(source[at + 1], inClass);
      at += 1;
    } else if (inClass) {
      if (rest.startsWith('[:')) throw new Error('has a named class such as [:alpha:]');
      if (character === ']') inClass = false;
      text += character === '[' ? '\\[' : character;
    } else if (character === '[') {
      inClass = true;
      const negated = source[at + 1] === '^';
      text += negated ? '[^' : '[';
      at += negated ? 1 : 0;
      if (source[at + 1] === ']') throw new Error('has a class that starts with "]"');
    } else if (character === '.') text += '[^\\n]';
    else {
      if (rest.startsWith('(?') && !rest.startsWith('(?:')) throw new Error('has a flag, a name or a look-around after "(?"');
      const count = /^\{([0-9]+)(?:,([0-9]*))?\}/.exec(rest);
      if (count && [count[1], count[2]].some((each) => Number(each ?? 0) > MOST_REPEATS))
        throw new Error(`repeats more than ${MOST_REPEATS} times`);
      if (/^([*+?]|\{[0-9]+(,[0-9]*)?\})[*+]/.test(rest)) throw new Error('has two quantifiers behind each other');
      text += character;
    }
  }
  return text;
}

function escape(letter: string | undefined, inClass: boolean): string {
  if (letter === undefined) throw new Error('ends with a backslash');
  if ('dDwW'.includes(letter) || 'nrtfv'.includes(letter)) return `\\${letter}`;
  if (letter === 's') return inClass ? '\\t\\n\\f\\r ' : '[\\t\\n\\f\\r ]';
  if (letter === 'S' && !inClass) return '[^\\t\\n\\f\\r ]';
  if (letter === 'b' && !inClass) return '\\b';
  if (/[A-Za-z0-9]/.test(letter)) throw new Error(`has \\${letter}, which RE2 and JavaScript read differently`);
  return /[\^$\\.*+?()[\]{}|/-]/.test(letter) ? (letter === '-' && !inClass ? '-' : `\\${letter}`) : letter;
}

/** `(a+)+`, `(a*b?)*`: a group that is repeated and holds a repetition without an end. */
function hasNestedQuantifier(source: string): boolean {
  const plain = source.replace(/\\./gs, 'x').replace(/\[[^\]]*\]/g, 'x');
  const open: { endless: boolean }[] = [{ endless: false }];
  for (let at = 0; at < plain.length; at += 1) {
    const character = plain[at];
    if (character === '(') open.push({ endless: false });
    const endless = /^([*+]|\{[0-9]+,\})/.test(plain.slice(character === ')' ? at + 1 : at));
    if (character === ')') {
      const group = open.pop() ?? { endless: false };
      if (group.endless && endless) return true;
      const outer = open.at(-1);
      if (outer && (group.endless || endless)) outer.endless = true;
    } else if (endless) {
      const outer = open.at(-1);
      if (outer) outer.endless = true;
    }
  }
  return false;
}
