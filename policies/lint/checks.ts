import { policyFindings as kind } from '../../core/findings/policies';
import { nearest } from '../../core/names';
import { serverDefaults } from '../generated/server-defaults';
import { patternProblem } from '../library/pattern';
import type { Complaint, LintedRule, LintedText } from './index';
import { inLoop, pathOf, type Scope } from './paths';
import { accessOf, callOf, children, isEmptyLiteral, literalOf, loopOf, nodesOf, textOf, type Node } from './syntax';

/** A judgement of one text of a rule. */
type Check = (text: LintedText, rule: LintedRule) => readonly Complaint[];

/** Functions that Node and the API server both have, with the same meaning. */
const FUNCTIONS = new Set(
  (
    'has size all exists exists_one filter map orValue or hasValue value optMap string int double bool type matches find findAll contains startsWith endsWith ' +
    'lowerAscii upperAscii trim replace split join charAt indexOf lastIndexOf substring format isSorted sum min max quantity isQuantity sign isInteger asInteger ' +
    'asApproximateFloat add sub isGreaterThan isLessThan compareTo semver isSemver major minor patch url isURL getScheme getHost getHostname getPort getEscapedPath ' +
    'getQuery ip isIP isCanonical family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast cidr isCIDR containsIP containsCIDR masked ' +
    'prefixLength equivalent intersects'
  ).split(' '),
);
const NAMESPACES = new Set(['sets', 'ip', 'optional']);

const notPortable: Check = ({ root, scope }) => {
  const complaints: Complaint[] = [];
  const walk = (node: Node, known: Scope): void => {
    const call = callOf(node);
    if (call && !FUNCTIONS.has(call.name))
      complaints.push({
        kind: kind.notPortable,
        message: `${call.name}() is not known at every gate`,
        at: node.start,
        ...meant(call.name),
      });
    if (node.op === 'id' && node.args !== 'variables' && !known.has(String(node.args)) && !NAMESPACES.has(String(node.args)))
      complaints.push({
        kind: kind.notPortable,
        message: `"${String(node.args)}" is not known at every gate; known are object and variables`,
        at: node.start,
      });
    const access = accessOf(node);
    const variable = access?.of.op === 'id' && access.of.args === 'variables' ? `variables.${access.field ?? ''}` : undefined;
    if (variable !== undefined && !known.has(variable))
      complaints.push({
        kind: kind.notPortable,
        message: `there is no ${variable}`,
        at: node.start,
        fix: variableFix(variable, known),
      });
    const inner = inLoop(node, known);
    const loop = loopOf(node);
    if (loop) {
      walk(loop.over, known);
      for (const body of loop.bodies) walk(body, inner);
    } else for (const child of children(node)) walk(child, known);
  };
  walk(root, scope);
  return complaints;
};

/** The function that was probably meant. */
export function meant(name: string): { readonly fix?: string } {
  const close = nearest(name, [...FUNCTIONS]);
  return close === undefined ? {} : { fix: `write ${close}(), or another function that docs/guides/policies.md lists` };
}

function variableFix(variable: string, known: Scope): string {
  const names = [...known.keys()].filter((each) => each.startsWith('variables.'));
  const close = nearest(variable, names);
  return `${close === undefined ? '' : `write ${close}; `}known here are ${names.map((each) => each.slice('variables.'.length)).join(', ')}`;
}

const slowPattern: Check = ({ root }) =>
  nodesOf(root).flatMap((node) => {
    const call = callOf(node);
    if (!call || !['matches', 'find', 'findAll'].includes(call.name)) return [];
    const pattern = literalOf(call.args[0]);
    if (typeof pattern !== 'string')
      return [{ kind: kind.slowPattern, message: `${call.name}() takes a pattern that is written out`, at: node.start }];
    const problem = patternProblem(pattern);
    return problem === undefined
      ? []
      : [{ kind: kind.slowPattern, message: `the pattern ${JSON.stringify(pattern)} ${problem}`, at: call.args[0]?.start ?? node.start }];
  });

/** Read as lists, so that a missing one is empty, over which everything is true. */
const vacuous: Check = ({ role, root }, { file, fixtures }) => {
  if (role !== 'expression' || fixtures.some((each) => each.absent && each.expected === 'pass')) return [];
  const nodes = nodesOf(root);
  const demanded = new Set(
    nodes.flatMap((node) => {
      const call = callOf(node);
      if (call?.name === 'size' || call?.name === 'has') return (call.receiver ? [call.receiver] : call.args).map(textOf);
      return call?.name === 'exists' && call.receiver ? [textOf(call.receiver)] : [];
    }),
  );
  const outside = outsideLoops(root);
  return outside.flatMap((node) => {
    const loop = loopOf(node);
    if (loop?.kind !== 'all' || !mayBeMissing(loop.over, file.rule.variables) || demanded.has(textOf(loop.over))) return [];
    return [
      {
        kind: kind.vacuous,
        message: `all() over ${textOf(loop.over)} is true where that is missing`,
        fix: `demand size(${textOf(loop.over)}) > 0 first, or show by a fixture under pass with absent: true that nothing is fine`,
      },
    ];
  });
};

function outsideLoops(node: Node): readonly Node[] {
  const loop = loopOf(node);
  return [node, ...(loop ? outsideLoops(loop.over) : children(node).flatMap(outsideLoops))];
}

/** The list comes from `orValue([])`, here or in a variable. */
function mayBeMissing(over: Node, variables: readonly { readonly name: string; readonly expression: string }[]): boolean {
  const access = accessOf(over);
  if (access?.of.op === 'id' && access.of.args === 'variables') {
    const variable = variables.find((each) => each.name === access.field);
    return variable !== undefined && /orValue\(\s*[[{]\s*[\]}]\s*\)/.test(variable.expression);
  }
  return nodesOf(over).some((node) => callOf(node)?.name === 'orValue' && isEmptyLiteral(callOf(node)?.args[0]));
}

const forgottenContainers: Check = ({ root }) => {
  const fields = new Set(nodesOf(root).flatMap((node) => (accessOf(node)?.of.args === 'variables' ? [] : [accessOf(node)?.field])));
  if (!['containers', 'initContainers', 'ephemeralContainers'].some((each) => fields.has(each))) return [];
  if (fields.size > 0 && !fields.has('containers') && fields.has('ephemeralContainers')) return [];
  return fields.has('containers') && fields.has('initContainers') && fields.has('ephemeralContainers')
    ? []
    : [{ kind: kind.forgottenContainers, message: 'not every kind of container is read' }];
};

/** In every object, or in every element of the lists that hold them: without these the API server takes nothing. */
const ALWAYS = new Set(['name', 'containerPort', 'verbs', 'cidr', 'port', 'apiVersion', 'kind', 'metadata']);

/** A message that fails is replaced by the title, so it may read what it likes. */
const unguarded: Check = ({ role, root, scope, text }) => {
  if (role === 'message') return [];
  const nodes = nodesOf(root);
  const asked = new Set(nodes.flatMap(askedBy));
  const inHas = new Set(nodes.flatMap((node) => (callOf(node)?.name === 'has' ? (callOf(node)?.args ?? []) : [])));
  const complaints: Complaint[] = [];
  const walk = (node: Node, known: Scope, told = false): void => {
    const access = accessOf(node);
    const bad = access !== undefined && !access.optional && !inHas.has(node) && isUnguarded(node, known, asked);
    if (bad && !told)
      complaints.push({ kind: kind.unguarded, message: `${text.slice(node.start, node.end)} may not be there`, at: node.start });
    const loop = loopOf(node);
    if (loop) {
      walk(loop.over, known);
      for (const body of loop.bodies) walk(body, inLoop(node, known));
      // Of `a.b.c` the whole is told, not each dot.
    } else for (const child of children(node)) walk(child, known, child === access?.of && (bad || told));
  };
  walk(root, scope);
  return complaints;
};

/** Places that a node asks for: by has(…), hasValue(), the size of a list, or a key `in` a map. */
function askedBy(node: Node): readonly string[] {
  const call = callOf(node);
  if (call?.name === 'has' || call?.name === 'size') return (call.receiver ? [call.receiver] : call.args).flatMap(prefixes);
  if (call?.name === 'hasValue' && call.receiver) return prefixes(call.receiver);
  const [key, map] = node.op === 'in' ? children(node) : [];
  return key && map && typeof literalOf(key) === 'string' ? [`${textOf(map)}.${String(literalOf(key))}`, ...prefixes(map)] : [];
}

/** `has(a.b.c)` asks for `a.b.c`, and by the way for `a.b`. */
function prefixes(node: Node): readonly string[] {
  const call = callOf(node);
  if (call?.name === 'orValue' && call.receiver) return prefixes(call.receiver);
  const access = accessOf(node);
  return access ? [textOf(node), ...prefixes(access.of)] : [];
}

function isUnguarded(node: Node, scope: Scope, asked: ReadonlySet<string>): boolean {
  const access = accessOf(node);
  if (!access || (access.of.op === 'id' && access.of.args === 'variables') || pathOf(access.of, scope) === undefined) return false;
  if (isOptional(access.of) || asked.has(textOf(node))) return false;
  if (access.field !== undefined) return !(node.op === '.' && ALWAYS.has(access.field));
  // A key that a loop goes over is there; a number needs a list that has something in it.
  if (access.index?.op === 'id') return false;
  const fallback = callOf(access.of);
  return !(fallback?.name === 'orValue' && !isEmptyLiteral(fallback.args[0]));
}

/** What follows `.?` is optional altogether, until `orValue` ends it. */
function isOptional(node: Node): boolean {
  const access = accessOf(node);
  return access !== undefined && (access.optional || isOptional(access.of));
}

const ARITHMETIC = new Set(['+', '-', '*', '/', '%']);

const mixedNumbers: Check = ({ root, text }) =>
  nodesOf(root).flatMap((node) => {
    if (!ARITHMETIC.has(node.op)) return [];
    const sides = children(node).map(numberKind);
    return sides.includes('double') && sides.some((each) => each !== 'double')
      ? [{ kind: kind.mixedNumbers, message: `${text.slice(node.start, node.end)} may mix whole numbers and others`, at: node.start }]
      : [];
  });

function numberKind(node: Node): 'int' | 'double' | undefined {
  if (node.op === 'value') return typeof node.args === 'bigint' ? 'int' : typeof node.args === 'number' ? 'double' : undefined;
  const name = callOf(node)?.name;
  if (name === 'double' || name === 'asApproximateFloat') return 'double';
  return name === 'int' || name === 'size' || name === 'asInteger'
    ? 'int'
    : ARITHMETIC.has(node.op)
      ? children(node).map(numberKind)[0]
      : undefined;
}

/** Reading a field that the API server fills in is fine only where a missing one is read as exactly what it fills in. */
const defaultedField: Check = ({ role, root, scope }, { file }) => {
  if (file.rule.source === 'rendered' || role === 'message') return [];
  const complaints: Complaint[] = [];
  const walk = (node: Node, known: Scope, fallback: Node | undefined): void => {
    const path = accessOf(node) ? pathOf(node, known) : undefined;
    const filled =
      path === undefined
        ? undefined
        : serverDefaults.find((each) => each.path === path && each.kinds.some((one) => file.rule.kinds.includes(one)));
    if (filled && JSON.stringify(literalOf(fallback)) !== JSON.stringify(filled.value))
      complaints.push({
        kind: kind.defaultedField,
        message: `${filled.path} is ${JSON.stringify(filled.value)} where nobody writes it`,
        fix: `read it with orValue(${JSON.stringify(filled.value)}), or add source: rendered`,
      });
    const call = callOf(node);
    const loop = loopOf(node);
    if (loop) {
      walk(loop.over, known, undefined);
      for (const body of loop.bodies) walk(body, inLoop(node, known), undefined);
    } else if (call?.name === 'orValue' && call.receiver) {
      walk(call.receiver, known, call.args[0]);
      for (const arg of call.args) walk(arg, known, undefined);
    } else for (const child of children(node)) walk(child, known, undefined);
  };
  walk(root, scope, undefined);
  return complaints;
};

export const checks: readonly Check[] = [notPortable, slowPattern, vacuous, forgottenContainers, unguarded, mixedNumbers, defaultedField];
