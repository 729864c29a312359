import { buildCommand } from '@stricli/core';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, text, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { readRules } from '../rules';

export const policiesTest = buildCommand<OutputFlag, [string?], Cli>({
  docs: {
    brief: 'Try rule files by their own fixtures',
    fullDescription: `Read every rule of a folder for what no gate could decide alike, and try it by its fixtures: what it must accept, what it must refuse, in which words.

  kea policies test            # rules/ of the project
  kea policies test elsewhere

Whoever writes rules of his own runs this in his pull requests.`,
  },
  parameters: {
    flags: { output: outputFlag },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'Folder of rule files; rules or else policies/rules by default', parse: text, placeholder: 'FOLDER', optional: true },
      ],
    },
  },
  func: work('policies test', async (cli, flags: OutputFlag, given?: string) => {
    const folder = given ?? ['rules', 'policies/rules'].find((each) => existsSync(join(cli.cwd, each))) ?? 'rules';
    const { files, findings } = await readRules(cli.cwd, folder);
    const [{ lintRules }, { bases }] = await Promise.all([
      import('../../policies/lint/index.ts'),
      import('../../policies/generated/bases.ts'),
    ]);
    const found = [...findings, ...lintRules(files, new Map(Object.entries(bases)))];
    const fixtures = files.reduce((sum, { written }) => sum + written.fixtures.pass.length + written.fixtures.fail.length, 0);
    await print(
      cli,
      {
        command: 'policies test',
        findings: found,
        findingsAreData: true,
        data: { rules: files.length, fixtures },
        summary: `${files.length} rule${files.length === 1 ? '' : 's'}, ${fixtures} fixtures: ${found.length === 0 ? 'all as they should be' : `${found.length} wrong`}`,
      },
      { output: flags.output, root: cli.cwd },
    );
  }),
});
