import { buildCommand } from '@stricli/core';
import { work } from '../command';
import type { Cli } from '../context';
import { EXIT } from '../exit';
import { modelArgument, outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { printable } from '../print/format';
import { print } from '../print/index';
import { projectOf } from '../project';
import type { TryResult } from '../run/try';

interface Flags extends OutputFlag {
  readonly contract?: string;
  readonly example?: string;
  readonly as?: string;
  readonly version?: string;
  readonly project?: string;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

function rendered({ url, request, status, milliseconds, headers, body }: TryResult): string {
  const said = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return printable(
    [`POST ${url}`, json(request), '', `${status} in ${milliseconds} ms`, ...said, typeof body === 'string' ? body : json(body)].join('\n'),
  );
}

export const tryMethod = buildCommand<Flags, [string, string], Cli>({
  docs: {
    brief: 'Send an example of a method to the platform that runs on this machine',
    fullDescription: `Send an example of a method to the platform that runs on this machine, and print request and answer.

  kea try iris predict
  kea try student-grades write --as sam`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      contract: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'CONTRACT',
        brief: 'Such as v1; the newest that has the method by default',
      },
      example: { kind: 'parsed', parse: text, optional: true, placeholder: 'NAME', brief: 'Name of the example; the first by default' },
      as: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'PERSON',
        brief: 'Who calls; ada by default, who may call every sample',
      },
      version: { kind: 'parsed', parse: text, optional: true, placeholder: 'VERSION', brief: 'Version to pin' },
      project: projectFlag,
    },
    positional: { kind: 'tuple', parameters: [modelArgument, { brief: 'Name of a method', parse: text, placeholder: 'METHOD' }] },
  },
  func: work('try', async (cli, { output, project, as, contract, example, version }: Flags, model: string, method: string) => {
    const root = projectOf(cli.cwd, project);
    const { tryExample } = await import('../run/try.ts');
    const result = await tryExample({
      root,
      model,
      method,
      ...(contract === undefined ? {} : { contract }),
      ...(example === undefined ? {} : { example }),
      ...(as === undefined ? {} : { person: as }),
      ...(version === undefined ? {} : { version }),
    });
    await print(cli, { command: 'try', findings: [], data: { ...result }, text: rendered(result) }, { output, root });
    if (result.status >= 400) cli.end(EXIT.findings);
  }),
});
