import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Finding } from '../../../core/findings/finding';
import { readDocuments, type ReadOptions } from '../../../schema/load/read';
import { inlineReferences } from '../../../schema/load/references';

export type Files = { readonly [path: string]: string | Uint8Array | { readonly link: string } };

/** Writes files into a fresh folder, hands it over, and removes it. */
export async function withProject<T>(files: Files, use: (root: string) => Promise<T> | T): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'kea-documents-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(file, content);
      else symlinkSync(content.link, file);
    }
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** All findings of reading a project, references included. */
export function findingsOf(files: Files, options: Omit<ReadOptions, 'root'> = {}): Promise<readonly Finding[]> {
  return withProject(files, async (root) => {
    const read = await readDocuments({ root, ...options });
    return [...read.findings, ...read.models.flatMap((model) => inlineReferences(root, model).findings)];
  });
}

/** `code file:line:column path | message`, as a table in a test can hold it. */
export function shown(finding: Finding): string {
  const { file, line, column, path } = finding.place ?? { file: '-' };
  const where = [file.replace('models/m/', ''), ...(line === undefined ? [] : [line, column])].join(':');
  return `${finding.code} ${where}${path === undefined ? '' : ` ${path}`} | ${finding.message}`;
}
