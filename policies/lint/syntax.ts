import { isJsonObject, type JsonValue } from '../../core/json';

/** A node of a CEL syntax tree: `op` says what it is, as the CEL library names it. */
export interface Node {
  readonly op: string;
  readonly args: unknown;
  /** Where it begins and ends in its text, in characters. */
  readonly start: number;
  readonly end: number;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { readonly op?: unknown }).op === 'string';
}

/** A call of a function, with or without something before the dot. */
export interface Call {
  readonly name: string;
  readonly receiver?: Node;
  readonly args: readonly Node[];
}

export function callOf(node: Node): Call | undefined {
  if (node.op === 'call') {
    const [name, args] = node.args as [string, Node[]];
    return { name, args };
  }
  if (node.op !== 'rcall') return undefined;
  const [name, receiver, args] = node.args as [string, Node, Node[]];
  return { name, receiver, args };
}

/** `x.field`, `x.?field`, `x["field"]`, `x[?"field"]`; `field` is absent where it is worked out. */
export interface Access {
  readonly of: Node;
  readonly field?: string;
  readonly optional: boolean;
  readonly index?: Node;
}

export function accessOf(node: Node): Access | undefined {
  const [of, by] = (Array.isArray(node.args) ? node.args : []) as [Node, unknown];
  switch (node.op) {
    case '.':
    case '.?':
      return { of, field: String(by), optional: node.op === '.?' };
    case '[]':
    case '[?]': {
      const literal = isNode(by) && by.op === 'value' && typeof by.args === 'string' ? by.args : undefined;
      return {
        of,
        optional: node.op === '[?]',
        ...(literal === undefined ? {} : { field: literal }),
        ...(isNode(by) ? { index: by } : {}),
      };
    }
    default:
      return undefined;
  }
}

const MACROS = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/** A loop over a list: the name of its variable, and what is done with each. */
export function loopOf(
  node: Node,
): { readonly over: Node; readonly name: string; readonly bodies: readonly Node[]; readonly kind: string } | undefined {
  const call = callOf(node);
  const [variable, ...bodies] = call?.args ?? [];
  if (!call?.receiver || !MACROS.has(call.name) || variable?.op !== 'id') return undefined;
  return { over: call.receiver, name: String(variable.args), bodies, kind: call.name };
}

/** Children of a node, in order; the variable of a loop is no child. */
export function children(node: Node): readonly Node[] {
  const loop = loopOf(node);
  if (loop) return [loop.over, ...loop.bodies];
  if (isNode(node.args)) return [node.args];
  return Array.isArray(node.args) ? (node.args as readonly unknown[]).flat(2).filter(isNode) : [];
}

/** Every node of a tree, the root first. */
export function nodesOf(root: Node): readonly Node[] {
  return [root, ...children(root).flatMap(nodesOf)];
}

/** The tree as text, the same for trees that mean the same. */
export function textOf(node: Node): string {
  const access = accessOf(node);
  if (access) return `${textOf(access.of)}.${access.field ?? (access.index ? `[${textOf(access.index)}]` : '')}`;
  const call = callOf(node);
  // Where a missing value is replaced, the value is still the same place of the object.
  if (call?.name === 'orValue' && call.receiver) return textOf(call.receiver);
  if (call) return `${call.receiver ? `${textOf(call.receiver)}.` : ''}${call.name}(${call.args.map(textOf).join(',')})`;
  if (node.op === 'id') return String(node.args);
  if (node.op === 'value') return typeof node.args === 'string' ? JSON.stringify(node.args) : String(node.args);
  return `${node.op}(${children(node).map(textOf).join(',')})`;
}

/** The JSON value that a literal stands for; undefined where it is none. */
export function literalOf(node: Node | undefined): JsonValue | undefined {
  if (node?.op === 'value') return typeof node.args === 'bigint' ? Number(node.args) : (node.args as JsonValue);
  if (node?.op === 'list') {
    const items = children(node).map(literalOf);
    return items.every((each) => each !== undefined) ? items : undefined;
  }
  return node?.op === 'map' && children(node).length === 0 ? {} : undefined;
}

export function isEmptyLiteral(node: Node | undefined): boolean {
  const value = literalOf(node);
  return value === '' || (Array.isArray(value) && value.length === 0) || (isJsonObject(value) && Object.keys(value).length === 0);
}
