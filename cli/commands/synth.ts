import { buildCommand } from '@stricli/core';
import { resolve } from 'node:path';
import { cliFindings } from '../../core/findings/cli';
import { finding, hasErrors } from '../../core/findings/finding';
import type { ResolvedStack } from '../../schema/resolved';
import { work } from '../command';
import { writing } from '../disk';
import type { Cli } from '../context';
import { checkFlag, outputFlag, projectFlag, stackFlag, text, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { print } from '../print/index';
import { projectOf, shown } from '../project';
import { Refusal } from '../refusal';

interface Flags extends OutputFlag {
  readonly stack: string;
  readonly out: string;
  readonly models?: string;
  readonly project?: string;
  readonly check: boolean;
}

function refuseUnwritable(stack: ResolvedStack): void {
  const refuse = (message: string): never => {
    throw new Refusal(finding(cliFindings.needsCluster, { message, stack: stack.name }));
  };
  if (stack.identity.kind === 'embedded') refuse(`stack ${stack.name} has identity "embedded", which exists only while kea run runs`);
  if (stack.secrets === 'pulumi') refuse(`stack ${stack.name} has secrets "pulumi": its Secret objects are made by pulumi up`);
}

export const synth = buildCommand<Flags, [], Cli>({
  docs: {
    brief: 'Write every Kubernetes object of a stack as YAML, ordered for GitOps',
    fullDescription: `Write every Kubernetes object of a stack as YAML.

  kea synth --stack prod --out rendered/prod
  kea synth --stack prod --out rendered/prod --check

The folder is written as a whole or not at all; files that kea did not write are left alone.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      stack: { kind: 'parsed', parse: text, placeholder: 'STACK', brief: stackFlag.brief.replace(/;.*/, '') },
      out: { kind: 'parsed', parse: text, placeholder: 'DIR', brief: 'Folder to write' },
      models: { kind: 'parsed', parse: text, optional: true, placeholder: 'DIR', brief: "Folder of models instead of the stack's own" },
      project: projectFlag,
      check: checkFlag,
    },
  },
  func: work('synth', async (cli, flags: Flags) => {
    const root = projectOf(cli.cwd, flags.project);
    const models = flags.models === undefined ? undefined : [shown(root, resolve(cli.cwd, flags.models))];
    const loaded = await loadSound(cli, { command: 'synth', root, stack: flags.stack, models, output: flags.output });
    if (!loaded) return;
    refuseUnwritable(loaded.platform.stack);
    const { synthesize, writePlan } = await import('../../constructs/index.ts');
    const plan = synthesize(loaded.platform);
    const findings = [...loaded.findings, ...plan.findings];
    const out = resolve(cli.cwd, flags.out);
    const options = { output: flags.output, root };
    if (hasErrors(findings))
      return print(cli, { command: 'synth', findings, summary: 'nothing was written: correct the errors first' }, options);
    if (flags.check) {
      const { wouldWrite } = await import('../synth-check.ts');
      const differing = wouldWrite(plan, out);
      const summary = differing.length === 0 ? `${shown(cli.cwd, out)} is what the files say` : 'nothing was written: --check';
      return print(cli, { command: 'synth', findings: [...findings, ...differing], summary }, options);
    }
    const { findings: refused, written, removed, unchanged, bytes } = writing(out, () => writePlan(plan, out));
    const summary = `${plan.objects.length} objects of stack ${flags.stack} in ${shown(cli.cwd, out)}: ${written.length} files written, ${removed.length} removed, ${unchanged} as they were`;
    const data = { stack: flags.stack, out: flags.out, objects: plan.objects.length, written, removed, unchanged, bytes };
    const text = [...written, ...removed.map((path) => `${path} (removed)`)].join('\n');
    await print(
      cli,
      { command: 'synth', findings: [...findings, ...refused], data, text, summary: refused.length > 0 ? 'nothing was written' : summary },
      options,
    );
  }),
});
