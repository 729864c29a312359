import { buildCommand } from '@stricli/core';
import { cliFindings } from '../../core/findings/cli';
import { finding, type FindingKind } from '../../core/findings/finding';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, text, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { Refusal } from '../refusal';

function longForm(kind: FindingKind): string {
  const example = kind.example
    ? [
        '',
        'example',
        ...kind.example
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`),
      ]
    : [];
  return [
    `${kind.code} ${kind.title} (${kind.severity})`,
    '',
    kind.explanation,
    '',
    `why  ${kind.why}`,
    `fix  ${kind.fix}`,
    ...example,
  ].join('\n');
}

export const explain = buildCommand<OutputFlag, [string], Cli>({
  docs: {
    brief: 'Print the long form of a finding: what it means, why it matters, the way out',
    fullDescription: 'Print the long form of a finding.\n\n  kea explain KEA1001',
  },
  parameters: {
    flags: { output: outputFlag },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: 'Code of a finding, KEA and four digits',
          parse: text,
          placeholder: 'CODE',
          proposeCompletions: async () => (await import('../../core/findings/index.ts')).catalogue.map((kind) => kind.code),
        },
      ],
    },
  },
  func: work('explain', async (cli, flags: OutputFlag, code: string) => {
    const [{ catalogue, explain: find }, { nearest }] = await Promise.all([
      import('../../core/findings/index.ts'),
      import('../../core/names.ts'),
    ]);
    const kind = find(code);
    if (!kind) {
      const close = nearest(
        code.toUpperCase(),
        catalogue.map((each) => each.code),
      );
      throw new Refusal(
        finding(cliFindings.unknownCode, {
          message: `no finding has the code "${code}"`,
          ...(close ? { fix: `did you mean ${close}?` } : {}),
        }),
      );
    }
    await print(
      cli,
      { command: 'explain', findings: [], data: { ...kind }, text: longForm(kind) },
      { output: flags.output, root: cli.cwd },
    );
  }),
});
