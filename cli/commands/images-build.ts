import { buildCommand } from '@stricli/core';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { finding } from '../../core/findings/finding';
import { imageFindings } from '../../core/findings/images';
import { packageRoot } from '../../core/package-root';
import { stackDefaults } from '../../schema/source/defaults';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { ENGINE_NAMES, type Engine, engineOf } from '../images/engines';
import { print } from '../print/index';
import { projectOf } from '../project';
import { Refusal } from '../refusal';

interface Flags extends OutputFlag {
  readonly registry?: string;
  readonly mirror?: string;
  readonly engine?: Engine;
  readonly npmrc?: string;
  readonly push: boolean;
  readonly lock: string;
  readonly project?: string;
}

export const imagesBuild = buildCommand<Flags, [], Cli>({
  docs: {
    brief: "Build the images of KEA's own programs with a container engine, from digest-pinned bases",
    fullDescription: `Build the images of KEA's own programs with a container engine, from digest-pinned bases.

  kea images build
  kea images build --registry registry.example.com/kea --push
  kea images build --engine buildah --mirror registry.example.com/mirror --npmrc ~/.npmrc

Works in a checkout of KEA. With --push the digests that the registry got are written to the lock file. Without an engine: node scripts/images.mjs`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      registry: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'REGISTRY',
        brief: 'Registry to name the images for, as a stack names its mirror',
      },
      mirror: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'REGISTRY',
        brief: 'Mirror that both bases are pulled from instead of their own registries',
      },
      engine: {
        kind: 'enum',
        values: ENGINE_NAMES,
        optional: true,
        brief: 'Container engine; without it the first one that is installed',
      },
      npmrc: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'FILE',
        brief: 'Settings of npm for the build, such as a registry with its login; no image keeps them',
      },
      push: { kind: 'boolean', default: false, withNegated: false, brief: 'Push, and write the digests to the lock file' },
      lock: {
        kind: 'parsed',
        parse: text,
        default: stackDefaults.imagesLock,
        placeholder: 'FILE',
        brief: 'File of digests, relative to the project',
      },
      project: projectFlag,
    },
  },
  func: work('images build', async (cli, { output, registry, mirror, engine, push, lock, project, npmrc }: Flags) => {
    const root = projectOf(cli.cwd, project);
    const sources = packageRoot();
    if (!existsSync(join(sources, 'services/Dockerfile')))
      throw new Refusal(
        finding(imageFindings.notBuilt, {
          message: 'this is the published package, which holds no sources to build images from',
          fix: 'run it in a checkout of KEA',
        }),
      );
    const { buildOwnImages, lockedBases } = await import('../images/build.ts');
    const bases = lockedBases(root, lock, mirror);
    const built = await buildOwnImages(cli, {
      ...{ sources, bases, registry, push },
      engine: engine ?? engineOf(cli.process.env),
      npmrc: npmrc === undefined ? undefined : resolve(cli.cwd, npmrc),
    });
    if (push) {
      const { writeDigests } = await import('../images/lock-file.ts');
      writeDigests(root, lock, new Map(built.map(({ name, digest }) => [name, digest])));
    }
    const lines = built.map(({ reference, digest }) => `${reference} ${digest}`);
    const summary = push
      ? `${built.length} images pushed, their digests written to ${lock}`
      : `${built.length} images built; --push gives them digests that clusters can pull`;
    await print(
      cli,
      { command: 'images build', findings: [], data: { images: built.map((each) => ({ ...each })) }, text: lines.join('\n'), summary },
      { output, root },
    );
  }),
});
