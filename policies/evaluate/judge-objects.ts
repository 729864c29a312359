import { isJsonObject, type JsonObject } from '../../core/json';
import type { Rule } from '../rule';
import { makeEnvironment } from './environment';
import type { WorkerVerdict } from './messages';
import { compileRule, errorText, subjects, undecidable, type Program, type Subject } from './program';
import { toCel } from './values';

/** Compiled rules, found by the kind of an object. Runs inside the worker; tests run it directly. */
export interface Judge {
  /** Rules that do not compile. */
  readonly broken: readonly { readonly rule: number; readonly message: string }[];
  judge(objects: readonly unknown[], options?: JudgeOptions): { readonly verdicts: readonly WorkerVerdict[]; readonly decisions: number };
}

export interface JudgeOptions {
  readonly skip?: ReadonlySet<number>;
  /** Objects that nobody can read, and why. */
  readonly unreadable?: ReadonlyMap<number, string>;
  /** Told before each decision. */
  readonly onDecision?: (object: number, rule: number) => void;
}

export function prepareJudge(rules: readonly Rule[]): Judge {
  const environment = makeEnvironment();
  const subjectOf = subjects(environment);
  const broken: { rule: number; message: string }[] = [];
  const programs = new Map<number, Program>();
  const byKind = new Map<string, number[]>();
  for (const [index, rule] of rules.entries()) {
    for (const kind of rule.kinds) byKind.set(kind, [...(byKind.get(kind) ?? []), index]);
    try {
      programs.set(index, compileRule(environment, rule));
    } catch (error) {
      broken.push({ rule: index, message: errorText(error) });
    }
  }
  const usedBy = (applying: readonly number[]): ReadonlySet<string> =>
    new Set(applying.flatMap((rule) => programs.get(rule)?.shared ?? []));
  const usedByKind = new Map([...byKind].map(([kind, applying]) => [kind, usedBy(applying)]));
  return {
    broken,
    judge(objects, { skip, unreadable, onDecision } = {}) {
      const verdicts: WorkerVerdict[] = [];
      let decisions = 0;
      for (const [object, value] of objects.entries()) {
        const kind = kindOf(value);
        const applying = (byKind.get(kind) ?? []).filter((rule) => !skip?.has(rule) && carries(value, rules[rule]?.labels ?? {}));
        let subject: Subject | undefined;
        for (const rule of applying) {
          decisions += 1;
          onDecision?.(object, rule);
          try {
            if (unreadable?.has(object)) throw new Error(unreadable.get(object));
            subject ??= subjectOf(toCel(value), usedByKind.get(kind) ?? new Set());
            const decision = programs.get(rule)?.decide(subject) ?? { outcome: 'failed', message: 'the rule does not compile' };
            if (decision.outcome !== 'pass') verdicts.push({ object, rule, decision });
          } catch (error) {
            verdicts.push({ object, rule, decision: undecidable(error) });
          }
        }
      }
      return { verdicts, decisions };
    },
  };
}

/** `apps/v1/Deployment`, `v1/Pod`: how rules name the kind of an object. */
export function kindOf(object: unknown): string {
  return isJsonObject(object) ? `${String(object['apiVersion'])}/${String(object['kind'])}` : '';
}

function carries(object: unknown, wanted: Rule['labels']): boolean {
  const entries = Object.entries(wanted);
  if (entries.length === 0) return true;
  const metadata = (object as JsonObject)['metadata'];
  const labels = isJsonObject(metadata) && isJsonObject(metadata['labels']) ? metadata['labels'] : {};
  return entries.every(([label, value]) => Object.hasOwn(labels, label) && (value === '*' || labels[label] === value));
}
