import { buildCommand } from '@stricli/core';
import { resolve } from 'node:path';
import { work } from '../command';
import { wantsColour, type Cli } from '../context';
import { developmentPart } from '../development-part';
import { projectFlag, stackFlag, text, wholeNumber } from '../flags';
import { finding } from '../../core/findings/finding';
import { runFindings } from '../../core/findings/run';
import { projectOf, requireStack } from '../project';
import { Refusal } from '../refusal';

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly models?: string;
  readonly stack?: string;
  readonly redis: boolean;
  readonly keycloak: boolean;
  readonly oidc?: string;
  readonly workers: number;
  readonly project?: string;
}

export const run = buildCommand<Flags, [], Cli>({
  docs: {
    brief: 'Run the whole platform on this machine, with the real Envoy and no cluster',
    fullDescription: `Run the whole platform on this machine. Ctrl-C ends everything it started.

  kea run
  kea run --port 9000 --models ../other/models`,
  },
  parameters: {
    flags: {
      port: {
        kind: 'parsed',
        parse: wholeNumber(1, 65534),
        default: '8080',
        placeholder: 'PORT',
        brief: 'Port of the gateway; the sample issuer takes the next one',
      },
      host: { kind: 'parsed', parse: text, default: '127.0.0.1', placeholder: 'HOST', brief: 'Address to listen on' },
      models: { kind: 'parsed', parse: text, optional: true, placeholder: 'DIR', brief: 'Folder of models instead of models/' },
      stack: { ...stackFlag, brief: 'Stack whose routing and limits are used; without it the built-in stack local' },
      redis: { kind: 'boolean', default: false, withNegated: false, brief: 'Cache in a real Redis instead of in the process' },
      keycloak: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: "Log people in by a real Keycloak instead of KEA's own issuer",
      },
      oidc: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'ISSUER',
        brief: 'Take tokens of this provider instead; claims and audience as the stack says',
      },
      workers: { kind: 'parsed', parse: wholeNumber(1, 64), default: '1', placeholder: 'N', brief: 'Request workers of the processor' },
      project: projectFlag,
    },
  },
  func: work('run', async (cli, { project, models, stack, ...flags }: Flags) => {
    const root = projectOf(cli.cwd, project);
    if (stack !== undefined) requireStack(root, stack);
    if (flags.keycloak && flags.oidc !== undefined)
      throw new Refusal(finding(runFindings.givenIssuer, { message: '--keycloak and --oidc exclude each other' }));
    const { runLocal } = await developmentPart(() => import('../run/index.ts'));
    const { stderr, env } = cli.process;
    const code = await runLocal({
      ...flags,
      root,
      ...(models === undefined ? {} : { models: [resolve(cli.cwd, models)] }),
      ...(stack === undefined ? {} : { stack }),
      out: (line) => cli.data(line),
      say: (line) => cli.say(line),
      colour: wantsColour(stderr, env),
    });
    cli.end(code);
  }),
});
