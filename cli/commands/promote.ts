import { buildCommand } from '@stricli/core';
import { cliFindings } from '../../core/findings/cli';
import { work } from '../command';
import type { Cli } from '../context';
import { applyEdits, contractsOf, contractWithVersion, edited } from '../edit';
import { checkFlag, modelArgument, outputFlag, projectFlag, text, wholeNumber, type OutputFlag } from '../flags';
import { projectOf, requireStack } from '../project';

interface Flags extends OutputFlag {
  readonly stack: string;
  readonly weight: number;
  readonly project?: string;
  readonly check: boolean;
}

export const promote = buildCommand<Flags, [string, string], Cli>({
  docs: {
    brief: "Give a version a share of a stack's traffic, in the model's file",
    fullDescription: `Give a version a share of a stack's traffic. The other versions share the rest as before. Only the weights are rewritten; comments stay.

  kea promote credit-score 1.5.0 --stack prod --weight 50`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      stack: { kind: 'parsed', parse: text, placeholder: 'STACK', brief: 'Stack whose weights change' },
      weight: { kind: 'parsed', parse: wholeNumber(0, 100), placeholder: 'PERCENT', brief: 'Share of the traffic, 0 to 100' },
      project: projectFlag,
      check: checkFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [modelArgument, { brief: 'Version, MAJOR.MINOR.PATCH', parse: text, placeholder: 'VERSION' }],
    },
  },
  func: work('promote', async (cli, { output, stack, weight, project, check }: Flags, model: string, version: string) => {
    const root = projectOf(cli.cwd, project);
    requireStack(root, stack);
    const { document } = contractWithVersion(await contractsOf(root, model), version);
    const { promote: change } = await import('../../schema/edit/index.ts');
    const { file, source, value } = document;
    const edit = await edited(cliFindings.unknownVersion, () => change({ file, source, document: value, stack }, version, weight));
    await applyEdits(cli, [edit], { command: 'promote', root, output, check, next: `next: kea check --stack ${stack}` });
  }),
});
