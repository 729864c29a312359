import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, parseDocument, type YAMLMap } from 'yaml';
import { writing } from '../disk';

const HEADER = `# Image name → sha256 digest, one file for all stacks. Only digests that somebody saw stand here: resolved from a registry, or built.
`;

/** The lock file's text with new digests: comments and the order of lines stay, new names come in byte order at the end. */
export function withDigests(text: string, digests: ReadonlyMap<string, string>): string {
  const document = parseDocument(text);
  if (!isMap(document.contents)) document.contents = document.createNode({}) as unknown as typeof document.contents;
  const map = document.contents as unknown as YAMLMap;
  map.flow = false;
  for (const [name, digest] of [...digests].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // An entry that says which document stated its digest loses that address with it: now a registry has stated another.
    const known: unknown = document.getIn([name, 'digest']);
    if (known !== digest) document.set(name, digest);
  }
  return document.toString({ lineWidth: 0 });
}

/** Writes digests into the project's lock file, beside it first. */
export function writeDigests(root: string, file: string, digests: ReadonlyMap<string, string>): void {
  const path = join(root, file);
  writing(path, () => {
    const before = existsSync(path) ? readFileSync(path, 'utf8') : HEADER;
    const beside = `${path}.kea-tmp`;
    try {
      writeFileSync(beside, withDigests(before, digests));
      renameSync(beside, path);
    } finally {
      rmSync(beside, { force: true });
    }
  });
}
