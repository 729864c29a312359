import { buildCommand } from '@stricli/core';
import type { Score } from '../../policies/scoreboard';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, projectFlag, stackFlag, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { planOf } from '../plan';
import { print } from '../print/index';
import { projectOf } from '../project';

interface Flags extends OutputFlag {
  readonly stack?: string;
  readonly project?: string;
}

export const policiesScore = buildCommand<Flags, [], Cli>({
  docs: {
    brief: 'Count which demands of hardening a plan misses, beside public model-serving manifests',
    fullDescription: `Count, pod by pod and container by container, which demands of hardening the plan of a stack misses. Beside it stands how many percent of
the public manifests of seven model-serving projects miss them.

  kea policies score --stack prod
  kea policies score --stack prod --output json   # with the name of each container that misses one`,
  },
  parameters: { flags: { output: outputFlag, stack: stackFlag, project: projectFlag } },
  func: work('policies score', async (cli, flags: Flags) => {
    const root = projectOf(cli.cwd, flags.project);
    const loaded = await loadSound(cli, { command: 'policies score', root, stack: flags.stack, output: flags.output });
    if (!loaded) return;
    const { scoreboard } = await import('../../policies/scoreboard.ts');
    const scores = scoreboard((await planOf(loaded.platform, root)).objects.map((each) => each.value));
    const missed = scores.filter((each) => each.missed > 0).length;
    await print(
      cli,
      {
        command: 'policies score',
        findings: [],
        data: scores.map(({ where, ...score }) => ({ ...score, where: [...where] })),
        text: table(scores),
        summary: `${scores.length - missed} of ${scores.length} demands are met everywhere in stack ${loaded.platform.stack.name}`,
      },
      { output: flags.output, root },
    );
  }),
});

function table(scores: readonly Score[]): string {
  const rows = scores.map(({ demand, of, counted, missed, baseline }) => [
    demand,
    `${counted === 0 ? 0 : Math.ceil((100 * missed) / counted)} %`,
    `${baseline} %`,
    `${missed} of ${counted} ${of}`,
  ]);
  const all = [['missed', 'here', 'baseline', ''], ...rows];
  const width = (column: number): number => Math.max(...all.map((row) => row[column]?.length ?? 0));
  return all
    .map(([demand = '', here = '', baseline = '', of = '']) =>
      `${demand.padEnd(width(0))}  ${here.padStart(width(1))}  ${baseline.padStart(width(2))}  ${of}`.trimEnd(),
    )
    .join('\n');
}
