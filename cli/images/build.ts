import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { BaseImage, KeaImage, mirrored } from '../../constructs/shared/images';
import { finding } from '../../core/findings/finding';
import { imageFindings } from '../../core/findings/images';
import type { Cli } from '../context';
import { Refusal } from '../refusal';

const run = promisify(execFile);
const MOST_OUTPUT = 64 * 1024 * 1024;

/** Build arguments of `services/Dockerfile`: both bases by digest. */
export interface Bases {
  readonly NODE_BUILD: string;
  readonly BASE_RUN: string;
}

export interface BuiltImage {
  /** Its line in the lock file. */
  readonly name: string;
  readonly reference: string;
  /** `sha256:…` of what was pushed; of the image's configuration when it stayed here. */
  readonly digest: string;
}

/** The bases with the lock file's digests. @throws Refusal for a base without one */
export function lockedBases(root: string, lock: string): Bases {
  const digests = readDigests(join(root, lock));
  const pinned = ({ name, tag }: { readonly name: string; readonly tag: string }): string => {
    const digest = digests[name];
    if (digest !== undefined) return `${name}:${tag}@${digest}`;
    throw new Refusal(
      finding(imageFindings.notBuilt, {
        message: `${lock} has no digest of "${name}", which the images are built on`,
        fix: `kea images resolve ${name}`,
      }),
    );
  };
  return { NODE_BUILD: pinned(BaseImage.build), BASE_RUN: pinned(BaseImage.run) };
}

function readDigests(path: string): { readonly [name: string]: string } {
  try {
    const value = parse(readFileSync(path, 'utf8')) as { readonly [name: string]: string | { readonly digest?: string } } | null;
    return Object.fromEntries(
      Object.entries(value ?? {}).flatMap(([name, entry]) => {
        const digest = typeof entry === 'string' ? entry : entry.digest;
        return digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest) ? [[name, digest]] : [];
      }),
    );
  } catch {
    return {};
  }
}

export interface BuildOptions {
  /** A checkout. */
  readonly sources: string;
  readonly bases: Bases;
  readonly registry: string | undefined;
  readonly engine: string;
  readonly push: boolean;
}

/** Builds the three images, one target of `services/Dockerfile` each. @throws Refusal with what the engine said */
export async function buildOwnImages(cli: Cli, options: BuildOptions): Promise<readonly BuiltImage[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kea-build-'));
  try {
    const built: BuiltImage[] = [];
    for (const { name, tag } of Object.values(KeaImage)) {
      const reference = `${mirrored(name, options.registry)}:${tag}`;
      const metadata = join(folder, 'metadata.json');
      cli.say(`building ${reference}`);
      await engine(options, [
        ...['buildx', 'build', '--file', join(options.sources, 'services/Dockerfile'), '--target', name.slice(name.lastIndexOf('/') + 1)],
        ...Object.entries(options.bases).flatMap(([argument, image]) => ['--build-arg', `${argument}=${image}`]),
        ...['--tag', reference, '--metadata-file', metadata, '--provenance=false', options.push ? '--push' : '--load', options.sources],
      ]);
      const told = JSON.parse(readFileSync(metadata, 'utf8')) as { readonly [key: string]: unknown };
      const digest = told[options.push ? 'containerimage.digest' : 'containerimage.config.digest'] ?? told['containerimage.digest'];
      if (typeof digest !== 'string')
        throw new Refusal(finding(imageFindings.notBuilt, { message: `${options.engine} does not tell the digest of ${reference}` }));
      built.push({ name, reference, digest });
    }
    return built;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function engine({ engine: program, sources }: BuildOptions, args: readonly string[]): Promise<void> {
  try {
    await run(program, args, { cwd: sources, maxBuffer: MOST_OUTPUT });
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    if (code === 'ENOENT')
      throw new Refusal(
        finding(imageFindings.notBuilt, {
          message: `"${program}" is not installed`,
          fix: 'install a container engine with buildx, or name one with --engine; without any, node scripts/images.mjs makes images for tests',
        }),
      );
    const last = (stderr ?? '').trim().split('\n').slice(-5).join('; ');
    throw new Refusal(finding(imageFindings.notBuilt, { message: `${program} ended with ${code}: ${last}` }));
  }
}
