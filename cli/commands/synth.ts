import { buildCommand } from '@stricli/core';
import { resolve } from 'node:path';
import { cliFindings } from '../../core/findings/cli';
import { finding, hasErrors } from '../../core/findings/finding';
import type { ResolvedStack } from '../../schema/resolved';
import { work } from '../command';
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
    const [{ synthesize }, { planChanges, writePlan }] = await Promise.all([
      import('../../constructs/index.ts'),
      import('../../constructs/plan/write.ts'),
    ]);
    const plan = synthesize(loaded.platform);
    const findings = [...loaded.findings, ...plan.findings];
    const out = resolve(cli.cwd, flags.out);
    const report = { command: 'synth', findings };
    if (hasErrors(findings))
      return print(cli, { ...report, summary: 'nothing was written: correct the errors first' }, { output: flags.output, root });
    if (flags.check) {
      const changes = planChanges(plan, out);
      const differing = changes.map(({ change, file }) => finding(cliFindings.wouldChange, { message: `${file} would be ${change}` }));
      const summary = changes.length === 0 ? `${shown(cli.cwd, out)} is what the files say` : 'nothing was written: --check';
      return print(cli, { ...report, findings: [...findings, ...differing], summary }, { output: flags.output, root });
    }
    const { files } = writePlan(plan, out);
    const data = { stack: flags.stack, out: flags.out, objects: plan.objects.length, files };
    await print(
      cli,
      {
        ...report,
        data,
        text: files.join('\n'),
        summary: `${plan.objects.length} objects of stack ${flags.stack} in ${shown(cli.cwd, out)}`,
      },
      { output: flags.output, root },
    );
  }),
});
