import { buildCommand } from '@stricli/core';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plan, PlanObject } from '../../constructs/plan/plan-object';
import type { JsonValue } from '../../core/json';
import type { ResolvedStack } from '../../schema/resolved';
import { work } from '../command';
import type { Cli } from '../context';
import { EXIT } from '../exit';
import { removedWhileRouted } from '../diff/removed';
import { outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { planOf } from '../plan';
import { print } from '../print/index';
import { projectOf } from '../project';

interface Flags extends OutputFlag {
  readonly stack: string;
  readonly project?: string;
  readonly exitCode: boolean;
  readonly live: boolean;
  readonly context?: string;
}

/** What the working tree is compared with: objects, and what it is called. */
async function before(cwd: string, root: string, stack: string, against: string): Promise<readonly PlanObject[]> {
  const folder = resolve(cwd, against);
  const { readPlan } = await import('../../constructs/index.ts');
  if (existsSync(resolve(folder, 'kea-index.json'))) return readPlan(folder);
  const { withBase } = await import('../diff/base.ts');
  return withBase(root, against, (base) => base.objectsOf(stack), 'neither a folder that kea synth wrote nor a revision of git');
}

async function live(plan: Plan, stack: ResolvedStack, context: string | undefined) {
  const [{ openKubectl, sameCluster }, { driftOf }] = await Promise.all([import('../live/kubectl.ts'), import('../live/drift.ts')]);
  const kubectl = openKubectl(context);
  await sameCluster(kubectl, stack.name, stack.cluster?.kubeSystemUid);
  return driftOf(plan, kubectl);
}

export const diff = buildCommand<Flags, [string?], Cli>({
  docs: {
    brief: 'Show what the files change in the objects of a stack, model by model',
    fullDescription: `Show what the files change in the objects of a stack, compared with a folder that synth wrote, with a revision of git, or with what runs.

  kea diff --stack prod
  kea diff --stack prod main
  kea diff --stack prod rendered/prod --exit-code
  kea diff --stack prod --live --context prod-cluster

--live asks the cluster of your kubectl: what somebody changed by hand, what is not applied yet, and what was left behind. It changes nothing.
Values of secrets are never shown.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      stack: { kind: 'parsed', parse: text, placeholder: 'STACK', brief: 'Stack to compare, the name of a file in stacks/' },
      project: projectFlag,
      live: { kind: 'boolean', default: false, withNegated: false, brief: 'Compare with what runs in the cluster' },
      context: { kind: 'parsed', parse: text, placeholder: 'NAME', optional: true, brief: 'Context of kubectl, for --live' },
      exitCode: { kind: 'boolean', default: false, withNegated: false, brief: 'Exit 1 when something differs' },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: 'Folder that synth wrote, or a branch, tag or commit',
          parse: text,
          placeholder: 'AGAINST',
          optional: true,
          default: 'HEAD',
        },
      ],
    },
  },
  func: work('diff', async (cli, flags: Flags, against = 'HEAD') => {
    const root = projectOf(cli.cwd, flags.project);
    const loaded = await loadSound(cli, { command: 'diff', root, stack: flags.stack, output: flags.output });
    if (!loaded) return;
    const [{ diffPlans }, { diffSummary, renderDiff }] = await Promise.all([
      import('../../constructs/index.ts'),
      import('../diff/render.ts'),
    ]);
    const plan = await planOf(loaded.platform, root);
    const base = flags.live ? [] : await before(cli.cwd, root, flags.stack, against);
    const { difference, writers, unknownKinds } = flags.live
      ? await live(plan, loaded.platform.stack, flags.context)
      : { difference: diffPlans(base, plan.objects), writers: new Map(), unknownKinds: [] };
    const errors = [...loaded.findings, ...plan.findings, ...removedWhileRouted(base, plan.objects)].filter(
      (each) => each.severity === 'error',
    );
    await print(
      cli,
      {
        command: 'diff',
        findings: errors,
        data: { ...difference, writers: Object.fromEntries(writers), unknownKinds } as unknown as JsonValue,
        text: renderDiff(difference, writers),
        summary: [diffSummary(difference), ...unknownKinds.map((kind) => `the cluster knows no ${kind}`)].join('; '),
      },
      { output: flags.output, root },
    );
    if (flags.exitCode && difference.groups.length > 0) cli.end(EXIT.findings);
  }),
});
