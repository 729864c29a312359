import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ArtifactRequest } from '../../../core/contract/artifact-fetch';
import { fetchArtifact, type Fetched } from '../../../services/artifact-fetch/fetch';

const made: string[] = [];

/** An empty folder that `removeFolders` removes. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kea-fetch-'));
  made.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A folder with these files. */
export function folderWith(files: { readonly [path: string]: string | Buffer }): string {
  const folder = newFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Fetches with short pauses, into a new volume unless told. */
export function fetchInto(request: Omit<ArtifactRequest, 'target' | 'maxBytes' | 'isFolder'> & Partial<ArtifactRequest>): Promise<Fetched> {
  return fetchArtifact(
    { isFolder: false, maxBytes: 1_000_000, target: join(newFolder(), 'model'), ...request },
    { pauseMs: 1, timeoutMs: 2000, attempts: 3 },
  );
}
