import { accessOf, callOf, children, loopOf, type Node } from './syntax';

/** Names that a text may use → where in the object they lead, `$pod.spec.containers[]`. Absent: nobody knows. */
export type Scope = ReadonlyMap<string, string>;

/** Where in the object an expression leads; undefined where it is no place of it. */
export function pathOf(node: Node, scope: Scope): string | undefined {
  if (node.op === 'id') return normal(scope.get(String(node.args)));
  const access = accessOf(node);
  if (access) {
    if (access.of.op === 'id' && access.of.args === 'variables') return normal(scope.get(`variables.${access.field ?? ''}`));
    const of = pathOf(access.of, scope);
    return of === undefined ? undefined : normal(access.field === undefined ? `${of}[]` : `${of}.${access.field}`);
  }
  const call = callOf(node);
  if (call?.receiver && ['orValue', 'filter', 'value'].includes(call.name)) return pathOf(call.receiver, scope);
  // The halves of a sum, and the ways of a choice, are the same kind of place.
  const ways = node.op === '+' ? children(node) : node.op === '?:' ? children(node).slice(1) : [];
  return ways.map((way) => pathOf(way, scope)).find((path) => path !== undefined);
}

/** Scope inside a loop. */
export function inLoop(node: Node, scope: Scope): Scope {
  const loop = loopOf(node);
  const over = loop && pathOf(loop.over, scope);
  if (!loop) return scope;
  return new Map([...scope, [loop.name, over === undefined ? '' : `${over}[]`]]);
}

/** Pods stand at several places, which are one; so are their containers. */
function normal(path: string | undefined): string | undefined {
  return path
    ?.replace(/^object\.spec\.(jobTemplate\.spec\.)?template(?=$|[.[])/, '$pod')
    .replace(/^\$pod\.spec\.(initContainers|ephemeralContainers)(?=$|[.[])/, '$pod.spec.containers');
}
