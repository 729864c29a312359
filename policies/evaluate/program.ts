import type { Environment } from '@marcbachmann/cel-js';
import type { Rule, Variable } from '../rule';
import { sharedVariables } from '../shared-variables';
import { REPLACED } from './environment';
import { UnknownValue } from './unknown';

/** What the evaluator says of one rule and one object. */
export type Decision =
  | { readonly outcome: 'pass' }
  | { readonly outcome: 'violation'; readonly message: string }
  | { readonly outcome: 'failed'; readonly message: string }
  /** It depends on a value that is known only once something else was made. */
  | { readonly outcome: 'undecided'; readonly message: string };

/** An object and the shared variables over it, which are worked out once for all rules. */
export interface Subject {
  readonly object: unknown;
  readonly variables: Variables;
}

interface Variables {
  readonly [name: string]: unknown;
}

export interface Program {
  readonly rule: Rule;
  /** Shared variables that it uses. */
  readonly shared: readonly string[];
  decide(subject: Subject): Decision;
}

/** Longest message that the API server passes on, in characters. */
const LONGEST_MESSAGE = 5 * 1024;
const PASS: Decision = { outcome: 'pass' };

type Evaluate = (context: { readonly [name: string]: unknown }) => unknown;

/** Gives objects those of the shared variables that rules of their kind use. */
export function subjects(environment: Environment): (object: unknown, used: ReadonlySet<string>) => Subject {
  const shared = sharedVariables.map(({ name, expression }) => ({ name, evaluate: compileText(environment, expression) }));
  return (object, used) => {
    const needed = shared.filter(({ name }) => used.has(name));
    return { object, variables: worksOut(needed, object, {}) };
  };
}

/** Compiles a rule. @throws Error (of the CEL library) where a text is no CEL */
export function compileRule(environment: Environment, rule: Rule): Program {
  const own = rule.variables.filter((each) => !isShared(each)).map((each) => compileVariable(environment, each));
  const shared = rule.variables.filter(isShared).map((each) => each.name);
  const expression = compileText(environment, rule.expression);
  const message = rule.messageExpression === undefined ? undefined : compileText(environment, rule.messageExpression);
  return {
    rule,
    shared,
    decide({ object, variables }) {
      const context = { object, variables: own.length === 0 ? variables : worksOut(own, object, taken(variables, shared)) };
      try {
        const answer = expression(context);
        if (answer === true) return PASS;
        if (answer !== false) return { outcome: 'failed', message: `the expression is ${describe(answer)}, not true or false` };
      } catch (error) {
        return undecidable(error);
      }
      return { outcome: 'violation', message: said(message, context) ?? rule.title };
    },
  };
}

function isShared({ name, expression }: Variable): boolean {
  return sharedVariables.some((each) => each.name === name && each.expression === expression);
}

/** Only what every gate can take as a message counts: a text of one line that is not empty; otherwise the title stands for it. */
function said(message: Evaluate | undefined, context: { readonly [name: string]: unknown }): string | undefined {
  try {
    const text = message?.(context);
    if (typeof text !== 'string') return undefined;
    const line = text.trim();
    return line === '' || line.includes('\n') || line.length > LONGEST_MESSAGE ? undefined : line;
  } catch {
    return undefined;
  }
}

interface CompiledVariable {
  readonly name: string;
  readonly evaluate: Evaluate;
}

/** A variable that reads nothing, as parameters do, is worked out here and now. */
function compileVariable(environment: Environment, { name, expression }: Variable): CompiledVariable {
  const evaluate = compileText(environment, expression);
  if (/\b(object|variables)\b/.test(expression)) return { name, evaluate };
  const value = evaluate({});
  return { name, evaluate: () => value };
}

/** Adds variables to the map `variables`. One that cannot be worked out fails whoever reads it, and nobody else. */
function worksOut(variables: readonly CompiledVariable[], object: unknown, map: { [name: string]: unknown }): Variables {
  for (const { name, evaluate } of variables) {
    try {
      map[name] = evaluate({ object, variables: map });
    } catch (error) {
      Object.defineProperty(map, name, { enumerable: true, get: () => throwing(error) });
    }
  }
  return map;
}

function throwing(error: unknown): never {
  throw error;
}

/** A copy of some variables, also of those that fail. */
function taken(variables: Variables, names: readonly string[]): { [name: string]: unknown } {
  const copy: { [name: string]: unknown } = {};
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(variables, name);
    if (descriptor?.get) Object.defineProperty(copy, name, descriptor);
    else copy[name] = descriptor?.value;
  }
  return copy;
}

/** Parses and checks a text, with KEA's own functions in the place of those that they replace. */
export function compileText(environment: Environment, text: string): Evaluate {
  const parsed = environment.parse(text);
  replaceCalls(parsed.ast);
  const { valid, error } = parsed.check();
  if (!valid) throw error ?? new Error('the expression does not compile');
  return parsed as Evaluate;
}

/** Walks a syntax tree and gives calls of replaced functions their other name. */
function replaceCalls(node: unknown, seen = new Set<unknown>()): void {
  if (typeof node !== 'object' || node === null || seen.has(node)) return;
  seen.add(node);
  const { op, args } = node as { readonly op?: string; readonly args?: unknown[] };
  if (op === 'rcall' && Array.isArray(args)) {
    const name = REPLACED[String(args[0])];
    if (name !== undefined) args[0] = name;
  }
  for (const each of Array.isArray(node) ? node : Object.values(node)) replaceCalls(each, seen);
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 60))}` : `a ${typeof value}`;
}

/** What an error says of a decision: nobody knows yet, or nobody can know. */
export function undecidable(error: unknown): Extract<Decision, { readonly outcome: 'failed' | 'undecided' }> {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof UnknownValue) return { outcome: 'undecided', message: each.message };
  }
  return { outcome: 'failed', message: errorText(error) };
}

/** First line of what went wrong: the library draws the place below it. */
export function errorText(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
