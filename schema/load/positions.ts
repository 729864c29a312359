import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { KeyPath } from './document';

/** Offset of the key (or value) at a path; of its nearest existing ancestor where the path goes on past the tree. */
export function locate(root: ParsedNode | undefined, path: KeyPath, of: 'key' | 'value'): number {
  let node: ParsedNode | null | undefined = root;
  let key = root?.range[0] ?? 0;
  let value = key;
  for (const step of path) {
    if (isMap<ParsedNode, ParsedNode | null>(node)) {
      const pair: { readonly key: ParsedNode; readonly value: ParsedNode | null } | undefined = node.items.find(
        (each) => isScalar(each.key) && scalarText(each.key) === step,
      );
      if (!pair) break;
      key = pair.key.range[0];
      value = pair.value && hasText(pair.value) ? pair.value.range[0] : key;
      node = pair.value;
    } else if (isSeq<ParsedNode>(node)) {
      const item: ParsedNode | undefined = node.items[Number(step)];
      if (!item) break;
      key = item.range[0];
      value = key;
      node = item;
    } else break;
  }
  return of === 'key' ? key : value;
}

function scalarText(node: { readonly type?: unknown; readonly source?: unknown; readonly value: unknown }): string {
  return node.type === 'PLAIN' && typeof node.source === 'string' ? node.source : String(node.value ?? '');
}

/** An empty value has no place of its own. */
function hasText(node: ParsedNode): boolean {
  return node.range[1] > node.range[0];
}
