import { buildCommand } from '@stricli/core';
import { hasErrors } from '../../core/findings/finding';
import type { FullContract } from '../../schema/resolve/full';
import type { ShownValue } from '../../schema/load/origins';
import { work } from '../command';
import type { Cli } from '../context';
import { applyEdits, contractsOf } from '../edit';
import { checkFlag, modelArgument, outputFlag, projectFlag, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { projectOf } from '../project';

interface Flags extends OutputFlag {
  readonly project?: string;
  readonly check: boolean;
}

/** The full document again, from its values with their paths. */
function assembled(values: readonly ShownValue[]): FullContract {
  const full: Record<string, unknown> = {};
  for (const { path, value } of values) {
    let at = full;
    for (const step of path.slice(0, -1)) at = (at[String(step)] ??= {}) as Record<string, unknown>;
    at[String(path.at(-1))] = value;
  }
  return full as unknown as FullContract;
}

export const freeze = buildCommand<Flags, [string], Cli>({
  docs: {
    brief: 'Write what was derived from the artifact into the model file, schemas above all',
    fullDescription: `Write what was derived from the artifact into the model file: version and digest, schemas, binding and example. Afterwards a new export of the
model can no longer change the contract unseen.

  kea freeze iris`,
  },
  parameters: {
    flags: { output: outputFlag, project: projectFlag, check: checkFlag },
    positional: { kind: 'tuple', parameters: [modelArgument] },
  },
  func: work('freeze', async (cli, { output, project, check }: Flags, name: string) => {
    const root = projectOf(cli.cwd, project);
    const contracts = await contractsOf(root, name);
    const [{ loadPlatform }, { freeze: change }] = await Promise.all([
      import('../../schema/load/index.ts'),
      import('../../schema/edit/index.ts'),
    ]);
    const { findings, origins } = await loadPlatform({ root });
    const own = findings.filter((each) => each.model === name);
    const shown = origins.model(name);
    if (!shown || hasErrors(own))
      return print(cli, { command: 'freeze', findings: own, summary: 'nothing was written: correct the errors first' }, { output, root });
    const edits = contracts.flatMap(({ contract, document: { file, source, value } }) => {
      const values = shown.contracts.find((each) => each.contract === contract)?.values;
      return values ? [change({ file, source, document: value, contract, full: assembled(values) })] : [];
    });
    await applyEdits(cli, edits, { command: 'freeze', root, output, check, next: `next: kea check` });
  }),
});
