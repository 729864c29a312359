import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { BaseImage, KeaImage, mirrored } from '../../constructs/shared/images';
import { finding } from '../../core/findings/finding';
import { imageFindings } from '../../core/findings/images';
import type { Cli } from '../context';
import { Refusal } from '../refusal';
import { type Engine, ENGINES } from './engines';

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

/** The bases with the lock file's digests, from the mirror where there is one. @throws Refusal for a base without a digest */
export function lockedBases(root: string, lock: string, mirror: string | undefined): Bases {
  const digests = readDigests(join(root, lock));
  const pinned = ({ name }: { readonly name: string }): string => {
    const digest = digests[name];
    // Without the tag: Podman and Buildah refuse a reference with both.
    if (digest !== undefined) return `${mirrored(name, mirror)}@${digest}`;
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
  readonly engine: Engine;
  readonly push: boolean;
  /** Credentials and address of a registry of npm packages, seen by the build and left out of the image. */
  readonly npmrc: string | undefined;
}

/** Builds the three images, one target of `services/Dockerfile` each. @throws Refusal with what the engine said */
export async function buildOwnImages(cli: Cli, { engine, ...options }: BuildOptions): Promise<readonly BuiltImage[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kea-build-'));
  try {
    const built: BuiltImage[] = [];
    for (const { name, tag } of Object.values(KeaImage)) {
      const reference = `${mirrored(name, options.registry)}:${tag}`;
      cli.say(`building ${reference} with ${engine}`);
      const target = name.slice(name.lastIndexOf('/') + 1);
      built.push({
        name,
        reference,
        digest: await ENGINES[engine]({ ...options, reference, target, folder, environment: cli.process.env }),
      });
    }
    return built;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
