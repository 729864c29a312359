import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { cliFindings } from '../core/findings/cli';
import { finding, type Finding } from '../core/findings/finding';
import type { LoadedRules } from '../policies/load';
import type { ProjectPolicies } from '../policies/project';
import type { RuleSet } from '../policies/rule';
import { Refusal } from './refusal';

export const rulesFlag = {
  kind: 'parsed',
  parse: (input: string): string => input,
  optional: true,
  placeholder: 'DIR',
  brief: "Folder of rule files to take instead of KEA's own",
} as const;

/** Reads a folder of rule files. */
export async function readRules(cwd: string, folder: string): Promise<LoadedRules> {
  const path = resolve(cwd, folder);
  if (!existsSync(path)) throw new Refusal(finding(cliFindings.unreadable, { message: `"${folder}" cannot be read: it is not there` }));
  const { loadRules } = await import('../policies/load.ts');
  return loadRules(path, folder.replace(/\/+$/, ''));
}

/** The rules and exceptions of a project; refused as a whole where one of them is not right. */
export async function projectRules(root: string): Promise<ProjectPolicies> {
  const { projectPolicies } = await import('../policies/project.ts');
  const project = projectPolicies(root);
  const [first, ...others] = project.findings;
  if (first) throw new Refusal(first, ...others);
  return project;
}

/** The rules that a command works with: KEA's own, or those of a folder, which must all be sound. */
export async function rulesFor(cwd: string, folder: string | undefined): Promise<RuleSet> {
  if (folder === undefined) return (await import('../policies/evaluate/built-in.ts')).builtIn;
  const { files, findings } = await readRules(cwd, folder);
  if (findings.length > 0) throw new Refusal(...(findings as readonly [Finding, ...Finding[]]));
  return { rules: files.map((each) => each.rule), planRules: [] };
}
