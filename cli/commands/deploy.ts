import { buildCommand } from '@stricli/core';
import { work } from '../command';
import type { Cli } from '../context';
import { EXIT } from '../exit';
import { outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { print } from '../print/index';
import { projectOf } from '../project';

interface Flags extends OutputFlag {
  readonly stack: string;
  readonly project?: string;
  readonly yes: boolean;
}

export const deploy = buildCommand<Flags, [], Cli>({
  docs: {
    brief: 'Apply a stack and its shards by pulumi up, in the order in which no call fails',
    fullDescription: `Apply a stack and its shards by pulumi up: shards first, then the platform with its routes, last the shards that remove something.

  kea deploy --stack prod
  kea deploy --stack prod --yes

Pulumi's own configuration holds: backend, login, secrets, kubernetes:context. Stacks of shards are made when they are missing.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      stack: { kind: 'parsed', parse: text, placeholder: 'STACK', brief: 'Stack to apply, the name of a file in stacks/' },
      project: projectFlag,
      yes: { kind: 'boolean', default: false, withNegated: false, brief: 'Apply without asking' },
    },
  },
  func: work('deploy', async (cli, { stack, project, yes, output }: Flags) => {
    const root = projectOf(cli.cwd, project);
    const loaded = await loadSound(cli, { command: 'deploy', root, stack, output });
    if (!loaded) return;
    const { deploySteps, PulumiCommand } = await import('../deploy.ts');
    const pulumi = new PulumiCommand(root, cli.process.env);
    const shards = Object.keys(loaded.platform.stack.shards ?? {});
    const there = await pulumi.stacks();
    for (const name of [stack, ...shards.map((shard) => `${stack}.${shard}`)]) if (!there.has(name)) await pulumi.create(name, stack);
    const removing: string[] = [];
    for (const shard of shards) {
      const name = `${stack}.${shard}`;
      if ((there.get(name) ?? 0) > 0 && (await pulumi.removes(name))) removing.push(shard);
    }
    const steps = deploySteps({ stack, shards, installed: (there.get(stack) ?? 0) > 0, removing });
    for (const step of steps) {
      cli.say(`pulumi up of ${step.stack}${step.only ? `: only its ${step.only}` : ''}`);
      if ((await pulumi.up(step, yes)) === 0) continue;
      cli.say(`stopped at ${step.stack}; what stands after it was left as it was`);
      return cli.end(EXIT.findings);
    }
    await print(
      cli,
      { command: 'deploy', findings: [], summary: `applied in order: ${steps.map((step) => step.stack).join(', ')}` },
      { output, root },
    );
  }),
});
