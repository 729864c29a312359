import { buildCommand } from '@stricli/core';
import { cliFindings } from '../../core/findings/cli';
import { finding } from '../../core/findings/finding';
import { work } from '../command';
import type { Cli } from '../context';
import { applyEdits } from '../edit';
import { checkFlag, outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { modelNames, projectOf, requireStack, unknownModel } from '../project';
import { Refusal } from '../refusal';

interface Flags extends OutputFlag {
  readonly stack?: string;
  readonly processor?: string;
  readonly project?: string;
  readonly check: boolean;
}

const FORM = /^(\*|[a-z][a-z0-9-]*(\/v[0-9]+(\/[0-9]+\.[0-9]+\.[0-9]+)?)?)$/;

export const cachePurge = buildCommand<Flags, [string], Cli>({
  docs: {
    brief: 'Make gateways forget cached answers of a model, contract or version',
    fullDescription: `Make gateways forget cached answers of a model, contract or version, or of everything ("*").

With --stack the stack's file is changed by one line; the answers are forgotten when that change is deployed.
Without it the Redis of the platform that runs on this machine is told, and its gateways forget within a second;
--processor names the configuration (processor.json) of another one whose Redis this machine reaches.

  kea cache purge credit-score --stack prod
  kea cache purge credit-score/v1/1.4.0`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      stack: { kind: 'parsed', parse: text, optional: true, placeholder: 'STACK', brief: 'Stack whose file is changed' },
      processor: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'FILE',
        brief: 'Configuration of the processor whose Redis is told',
      },
      project: projectFlag,
      check: checkFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Model, model/v1, model/v1/1.4.0, or "*"', parse: text, placeholder: 'WHAT' }],
    },
  },
  func: work('cache purge', async (cli, { output, stack, processor, project, check }: Flags, name: string) => {
    const root = projectOf(cli.cwd, project);
    requireName(root, name, processor === undefined);
    if (stack === undefined) {
      const { purgeStore } = await import('../run/purge.ts');
      const place = check ? 'nowhere' : await purgeStore({ root, name, ...(processor === undefined ? {} : { processor }) });
      const said = check ? 'nothing told: --check' : `told ${place}; its gateways forget "${name}" within a second`;
      return print(cli, { command: 'cache purge', findings: [], data: { purged: name, redis: place }, summary: said }, { output, root });
    }
    requireStack(root, stack);
    const { readStack } = await import('../../schema/load/read.ts');
    const { purge } = await import('../../schema/edit/index.ts');
    const { document, findings } = readStack(root, stack);
    if (document === undefined)
      throw new Refusal(
        ...(findings.length > 0 ? findings : [finding(cliFindings.unknownStack, { message: `stack "${stack}" has no file to change` })]),
      );
    const { file, source, value } = document;
    const edit = purge({ file, source, document: value }, name);
    await applyEdits(cli, [edit], { command: 'cache purge', root, output, check, next: `next: deploy stack ${stack}` });
  }),
});

/** A name of the wrong form, or of a model that is not there. */
function requireName(root: string, name: string, here: boolean): void {
  if (!FORM.test(name)) throw new Refusal(finding(cliFindings.notPurgeable, { message: `"${name}" names no model, contract or version` }));
  const [model = ''] = name.split('/');
  const names = modelNames(root);
  if (here && model !== '*' && names.length > 0 && !names.includes(model)) throw unknownModel(model, names);
}
