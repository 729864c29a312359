/** A change of one file, ready to be shown or written. */
export interface Edit {
  /** Relative to the project, with `/`. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** What differs, in order; empty where nothing does. */
  readonly hunks: readonly Hunk[];
}

/** Lines that are replaced. */
export interface Hunk {
  /** First line in the old text, from 1; where nothing is removed, the line before which lines are added. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Why a text cannot be edited as asked, as a sentence without stop. */
export class EditRefused extends Error {}

export function makeEdit(file: string, before: string, after: string): Edit {
  return { file, before, after, hunks: hunksOf(before, after) };
}

/** Differences line by line, by longest common subsequence of what lies between the first and the last difference. */
export function hunksOf(before: string, after: string): readonly Hunk[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let [oldEnd, nowEnd] = [old.length, now.length];
  while (oldEnd > start && nowEnd > start && old[oldEnd - 1] === now[nowEnd - 1]) [oldEnd, nowEnd] = [oldEnd - 1, nowEnd - 1];
  const hunks: { line: number; removed: string[]; added: string[] }[] = [];
  let [at, to] = [start, start];
  const open = (): { removed: string[]; added: string[] } => {
    const last = hunks.at(-1);
    if (last && last.line + last.removed.length === at + 1) return last;
    const fresh = { line: at + 1, removed: [], added: [] };
    hunks.push(fresh);
    return fresh;
  };
  const common = commonLengths(old.slice(start, oldEnd), now.slice(start, nowEnd));
  while (at < oldEnd || to < nowEnd) {
    const [i, j] = [at - start, to - start];
    if (at < oldEnd && to < nowEnd && old[at] === now[to]) [at, to] = [at + 1, to + 1];
    else if (at < oldEnd && (to === nowEnd || (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))) {
      open().removed.push(old[at] as string);
      at += 1;
    } else {
      open().added.push(now[to] as string);
      to += 1;
    }
  }
  return hunks;
}

/** `[i][j]`: length of the longest common subsequence of what follows line `i` of one and `j` of the other. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      (table[i] as number[])[j] =
        a[i] === b[j] ? (table[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(table[i + 1]?.[j] ?? 0, table[i]?.[j + 1] ?? 0);
    }
  }
  return table;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
