import { buildCommand } from '@stricli/core';
import type { JsonValue } from '../../core/json';
import { work } from '../command';
import type { Cli } from '../context';
import { modelArgument, outputFlag, projectFlag, stackFlag, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { modelNames, projectOf, requireStack, unknownModel } from '../project';

interface Flags extends OutputFlag {
  readonly stack?: string;
  readonly project?: string;
}

export const show = buildCommand<Flags, [string], Cli>({
  docs: {
    brief: "Print a model's full files as a stack reads them, with the origin of each value",
    fullDescription: `Print a model's full files as a stack reads them. Behind each value stands where it comes from: a file, the stack, the artifact, or a default.

  kea show iris
  kea show credit-score --stack prod`,
  },
  parameters: {
    flags: { output: outputFlag, stack: stackFlag, project: projectFlag },
    positional: { kind: 'tuple', parameters: [modelArgument] },
  },
  func: work('show', async (cli, flags: Flags, name: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const { loadPlatform } = await import('../../schema/load/index.ts');
    const { findings, origins, platform } = await loadPlatform({
      root,
      ...(flags.stack === undefined ? {} : { stack: requireStack(root, flags.stack) }),
    });
    const about = findings.filter((each) => each.model === undefined || each.model === name);
    const shown = origins.model(name);
    if (!shown && !about.some((each) => each.severity === 'error'))
      throw unknownModel(name, platform?.models.map((each) => each.name) ?? modelNames(root));
    const { renderShown } = await import('../render-shown.ts');
    await print(
      cli,
      { command: 'show', findings: about, ...(shown ? { data: shown as unknown as JsonValue, text: renderShown(shown) } : {}) },
      { output: flags.output, root },
    );
  }),
});
