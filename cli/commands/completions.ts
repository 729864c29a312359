import { buildCommand } from '@stricli/core';
import { work } from '../command';
import type { Cli } from '../context';
import { completionScript, SHELLS, type Shell } from '../completion-scripts';

function shell(input: string): Shell {
  const found = SHELLS.find((each) => each === input);
  if (!found) throw new Error(`expected one of ${SHELLS.join(', ')}`);
  return found;
}

export const completions = buildCommand<object, [Shell], Cli>({
  docs: {
    brief: 'Print the completion script of a shell',
    fullDescription: 'Print the completion script of a shell.\n\n  source <(kea completions bash)',
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ brief: `Shell, one of ${SHELLS.join(', ')}`, parse: shell, placeholder: 'SHELL', proposeCompletions: () => SHELLS }],
    },
  },
  func: work('completions', async (cli, _flags: object, name: Shell) => {
    cli.data(completionScript(name));
    return Promise.resolve();
  }),
});
