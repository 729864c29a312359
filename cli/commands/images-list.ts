import { buildCommand } from '@stricli/core';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { projectOf, requireStack } from '../project';

interface Flags extends OutputFlag {
  readonly stack?: string;
  readonly project?: string;
}

export const imagesList = buildCommand<Flags, [], Cli>({
  docs: {
    brief: 'Show every image that the stacks use, with its digest where one is known',
    fullDescription: 'Show every image that the stacks use, and the bases that our own are built on.\n\n  kea images list --stack prod',
  },
  parameters: {
    flags: {
      output: outputFlag,
      stack: { kind: 'parsed', parse: text, optional: true, placeholder: 'STACK', brief: 'Stack to look at; without it all of them' },
      project: projectFlag,
    },
  },
  func: work('images list', async (cli, { output, stack, project }: Flags) => {
    const root = projectOf(cli.cwd, project);
    const { usedImages } = await import('../images/used.ts');
    const { images, findings } = await usedImages(root, stack === undefined ? undefined : requireStack(root, stack));
    const widest = Math.max(0, ...images.map(({ name, tag }) => name.length + tag.length + 1));
    const lines = images.map(
      ({ name, tag, digest, usedBy }) =>
        `${`${name}:${tag}`.padEnd(widest)}  ${digest?.slice(0, 19) ?? 'no digest'.padEnd(19)}  ${usedBy.join(', ')}`,
    );
    const without = images.filter(({ digest }) => digest === undefined).length;
    const summary =
      without === 0
        ? `${images.length} images, all with a digest`
        : `${without} of ${images.length} images have no digest: kea images resolve`;
    const data = { images: images.map((use) => ({ ...use, usedBy: [...use.usedBy] })) };
    await print(cli, { command: 'images list', findings, data, text: lines.join('\n'), summary }, { output, root });
  }),
});
