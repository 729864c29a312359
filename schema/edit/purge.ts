import type { StackDocument } from '../generated/platform';
import { makeEdit, type Edit } from './edit';
import { setIn } from './tree';

/** Counts up how often answers of `name` were purged in a stack file, so that gateways that get it forget them. */
export function purge(stack: { readonly file: string; readonly source: string; readonly document: StackDocument }, name: string): Edit {
  const { file, source, document } = stack;
  const count = document.cache?.purged?.[name] ?? 0;
  return makeEdit(file, source, setIn(source, ['cache', 'purged', name], count + 1));
}
