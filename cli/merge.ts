import type { Finding } from '../core/findings/finding';
import type { ReportedFinding } from './print/format';

/** What one stack's judgement found; `stack` is undefined for the built-in one. */
export interface Judgement {
  readonly stack: string | undefined;
  readonly findings: readonly Finding[];
}

const identity = ({ code, message, place, model }: Finding): string =>
  JSON.stringify([code, message, place?.file, place?.line, place?.column, place?.path, model]);

/** Findings of several stacks as one list: what every stack has is said once, what only some have carries their names. */
export function mergeFindings(judgements: readonly Judgement[]): readonly ReportedFinding[] {
  const merged = new Map<string, { readonly finding: Finding; readonly stacks: Set<string> }>();
  for (const { stack, findings } of judgements) {
    for (const each of findings) {
      const known = merged.get(identity(each)) ?? { finding: each, stacks: new Set<string>() };
      merged.set(identity(each), known);
      if (stack !== undefined) known.stacks.add(stack);
    }
  }
  return [...merged.values()].map(({ finding, stacks }) => {
    if (stacks.size === 0 || stacks.size === judgements.length) {
      if (judgements.length === 1) return finding;
      const { stack: _everywhere, ...rest } = finding;
      return rest;
    }
    return { ...finding, stacks: [...stacks] };
  });
}
