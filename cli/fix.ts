import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Edit } from '../schema/edit/index';

/** The certain corrections of all documents of a project. */
export async function fixesOf(root: string, stacks: readonly string[]): Promise<readonly Edit[]> {
  const [{ readDocuments }, { fix }] = await Promise.all([import('../schema/load/read.ts'), import('../schema/edit/index.ts')]);
  const files = new Set<string>();
  for (const stack of [undefined, ...stacks]) {
    const read = await readDocuments({ root, ...(stack === undefined ? {} : { stack }) });
    for (const file of read.files) files.add(file);
  }
  return [...files].flatMap((file) => {
    const source = textOf(join(root, file));
    return source === undefined ? [] : [fix(file, source)];
  });
}

/** Text of a file that is UTF-8 throughout; any other must not be written back. */
function textOf(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch {
    return undefined;
  }
}
