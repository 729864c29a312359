import { buildCommand } from '@stricli/core';
import { cliFindings } from '../../core/findings/cli';
import { finding } from '../../core/findings/finding';
import { work } from '../command';
import type { Cli } from '../context';
import { applyEdits, contractsOf, edited } from '../edit';
import { checkFlag, modelArgument, outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { projectOf, requireStack } from '../project';
import { Refusal } from '../refusal';

interface Flags extends OutputFlag {
  readonly stack: string;
  readonly contract?: string;
  readonly project?: string;
  readonly check: boolean;
}

export const rollback = buildCommand<Flags, [string], Cli>({
  docs: {
    brief: "Take a stack's traffic from the newest version back to the older ones, in the model's file",
    fullDescription: `Take a stack's traffic from the newest version that has any back to the older ones. Only the weights are rewritten; comments stay.

  kea rollback credit-score --stack prod`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      stack: { kind: 'parsed', parse: text, placeholder: 'STACK', brief: 'Stack whose weights change' },
      contract: { kind: 'parsed', parse: text, optional: true, placeholder: 'CONTRACT', brief: 'Such as v1; the newest by default' },
      project: projectFlag,
      check: checkFlag,
    },
    positional: { kind: 'tuple', parameters: [modelArgument] },
  },
  func: work('rollback', async (cli, { output, stack, contract, project, check }: Flags, model: string) => {
    const root = projectOf(cli.cwd, project);
    requireStack(root, stack);
    const contracts = await contractsOf(root, model);
    const found = contract === undefined ? contracts.at(-1) : contracts.find((each) => each.contract === contract);
    if (!found) throw new Refusal(finding(cliFindings.nothingToUndo, { message: `${model} has no contract "${contract ?? ''}"` }));
    const { rollback: change } = await import('../../schema/edit/index.ts');
    const { file, source, value } = found.document;
    const edit = await edited(cliFindings.nothingToUndo, () => change({ file, source, document: value, stack }));
    await applyEdits(cli, [edit], { command: 'rollback', root, output, check, next: `next: kea check --stack ${stack}` });
  }),
});
