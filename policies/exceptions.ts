import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { finding, type Finding } from '../core/findings/finding';
import { policyFindings } from '../core/findings/policies';
import { isJsonObject } from '../core/json';
import { nearest } from '../core/names';
import { readYaml, type Path } from './document';
import type { Exception, Verdict } from './report';

/** Where a project writes down what it answers for, beside `models/` and `stacks/`. */
export const EXCEPTIONS_FILE = 'exceptions.yaml';

/** Longest time between `approved` and `expires`, in days. */
export const MOST_DAYS = 90;

const MAX_BYTES = 1024 * 1024;
const DAY_MS = 86_400_000;
const KEYS = ['rule', 'stack', 'object', 'reason', 'approver', 'approved', 'expires'] as const;

/** An exception of a project: it holds in one stack, from one day to another. */
export interface ProjectException extends Exception {
  readonly stack: string;
  /** First day on which it holds, `YYYY-MM-DD`. */
  readonly approved: string;
}

export interface LoadedExceptions {
  readonly exceptions: readonly ProjectException[];
  readonly findings: readonly Finding[];
}

/** Reads `exceptions.yaml` of a project. One that is not right in everything excepts nothing. `rules` are the ids that there are. */
export function loadExceptions(root: string, rules: readonly string[]): LoadedExceptions {
  const path = join(root, EXCEPTIONS_FILE);
  if (!existsSync(path)) return { exceptions: [], findings: [] };
  const read = readYaml(path, EXCEPTIONS_FILE, MAX_BYTES);
  if (read.problem !== undefined) return { exceptions: [], findings: [bad(read.problem, read.place)] };
  const { value, place } = read;
  const list = isJsonObject(value) ? value['exceptions'] : undefined;
  if (!isJsonObject(value) || !Array.isArray(list) || Object.keys(value).length > 1)
    return { exceptions: [], findings: [bad('the file has one key, "exceptions", with a list', place([]))] };
  const exceptions: ProjectException[] = [];
  const findings: Finding[] = [];
  for (const [index, each] of list.entries()) {
    const problems = problemsOf(each, rules);
    for (const { message, key } of problems)
      findings.push(bad(message, place(['exceptions', index, ...(key ? [key] : [])] satisfies Path)));
    if (problems.length === 0) exceptions.push({ ...(each as ProjectException), place: place(['exceptions', index]) });
  }
  return { exceptions, findings };
}

/** Those that hold in a stack. Without a day, which `synth` does not know, all that are written down do. */
export function exceptionsFor(
  all: readonly ProjectException[],
  stack: string | undefined,
  asOf: string | undefined,
): readonly ProjectException[] {
  return all.filter((each) => each.stack === stack && (asOf === undefined || (each.approved <= asOf && asOf <= each.expires)));
}

/** What is wrong with exceptions on a day: expired, not there yet, or for nothing, seen against everything that some stacks were told. */
export function judgeExceptions(
  all: readonly ProjectException[],
  judged: readonly { readonly stack: string; readonly verdicts: readonly Verdict[] }[],
  asOf: string,
): readonly Finding[] {
  return all.flatMap((each) => {
    const { place, stack, expires, approved } = each;
    const name = `the exception of ${each.object} from ${each.rule}`;
    const at = place ? { place } : {};
    if (expires < asOf) return [finding(policyFindings.expiredException, { message: `${name} ended on ${expires}`, ...at, stack })];
    if (approved > asOf)
      return [
        finding(policyFindings.badException, { message: `${name} is approved on ${approved}, which is after ${asOf}`, ...at, stack }),
      ];
    const said = judged.find((report) => report.stack === stack);
    const isUsed = said?.verdicts.some(({ exception }) => exception?.rule === each.rule && exception.object === each.object) ?? true;
    return isUsed ? [] : [finding(policyFindings.unusedException, { message: `${name} excepts nothing`, ...at, stack })];
  });
}

function problemsOf(value: unknown, rules: readonly string[]): readonly { readonly message: string; readonly key?: string }[] {
  if (!isJsonObject(value)) return [{ message: `an exception has the keys ${KEYS.join(', ')}` }];
  const unknown = Object.keys(value).filter((key) => !(KEYS as readonly string[]).includes(key));
  const empty = KEYS.filter((key) => typeof value[key] !== 'string' || value[key].trim() === '');
  if (unknown.length + empty.length > 0)
    return [
      ...unknown.map((key) => ({ message: `"${key}" is no key of an exception; allowed: ${KEYS.join(', ')}`, key })),
      ...empty.map((key) => ({ message: `an exception has a text under "${key}"`, ...(Object.hasOwn(value, key) ? { key } : {}) })),
    ];
  const { rule, object, approved, expires } = value as unknown as ProjectException;
  const days = (Date.parse(expires) - Date.parse(approved)) / DAY_MS;
  const close = nearest(rule, rules);
  return [
    ...(rules.includes(rule) ? [] : [{ message: `there is no rule "${rule}"${close ? `; did you mean "${close}"?` : ''}`, key: 'rule' }]),
    ...(/^[A-Za-z]+ [^\s*]+$/.test(object)
      ? []
      : [{ message: `"${object}" names no object: write it as the finding does, "Deployment kea-models/score-v1-0-0"`, key: 'object' }]),
    ...(['approved', 'expires'] as const)
      .filter((key) => !isDay(String(value[key])))
      .map((key) => ({ message: `"${String(value[key])}" is no day of the form YYYY-MM-DD`, key })),
    ...(days > MOST_DAYS || days < 0
      ? [{ message: `it would hold for ${days} days; from 0 to ${MOST_DAYS} after "approved" are allowed`, key: 'expires' }]
      : []),
  ];
}

function isDay(text: string): boolean {
  const time = Date.parse(text);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function bad(message: string, place: NonNullable<Finding['place']>): Finding {
  return finding(policyFindings.badException, { message, place });
}
