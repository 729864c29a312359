import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../core/package-root';
import type { JsonObject } from '../../../core/json';

/** What the linter complains about. */
export interface Complaint {
  readonly ruleId: string;
  readonly message: string;
}

/** Redocly's own recommended rules, the outside judge. */
export function lint(documents: { readonly [name: string]: JsonObject }): readonly Complaint[] {
  const folder = mkdtempSync(join(tmpdir(), 'kea-openapi-'));
  try {
    return lintIn(folder, documents);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lintIn(folder: string, documents: { readonly [name: string]: JsonObject }): readonly Complaint[] {
  const files = Object.entries(documents).map(([name, document]) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(document));
    return file;
  });
  const command = [join(packageRoot(), 'node_modules/@redocly/cli/bin/cli.js'), 'lint', '--extends=recommended', '--format=json', ...files];
  const env = { ...process.env, NODE_OPTIONS: '', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  let output: string;
  try {
    output = execFileSync(process.execPath, command, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  // One JSON text a file, one after the other; only the outermost brace stands at the start of a line.
  return output
    .split(/(?<=^\})/m)
    .filter((part) => part.trim() !== '')
    .flatMap((part) => (JSON.parse(part) as { problems: Complaint[] }).problems);
}
