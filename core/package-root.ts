import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Folder that holds the package's own files (schemas, sample models, protos).
 * Compiled code stands in `dist/`, below it; tests run from the sources and say so by KEA_PACKAGE_ROOT.
 */
export function packageRoot(): string {
  const told = process.env['KEA_PACKAGE_ROOT'];
  if (told) return told;
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the folder of the kea package was not found');
    folder = parent;
  }
  return folder;
}
