declare const brand: unique symbol;

/** A text that only the parser of its kind can make. */
type Branded<Kind extends string> = string & { readonly [brand]: Kind };

/** Folder name of a model: a DNS label of at most 45 characters, so that `<model>-v<n>-<n>-<n>` fits into 52. */
export type ModelName = Branded<'ModelName'>;
/** Last part of a method's URL and of its role. */
export type MethodName = Branded<'MethodName'>;
/** `v1`, `v2`, …: an API major. */
export type ContractName = Branded<'ContractName'>;
/** File name of a stack. */
export type StackName = Branded<'StackName'>;
/** MAJOR.MINOR.PATCH, no leading zeros, nothing behind. */
export type SemVer = Branded<'SemVer'>;

/** What a parser answers: the value, or why it is none. The reason completes the sentence "it …". */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const labelForm = 'must be small letters, digits and hyphens, starting with a letter and not ending with a hyphen';

/** Words that stand for something else below a contract's URL, or after the colon of a role. */
export const reservedMethods: readonly string[] = ['openai', 'pin', 'v2'];

export function parseModelName(text: string): Parsed<ModelName> {
  return parseLabel<ModelName>(text, 45);
}

export function parseStackName(text: string): Parsed<StackName> {
  return parseLabel<StackName>(text, 40);
}

export function parseMethodName(text: string): Parsed<MethodName> {
  if (reservedMethods.includes(text)) return { ok: false, reason: `is one of the reserved words ${reservedMethods.join(', ')}` };
  return parseLabel<MethodName>(text, 40);
}

function parseLabel<T extends string>(text: string, most: number): Parsed<T> {
  if (text.length > most) return { ok: false, reason: `must be at most ${most} characters long and has ${text.length}` };
  return label.test(text) ? { ok: true, value: text as T } : { ok: false, reason: labelForm };
}

export function parseContractName(text: string): Parsed<ContractName> {
  return /^v[1-9][0-9]{0,5}$/.test(text)
    ? { ok: true, value: text as ContractName }
    : { ok: false, reason: 'must be v1, v2, v3 and so on' };
}

export function parseSemVer(text: string): Parsed<SemVer> {
  const number = '(0|[1-9][0-9]{0,5})';
  return new RegExp(`^${number}\\.${number}\\.${number}$`).test(text)
    ? { ok: true, value: text as SemVer }
    : { ok: false, reason: 'must be MAJOR.MINOR.PATCH such as 1.4.0' };
}

/** The contract that a version serves: `1.4.0` → `v1`. */
export function contractOf(version: SemVer): ContractName {
  return `v${version.slice(0, version.indexOf('.'))}` as ContractName;
}

/** Orders MAJOR.MINOR.PATCH by number: 1.9.0 before 1.10.0. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let at = 0; at < 3; at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Orders `v2` before `v10`. */
export function compareContracts(a: string, b: string): number {
  return Number(a.slice(1)) - Number(b.slice(1));
}

/** The word that was probably meant, if one is close: at most a third of the letters wrong, swapped neighbours count once. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(Math.min(word.length, 64) / 3)) + 1;
  for (const candidate of words) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const distance = editDistance(word.toLowerCase().slice(0, 64), candidate.toLowerCase().slice(0, 64));
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
