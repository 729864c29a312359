import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../core/digests';
import { INDEX_FILE, JOURNAL_FILE, kustomizationPaths, type PlanIndex } from './files';

/** sha256 (hex) of the lists of a written folder, which name every other file; nothing where there are none. */
export function listsDigest(folder: string): string | undefined {
  try {
    const index = readFileSync(join(folder, INDEX_FILE), 'utf8');
    const paths = kustomizationPaths((JSON.parse(index) as PlanIndex).files.map(({ path }) => path));
    return sha256Hex([sha256Hex(index), ...paths.map((path) => sha256Hex(readFileSync(join(folder, path))))].join());
  } catch {
    return undefined;
  }
}

/** Whether every object's file is, to the byte, what the index says. */
export function isIntact(folder: string): boolean {
  try {
    const { files } = JSON.parse(readFileSync(join(folder, INDEX_FILE), 'utf8')) as PlanIndex;
    return (
      !existsSync(join(folder, JOURNAL_FILE)) && files.every(({ path, sha256 }) => sha256Hex(readFileSync(join(folder, path))) === sha256)
    );
  } catch {
    return false;
  }
}
