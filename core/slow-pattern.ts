import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isJsonObject, type JsonSchema, type JsonValue } from './json';
import { packageRoot } from './package-root';

/** What recheck answers, as far as it is read here: https://makenowjust-labs.github.io/recheck/docs/usage/as-javascript-library/ */
interface Diagnostics {
  readonly status: 'safe' | 'vulnerable' | 'unknown';
  readonly complexity?: { readonly type: string; readonly degree?: number };
}
type CheckSync = (source: string, flags: string, parameters: { readonly timeout: number; readonly checker?: string }) => Diagnostics;

/** A pattern that cannot be judged within this time is refused by synth. */
const JUDGE_MS = 1000;
/** Texts are bounded, so a square of their length is bearable; a cube is not. */
const MOST_DEGREE = 2;

const judged = new Map<string, string | undefined>();

/** Why a pattern is too slow, as the end of a sentence; nothing when it is fast enough. Remembers what it judged. */
export function slowness(pattern: string, patienceMs: number = JUDGE_MS): string | undefined {
  if (isPlainlyFast(pattern)) return undefined;
  if (!judged.has(pattern)) judged.set(pattern, judge(pattern, patienceMs));
  return judged.get(pattern);
}

/**
 * Counted repetitions are judged as unbounded ones first: that can only be slower, and is decided in milliseconds where counting takes minutes.
 * What is too slow that way is judged again as it is written.
 */
function judge(pattern: string, patienceMs: number): string | undefined {
  const loose = uncounted(pattern);
  const first = loose === pattern ? undefined : verdict(loose, patienceMs);
  return loose !== pattern && first === undefined ? undefined : verdict(pattern, patienceMs);
}

function verdict(pattern: string, patienceMs: number): string | undefined {
  let result: Diagnostics;
  try {
    result = recheck()(pattern, 'u', { timeout: patienceMs });
  } catch {
    return 'could not be judged';
  }
  const { status, complexity } = result;
  if (status === 'safe') return undefined;
  if (status === 'unknown') return `could not be judged within ${patienceMs / 1000} s`;
  if (complexity?.type === 'polynomial' && (complexity.degree ?? 0) <= MOST_DEGREE) return undefined;
  return complexity?.type === 'polynomial'
    ? `takes time that grows with the power ${complexity.degree} of the length`
    : 'takes time that grows exponentially';
}

/** `x{0,9}` → `x*`, `x{3,40}` and `x{12}` → `x+`, outside of classes and escapes. */
function uncounted(pattern: string): string {
  return pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\{(\d+)(,\d*)?\}/gsu, (whole: string, least: string | undefined) =>
    least === undefined ? whole : Number(least) === 0 ? '*' : '+',
  );
}

let loaded: CheckSync | undefined;

/** The build in plain JavaScript: no helper processes, no native code. Loaded only when a pattern needs it, since it is large. */
function recheck(): CheckSync {
  loaded ??= (createRequire(join(packageRoot(), 'package.json'))('recheck/lib/browser') as { readonly checkSync: CheckSync }).checkSync;
  return loaded;
}

/**
 * Patterns whose matching is linear, or at worst a square, by their look: no group is repeated, and at most one atom is repeated a variable
 * number of times, beginning at the start of the text. Everything else is judged by recheck.
 */
export function isPlainlyFast(pattern: string): boolean {
  const bare = pattern.replace(/\\./gsu, 'x').replace(/\[[^\]]*\]/gsu, 'x');
  if (/\)[*+?{]/u.test(bare) || /[()|]/u.test(bare)) return false;
  // A question mark that only makes another quantifier lazy is counted too, to be careful.
  const variable = bare.match(/[*+?]|\{\d+,\d*\}/gu) ?? [];
  return variable.length <= (pattern.startsWith('^') ? 1 : 0);
}

type SchemaPath = readonly (string | number)[];

const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);

/** Every pattern of a schema: values of `pattern` and keys of `patternProperties`. */
export function patternsOf(schema: JsonSchema, at: SchemaPath = []): readonly { readonly path: SchemaPath; readonly pattern: string }[] {
  return Object.entries(schema).flatMap(([key, value]) => {
    const path = [...at, key];
    if (key === 'pattern' && typeof value === 'string') return [{ path, pattern: value }];
    if (DATA.has(key)) return [];
    const named =
      key === 'patternProperties' && isJsonObject(value)
        ? Object.keys(value).map((pattern) => ({ path: [...path, pattern], pattern }))
        : [];
    return [
      ...named,
      ...within(value, path, key === 'properties' || key === 'patternProperties' || key === '$defs' || key === 'dependentSchemas'),
    ];
  });
}

/** Schemas inside a keyword's value; in a map the keys are names, which may be called `pattern` too. */
function within(value: JsonValue | undefined, path: SchemaPath, isMap: boolean): ReturnType<typeof patternsOf> {
  if (Array.isArray(value))
    return value.flatMap((each: JsonValue, index) => (isJsonObject(each) ? patternsOf(each, [...path, index]) : []));
  if (!isJsonObject(value)) return [];
  if (!isMap) return patternsOf(value, path);
  return Object.entries(value).flatMap(([name, member]) => (isJsonObject(member) ? patternsOf(member, [...path, name]) : []));
}
