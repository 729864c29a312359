import { buildCommand } from '@stricli/core';
import { resolve } from 'node:path';
import { cliFindings } from '../../core/findings/cli';
import type { WriteResult } from '../../constructs/plan/write';
import { finding, hasErrors, type Finding } from '../../core/findings/finding';
import type { ResolvedStack } from '../../schema/resolved';
import { work } from '../command';
import { writing } from '../disk';
import type { Cli } from '../context';
import { checkFlag, outputFlag, projectFlag, stackFlag, text, type OutputFlag } from '../flags';
import { lastOutcome, rememberOutcome, synthState, type SynthOutcome } from '../last-synth';
import { loadSound } from '../load';
import { planOf } from '../plan';
import { print } from '../print/index';
import { endDenied, startPolicies } from '../policies';
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

function refuse(cli: Cli, flags: Flags, findings: readonly Finding[], summary: string): Promise<void> {
  return print(cli, { command: 'synth', findings, summary }, { output: flags.output, root: projectOf(cli.cwd, flags.project) });
}

/** What was done, or with `--check` that there was nothing to do. */
function report(cli: Cli, flags: Flags, { findings, objects }: SynthOutcome, result: Omit<WriteResult, 'findings'>): Promise<void> {
  const options = { output: flags.output, root: projectOf(cli.cwd, flags.project) };
  const out = shown(cli.cwd, resolve(cli.cwd, flags.out));
  if (flags.check) return print(cli, { command: 'synth', findings, summary: `${out} is what the files say` }, options);
  const { written, removed, unchanged } = result;
  const summary = `${objects} objects of stack ${flags.stack} in ${out}: ${written.length} files written, ${removed.length} removed, ${unchanged} as they were`;
  const data = { stack: flags.stack, out: flags.out, objects, ...result };
  const text = [...written, ...removed.map((path) => `${path} (removed)`)].join('\n');
  return print(cli, { command: 'synth', findings, data, text, summary }, options);
}

/** The plan never lands among the files that it is made from: they would be read as stacks and models. */
function refuseSource(root: string, out: string, named: string): void {
  const [top = ''] = shown(root, out).split('/');
  if (!['.', 'models', 'stacks'].includes(top)) return;
  const message = `"${named}" is ${top === '.' ? 'the project itself' : `inside ${top}/`}, which people write`;
  throw new Refusal(finding(cliFindings.unwritable, { message, fix: `choose another folder, such as --out rendered` }));
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
    const call = { root, stack: flags.stack, models, out: resolve(cli.cwd, flags.out) };
    refuseSource(root, call.out, flags.out);
    const last = lastOutcome(call);
    if (last) return report(cli, flags, last, { written: [], removed: [], unchanged: last.files, bytes: 0 });

    const [{ sourcesOf }, { POLICY_SOURCES }] = await Promise.all([
      import('../../schema/load/index.ts'),
      import('../../policies/project.ts'),
    ]);
    const sources = sourcesOf({ root, stack: flags.stack, ...(models ? { models } : {}) });
    const state = synthState(root, sources && [...sources, ...POLICY_SOURCES]);
    const loaded = await loadSound(cli, { command: 'synth', root, stack: flags.stack, models, output: flags.output });
    if (!loaded) return;
    refuseUnwritable(loaded.platform.stack);
    const policies = await startPolicies(root);
    const { countFiles, writePlan } = await import('../../constructs/index.ts');
    const plan = await planOf(loaded.platform, root);
    const judged = await policies.judge(plan, loaded.platform);
    await policies.close();
    endDenied(cli, judged);
    const outcome = {
      findings: [...loaded.findings, ...policies.findings, ...plan.findings, ...judged.findings],
      objects: plan.objects.length,
      files: countFiles(plan),
    };
    if (hasErrors(outcome.findings)) return refuse(cli, flags, outcome.findings, 'nothing was written: correct the errors first');
    if (flags.check) {
      const { wouldWrite } = await import('../synth-check.ts');
      const differing = wouldWrite(plan, call.out);
      if (differing.length > 0) return refuse(cli, flags, [...outcome.findings, ...differing], 'nothing was written: --check');
      return report(cli, flags, outcome, { written: [], removed: [], unchanged: outcome.files, bytes: 0 });
    }
    const { findings: refused, ...result } = writing(call.out, () => writePlan(plan, call.out));
    if (refused.length > 0) return refuse(cli, flags, [...outcome.findings, ...refused], 'nothing was written');
    rememberOutcome(call, state, outcome);
    await report(cli, flags, outcome, result);
  }),
});
