import { Document, isCollection, isMap, isScalar, type Node, type Scalar, type YAMLSeq } from 'yaml';
import type { KeyPath } from '../schema/load/document';
import type { ShownModel, ShownOrigin, ShownValue } from '../schema/load/origins';

/** Where a value came from, in a few words behind it. */
function originWords(origin: ShownOrigin): string {
  switch (origin.kind) {
    case 'file':
      return `${origin.place.file}${origin.place.line === undefined ? '' : `:${origin.place.line}`}`;
    case 'stack':
      return `stack, ${origin.place.file}${origin.place.line === undefined ? '' : `:${origin.place.line}`}`;
    case 'derived':
      return `derived from ${origin.from}`;
    case 'default':
      return 'default';
  }
}

/** Lists of plain words read better on one line; schemas and examples do not. */
function isFlat(node: Node): boolean {
  return isCollection(node) && node.items.every((item) => isScalar(item));
}

function documentOf(values: readonly ShownValue[]): string {
  const document = new Document({});
  for (const { path, value, origin } of values) {
    const node = document.createNode(value) as Node;
    document.setIn(path, node);
    if (isScalar(node)) node.comment = ` ${originWords(origin)}`;
    else sayBefore(document, path, originWords(origin));
    if (isFlat(node)) (node as YAMLSeq).flow = true;
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Behind a collection a comment would land inside of it, so it stands before the key. */
function sayBefore(document: Document, path: KeyPath, words: string): void {
  const parent = document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return;
  const pair = parent.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(path.at(-1)));
  if (!pair) return;
  const key = isScalar(pair.key) ? pair.key : document.createNode(pair.key);
  (key as Scalar).commentBefore = ` ${words}`;
  pair.key = key;
}

/** The full documents of a model as YAML, each value with its origin as a comment. */
export function renderShown({ model, contracts }: ShownModel): string {
  const parts = [
    `# model.yaml\n${documentOf(model)}`,
    ...contracts.map(({ contract, values }) => `# ${contract}.yaml\n${documentOf(values)}`),
  ];
  return parts.join('---\n');
}
