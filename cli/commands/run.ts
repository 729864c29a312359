import { buildCommand } from '@stricli/core';
import { resolve } from 'node:path';
import { work } from '../command';
import type { Cli } from '../context';
import { projectFlag, text, wholeNumber } from '../flags';
import { projectOf } from '../project';

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly models?: string;
  readonly redis: boolean;
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
      redis: { kind: 'boolean', default: false, withNegated: false, brief: 'Cache in a real Redis instead of in the process' },
      project: projectFlag,
    },
  },
  func: work('run', async (cli, flags: Flags) => {
    const root = projectOf(cli.cwd, flags.project);
    const { runLocal } = await import('../run/index.ts');
    const models = flags.models === undefined ? {} : { models: [resolve(cli.cwd, flags.models)] };
    await runLocal({ root, port: flags.port, host: flags.host, redis: flags.redis, ...models });
  }),
});
