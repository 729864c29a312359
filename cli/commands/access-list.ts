import { buildCommand } from '@stricli/core';
import type { JsonValue } from '../../core/json';
import { work } from '../command';
import type { Cli } from '../context';
import { modelArgument, outputFlag, projectFlag, stackFlag, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { print } from '../print/index';
import { projectOf, unknownModel } from '../project';

interface Flags extends OutputFlag {
  readonly stack?: string;
  readonly project?: string;
}

export const accessList = buildCommand<Flags, [string?], Cli>({
  docs: {
    brief: 'List the roles of models: what each opens, and who approves',
    fullDescription: `List the roles of models: what each opens, and who approves that somebody gets it. Says nothing of who has them.

  kea access list
  kea access list credit-score --stack prod`,
  },
  parameters: {
    flags: { output: outputFlag, stack: stackFlag, project: projectFlag },
    positional: { kind: 'tuple', parameters: [{ ...modelArgument, optional: true }] },
  },
  func: work('access list', async (cli, flags: Flags, model?: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const loaded = await loadSound(cli, { command: 'access list', root, stack: flags.stack, output: flags.output });
    if (!loaded) return;
    const { models } = loaded.platform;
    const named = models.filter(({ name }) => model === undefined || name === model);
    if (model !== undefined && named.length === 0)
      throw unknownModel(
        model,
        models.map(({ name }) => name),
      );
    const { renderRoles, rolesOf } = await import('../access/list.ts');
    const roles = rolesOf(named);
    await print(
      cli,
      { command: 'access list', findings: [], data: roles as unknown as JsonValue, text: renderRoles(roles) },
      { output: flags.output, root },
    );
  }),
});
