import { buildCommand } from '@stricli/core';
import { finding, type Finding } from '../../core/findings/finding';
import { imageFindings } from '../../core/findings/images';
import { nearest } from '../../core/names';
import { stackDefaults } from '../../schema/source/defaults';
import type { ImageUse } from '../../constructs/images';
import { work } from '../command';
import type { Cli } from '../context';
import { checkFlag, outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { projectOf } from '../project';
import { Refusal } from '../refusal';

interface Flags extends OutputFlag {
  readonly registry?: string;
  readonly lock: string;
  readonly project?: string;
  readonly check: boolean;
}

/** Registries are asked for this many images at once. */
const AT_ONCE = 4;

export const imagesResolve = buildCommand<Flags, readonly string[], Cli>({
  docs: {
    brief: "Ask registries for the digests behind images' tags, and write them to images.lock.yaml",
    fullDescription: `Ask registries for the digests behind images' tags, and write them to images.lock.yaml.

  kea images resolve
  kea images resolve docker.io/envoyproxy/envoy
  kea images resolve --registry registry.example.com/mirror --check

Needs the registries; a digest that none of them stated is never written.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      registry: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'REGISTRY',
        brief: 'Mirror that is asked instead of the own registry of each image',
      },
      lock: {
        kind: 'parsed',
        parse: text,
        default: stackDefaults.imagesLock,
        placeholder: 'FILE',
        brief: 'File of digests, relative to the project',
      },
      project: projectFlag,
      check: checkFlag,
    },
    positional: {
      kind: 'array',
      parameter: { brief: 'Image, as `kea images list` shows it; without any all of them', parse: text, placeholder: 'IMAGE' },
    },
  },
  func: work('images resolve', async (cli, flags: Flags, ...wanted: readonly string[]) => {
    const { output, registry, lock, check } = flags;
    const root = projectOf(cli.cwd, flags.project);
    const { usedImages } = await import('../images/used.ts');
    const { images, findings } = await usedImages(root, undefined);
    const chosen = choose(images, wanted);
    const answers = await askAll(cli, chosen, registry);
    const resolved = new Map(answers.flatMap(({ use, digest }) => (digest === undefined ? [] : [[use.key, digest] as const])));
    const changed = chosen.filter(({ key, digest }) => resolved.has(key) && resolved.get(key) !== digest);
    const refused = answers.flatMap(({ problem }) => (problem ? [problem] : []));
    if (!check && changed.length > 0) {
      const { writeDigests } = await import('../images/lock-file.ts');
      writeDigests(root, lock, new Map(changed.map(({ key }) => [key, resolved.get(key) as string])));
    }
    const differing = check
      ? changed.map(({ key, digest }) =>
          finding(imageFindings.changed, {
            message: `"${key}": the lock file has ${digest ?? 'no digest'}, the registry states ${resolved.get(key)}`,
            place: { file: lock },
          }),
        )
      : [];
    const lines = changed.map(({ key }) => `${key} ${resolved.get(key)}`);
    const done = check
      ? 'nothing was written: --check'
      : changed.length === 0
        ? `${lock} has nothing new`
        : `${changed.length} digests written to ${lock}`;
    const data = { changed: changed.map(({ key, digest }) => ({ image: key, from: digest ?? null, to: resolved.get(key) as string })) };
    await print(
      cli,
      { command: 'images resolve', findings: [...findings, ...refused, ...differing], data, text: lines.join('\n'), summary: done },
      { output, root },
    );
  }),
});

/** The images that were named, or all; those that were pinned in a model file need no lock. A name with a tag that nobody uses yet is a model's own. */
function choose(images: readonly ImageUse[], wanted: readonly string[]): readonly ImageUse[] {
  if (wanted.length === 0) return images;
  return wanted.map((name) => {
    const found = images.find(({ key, name: plain, tag }) => key === name || `${plain}:${tag}` === name);
    if (found) return found;
    const colon = name.lastIndexOf(':');
    if (name.includes('/') && colon > name.lastIndexOf('/'))
      return { key: name, name: name.slice(0, colon), tag: name.slice(colon + 1), usedBy: [] };
    const close = nearest(
      name,
      images.map(({ key }) => key),
    );
    throw new Refusal(
      finding(imageFindings.unknownImage, {
        message: `no stack uses an image "${name}"`,
        ...(close ? { fix: `did you mean "${close}"?` } : {}),
      }),
    );
  });
}

interface Answer {
  readonly use: ImageUse;
  readonly digest?: string;
  readonly problem?: Finding;
}

async function askAll(cli: Cli, images: readonly ImageUse[], registry: string | undefined): Promise<readonly Answer[]> {
  const { addressOf, askDigest, RegistryRefusal } = await import('../images/registry.ts');
  const { mirrored } = await import('../../constructs/shared/images.ts');
  const answers: Answer[] = [];
  for (let from = 0; from < images.length; from += AT_ONCE) {
    const some = images.slice(from, from + AT_ONCE);
    cli.progress(`asking for ${some.map(({ key }) => key).join(', ')}`);
    answers.push(
      ...(await Promise.all(
        some.map(async (use): Promise<Answer> => {
          try {
            return { use, digest: await askDigest(addressOf(mirrored(use.name, registry), use.tag)) };
          } catch (error) {
            if (!(error instanceof RegistryRefusal)) throw error;
            return { use, problem: finding(imageFindings.unresolved, { message: `no digest for "${use.key}": ${error.message}` }) };
          }
        }),
      )),
    );
  }
  return answers;
}
