import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { finding } from '../../core/findings/finding';
import { imageFindings } from '../../core/findings/images';
import { Refusal } from '../refusal';
import type { Bases } from './build';
import { addressOf, isLocal } from './registry';

/** Container engines that can build our images, in the order in which they are looked for. */
export const ENGINE_NAMES = ['docker', 'podman', 'buildah'] as const;
export type Engine = (typeof ENGINE_NAMES)[number];

/** One image to build. */
export interface Build {
  /** A checkout. */
  readonly sources: string;
  /** Stage of `services/Dockerfile`. */
  readonly target: string;
  readonly bases: Bases;
  /** Name and tag that it gets. */
  readonly reference: string;
  readonly push: boolean;
  readonly npmrc: string | undefined;
  /** For files of the engine's answers. */
  readonly folder: string;
  readonly environment: Environment;
}

interface Environment {
  readonly [name: string]: string | undefined;
}

/** How each engine builds: resolves with the digest of what was pushed, or of the image's configuration when it stayed here. */
export const ENGINES: Readonly<Record<Engine, (build: Build) => Promise<string>>> = {
  async docker(build) {
    const metadata = join(build.folder, 'metadata.json');
    const ends = ['--metadata-file', metadata, '--provenance=false', build.push ? '--push' : '--load'];
    await run('docker', ['buildx', 'build', ...asked(build), ...ends, build.sources], build);
    const told = JSON.parse(readFileSync(metadata, 'utf8')) as { readonly [key: string]: unknown };
    return digest(told[build.push ? 'containerimage.digest' : 'containerimage.config.digest'] ?? told['containerimage.digest'], build);
  },
  podman: (build) => byBuildah('podman', build),
  buildah: (build) => byBuildah('buildah', build),
};

/** Podman builds by Buildah's code; both take the same words. */
async function byBuildah(program: 'podman' | 'buildah', build: Build): Promise<string> {
  const [id, pushed] = [join(build.folder, 'id'), join(build.folder, 'digest')];
  const ignored = ['--ignorefile', join(build.sources, 'services/Dockerfile.dockerignore')];
  const isPlain = (name: string): boolean => isLocal(addressOf(name, '').host);
  const plainBase = Object.values(build.bases).some(isPlain) ? ['--tls-verify=false'] : [];
  // Layers are kept, so that the second image begins where the first one forked off. Times of files would make each build another image.
  const own = ['--layers', '--format', 'oci', '--timestamp', '0', '--iidfile', id, ...ignored, ...plainBase];
  await run(program, ['build', ...asked(build), ...own, build.sources], build);
  if (!build.push) return digest(readFileSync(id, 'utf8').trim(), build);
  const plain = isPlain(build.reference) ? ['--tls-verify=false'] : [];
  await run(program, ['push', ...plain, '--digestfile', pushed, build.reference], build);
  return digest(readFileSync(pushed, 'utf8').trim(), build);
}

/** What every engine is asked, in the same words. */
function asked({ sources, target, bases, reference, npmrc }: Build): readonly string[] {
  return [
    ...['--file', join(sources, 'services/Dockerfile'), '--target', target, '--tag', reference],
    ...Object.entries(bases).flatMap(([argument, image]) => ['--build-arg', `${argument}=${image}`]),
    ...(npmrc === undefined ? [] : ['--secret', `id=npmrc,src=${npmrc}`]),
  ];
}

/** The first engine that is installed. @throws Refusal when none is */
export function engineOf(environment: Environment): Engine {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(Boolean);
  const found = ENGINE_NAMES.find((name) => folders.some((folder) => existsSync(join(folder, name))));
  if (found) return found;
  throw new Refusal(finding(imageFindings.notBuilt, { message: `none of ${ENGINE_NAMES.join(', ')} is installed`, fix: INSTALL }));
}

const INSTALL =
  'install a container engine (docker with buildx, podman, or buildah); without any, node scripts/images.mjs makes images for tests';
const MOST_OUTPUT = 64 * 1024 * 1024;

async function run(program: Engine, args: readonly string[], { sources, environment }: Build): Promise<void> {
  try {
    await promisify(execFile)(program, args, { cwd: sources, maxBuffer: MOST_OUTPUT, env: { ...environment } });
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    if (code === 'ENOENT') throw new Refusal(finding(imageFindings.notBuilt, { message: `"${program}" is not installed`, fix: INSTALL }));
    const last = (stderr ?? '').trim().split('\n').slice(-5).join('; ');
    throw new Refusal(finding(imageFindings.notBuilt, { message: `${program} ${args[0]} ended with ${code}: ${last}` }));
  }
}

function digest(told: unknown, { reference }: Build): string {
  if (typeof told === 'string' && /^(sha256:)?[0-9a-f]{64}$/.test(told)) return told.startsWith('sha256:') ? told : `sha256:${told}`;
  throw new Refusal(finding(imageFindings.notBuilt, { message: `the engine does not tell the digest of ${reference}` }));
}
