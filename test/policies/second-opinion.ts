import { BlockList, isIP } from 'node:net';
import { celEnv, celFunc, celMethod, CelScalar, isCelError, isCelList, isCelMap, listType, mapType, parse, plan } from '@bufbuild/cel';
import type { CelFunc, CelInput, CelValue } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { Environment } from '@marcbachmann/cel-js';
import { serialize } from '@marcbachmann/cel-js/serialize';
import { callOf, children, isNode, loopOf, type Node } from '../../policies/lint/syntax';
import type { Rule } from '../../policies/rule';

/**
 * A rule by another engine: the one of Buf, which passes the conformance tests of CEL, brings its own RE2 and shares no line with ours. It knows
 * neither optional values nor the API server's library. So optional values become lists of one or none, variables are written out where they are read,
 * and what rules call of the library stands below, made from other parts than ours.
 */
export type Opinion = { readonly outcome: 'pass' | 'failed' } | { readonly outcome: 'violation'; readonly message: string };

/** @throws Error where the other engine cannot read the rule */
export function secondOpinion(rule: Rule): (object: unknown) => Opinion {
  const variables = new Map(rule.variables.map((each) => [each.name, treeOf(each.expression)]));
  const compile = (text: string): ((object: CelInput) => unknown) => {
    const tree = translated(inlined(treeOf(text), variables));
    const run = plan(celEnv({ funcs: [...strings, ...functions] }), parse(serialize(tree as never)));
    return (object) => run({ object } as never);
  };
  const expression = compile(rule.expression);
  const message = rule.messageExpression === undefined ? undefined : compile(rule.messageExpression);
  return (value) => {
    const object = celValueOf(value);
    const answer = expression(object);
    if (typeof answer !== 'boolean') return { outcome: 'failed' };
    if (answer) return { outcome: 'pass' };
    const text = message?.(object);
    return { outcome: 'violation', message: typeof text === 'string' && text.trim() !== '' ? text.trim() : rule.title };
  };
}

/** The value of a text that reads nothing. @throws Error where it has none */
export function secondValue(text: string): unknown {
  const value = plan(celEnv({ funcs: [...strings, ...functions] }), parse(serialize(translated(treeOf(text)) as never)))();
  if (isCelError(value)) throw value;
  return value;
}

const environment = new Environment({ enableOptionalTypes: true });

function treeOf(text: string): Node {
  return (environment.parse(text) as unknown as { readonly ast: Node }).ast;
}

/** JSON as CEL sees it: whole numbers are `int`, what is null is not there. */
function celValueOf(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(celValueOf);
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value as CelInput;
  const entries = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return new Map(entries.map(([key, each]) => [key, celValueOf(each)]));
}

/** A copy of a tree, in which each node may be replaced by another. */
function rebuilt(node: Node, replace: (node: Node) => Node | undefined): Node {
  const instead = replace(node);
  if (instead) return instead;
  const inner = (value: unknown): unknown => (isNode(value) ? rebuilt(value, replace) : Array.isArray(value) ? value.map(inner) : value);
  return { ...node, args: inner(node.args) };
}

/** Variables, and variables of variables, written out: one that fails then fails whoever reads it, and nobody else. */
function inlined(root: Node, variables: ReadonlyMap<string, Node>): Node {
  return rebuilt(root, (node) => {
    const [of, name] = (Array.isArray(node.args) ? node.args : []) as [Node, string];
    if (node.op !== '.' || of.op !== 'id' || of.args !== 'variables') return undefined;
    const variable = variables.get(name);
    if (!variable) throw new Error(`there is no variables.${name}`);
    return inlined(variable, variables);
  });
}

const OF_OPTIONAL = new Set(['orValue', 'or', 'hasValue', 'value']);

/** Optional access and what is done with its outcome, as calls of functions. */
function translated(root: Node): Node {
  return rebuilt(root, (node) => {
    const [of, by] = (Array.isArray(node.args) ? node.args : []) as [Node, unknown];
    const key = (): Node => (isNode(by) ? translated(by) : { ...node, op: 'value', args: by });
    if (['.?', '[?]'].includes(node.op) || (['.', '[]'].includes(node.op) && isOptional(of)))
      return call(isOptional(of) ? 'insideOptional' : 'optionalOf', translated(of), key());
    const made = callOf(node);
    if (made?.receiver && OF_OPTIONAL.has(made.name))
      return call(`optional_${made.name}`, translated(made.receiver), ...made.args.map(translated));
    if (made?.name === 'has' && !made.receiver && made.args[0] && isOptional((made.args[0].args as [Node])[0]))
      return call('optional_hasValue', translated(made.args[0]));
    return undefined;
  });
}

function isOptional(node: Node): boolean {
  if (loopOf(node)) return false;
  if (['.?', '[?]'].includes(node.op) || callOf(node)?.name === 'or') return true;
  return ['.', '[]'].includes(node.op) && isOptional(children(node)[0] as Node);
}

function call(name: string, ...args: readonly Node[]): Node {
  return { op: 'call', args: [name, args], start: 0, end: 0 };
}

const { DYN, STRING, BOOL, INT } = CelScalar;
const LIST = listType(DYN);

function entry(of: CelValue, key: CelValue): CelInput[] {
  if (isCelMap(of)) return of.has(key as string) ? [of.get(key as string) as CelInput] : [];
  if (isCelList(of) && typeof key === 'bigint') return key >= 0n && key < BigInt(of.size) ? [of.get(Number(key)) as CelInput] : [];
  throw new Error('no such overload');
}

const optionals: readonly CelFunc[] = [
  celFunc('optionalOf', [DYN, DYN], LIST, (of, key) => entry(of, key)),
  celFunc('insideOptional', [LIST, DYN], LIST, (of, key) => (of.size === 0 ? [] : entry(of.get(0) as CelValue, key))),
  celFunc('optional_orValue', [LIST, DYN], DYN, (of, other) => (of.size === 0 ? other : of.get(0)) as CelInput as never),
  celFunc('optional_or', [LIST, LIST], LIST, (of, other) => (of.size === 0 ? other : of)),
  celFunc('optional_hasValue', [LIST], BOOL, (of) => of.size > 0),
  celFunc('optional_value', [LIST], DYN, (of) => {
    if (of.size === 0) throw new Error('optional.none() dereference');
    return of.get(0) as never;
  }),
];

/** A quantity as a fraction in its lowest terms, `3/2`, so that equal ones are equal texts. @throws Error where it is none */
function fraction(text: string): string {
  const [, sign, whole = '', behind = '', suffix = ''] = /^([+-]?)(\d*)\.?(\d*)((?:[KMGTPE]i)|[numkMGTPE]|[eE][+-]?\d+|)$/.exec(text) ?? [];
  if (sign === undefined || whole + behind === '') throw new Error('no quantity');
  const ten = DECIMAL[suffix] ?? (/^[eE]/.test(suffix) ? Number(suffix.slice(1)) : 0);
  const two = suffix.endsWith('i') ? 1024n ** BigInt('KMGTPE'.indexOf(suffix.charAt(0)) + 1) : 1n;
  const up = BigInt(`${sign === '-' ? '-' : ''}${whole}${behind}`) * two * 10n ** BigInt(Math.max(ten, 0));
  const down = 10n ** BigInt(behind.length + Math.max(-ten, 0));
  const shared = divisor(up < 0n ? -up : up, down);
  return `${up / shared}/${down / shared}`;
}

const DECIMAL: { readonly [suffix: string]: number } = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}

/** -1, 0 or 1. */
function compared(a: string, b: string): bigint {
  const [[up = 0n, down = 1n], [otherUp = 0n, otherDown = 1n]] = [a.split('/').map(BigInt), b.split('/').map(BigInt)];
  const difference = up * otherDown - otherUp * down;
  return difference === 0n ? 0n : difference < 0n ? -1n : 1n;
}

/** Values of the library's own types are maps with one key, which is their type's name. */
const TYPED = mapType(STRING, STRING);
const typed = (type: string, text: string): ReadonlyMap<string, string> => new Map([[type, text]]);
function textIn(value: CelValue<typeof TYPED>, type: string): string {
  const text = value.get(type);
  if (typeof text !== 'string') throw new Error('no such overload');
  return text;
}

function networkOf(text: string): BlockList {
  const [address = '', prefix = ''] = text.split('/');
  const family = isIP(address);
  if (family === 0 || !/^\d+$/.test(prefix)) throw new Error('no network');
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function holds(network: string, address: string): boolean {
  if (isIP(address) === 0) throw new Error('no address');
  if (isIP(address) !== isIP(network.split('/')[0] ?? '')) return false;
  return networkOf(network).check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

const succeeds = (work: () => unknown): boolean => {
  try {
    work();
    return true;
  } catch {
    return false;
  }
};

const library: readonly CelFunc[] = [
  celFunc('quantity', [STRING], TYPED, (text) => typed('quantity', fraction(text))),
  celFunc('isQuantity', [STRING], BOOL, (text) => succeeds(() => fraction(text))),
  celMethod('compareTo', TYPED, [TYPED], INT, function (other) {
    return compared(textIn(this, 'quantity'), textIn(other, 'quantity'));
  }),
  celMethod('isGreaterThan', TYPED, [TYPED], BOOL, function (other) {
    return compared(textIn(this, 'quantity'), textIn(other, 'quantity')) > 0n;
  }),
  celMethod('isLessThan', TYPED, [TYPED], BOOL, function (other) {
    return compared(textIn(this, 'quantity'), textIn(other, 'quantity')) < 0n;
  }),
  celFunc('cidr', [STRING], TYPED, (text) => {
    networkOf(text);
    return typed('cidr', text);
  }),
  celFunc('isCIDR', [STRING], BOOL, (text) => succeeds(() => networkOf(text))),
  celMethod('containsIP', TYPED, [STRING], BOOL, function (address) {
    return holds(textIn(this, 'cidr'), address);
  }),
  celFunc('isIP', [STRING], BOOL, (text) => isIP(text) !== 0),
  celMethod('sum', LIST, [], DYN, function () {
    let sum = 0n;
    for (const each of this) sum += each as bigint;
    return sum as never;
  }),
];

const functions: readonly CelFunc[] = [...optionals, ...library];
