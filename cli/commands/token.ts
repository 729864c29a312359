import { buildCommand } from '@stricli/core';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { projectOf } from '../project';

interface Flags extends OutputFlag {
  readonly project?: string;
}

export const token = buildCommand<Flags, [string?], Cli>({
  docs: {
    brief: 'Print a token for the platform that runs on this machine',
    fullDescription: `Print a token for the platform that runs on this machine, for a sample person or the machine client.

  kea token
  kea token sam`,
  },
  parameters: {
    flags: { output: outputFlag, project: projectFlag },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: 'ada, tina, sam or batch; ada may call every sample',
          parse: text,
          placeholder: 'PERSON',
          optional: true,
          proposeCompletions: () => ['ada', 'batch', 'sam', 'tina'],
        },
      ],
    },
  },
  func: work('token', async (cli, flags: Flags, person?: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const { localToken } = await import('../run/token.ts');
    const value = await localToken({ root, ...(person === undefined ? {} : { person }) });
    await print(cli, { command: 'token', findings: [], data: { token: value }, text: value }, { output: flags.output, root });
  }),
});
