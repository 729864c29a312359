import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactRequest } from '../../core/contract/artifact-fetch';
import { digestPath, UnfitForDigest } from '../../core/digests';
import { unpack } from './archive';
import { Budget } from './budget';
import { Client, DEFAULT_CLIENT, type ClientOptions } from './client';
import { credentialsIn } from './credentials';
import { FetchFailure } from './failure';
import { sourceOf } from './sources/index';

/** What lies at the target now. */
export interface Fetched {
  /** hex; as `kea digest` prints it. */
  readonly sha256: string;
  readonly bytes: number;
  /** It was there already, with the right digest: the container had been restarted. */
  readonly kept: boolean;
}

/**
 * Brings the artifact beside its target, verifies it and moves it there by rename, so that the target is either whole or absent.
 * Throws `FetchFailure`; then the target does not exist and nothing else was left behind.
 */
export async function fetchArtifact(request: ArtifactRequest, client: Partial<ClientOptions> = {}): Promise<Fetched> {
  const present = await presentDigest(request);
  if (present) return present;
  await rm(request.target, { recursive: true, force: true });
  const parent = dirname(request.target);
  const work = join(parent, `.fetch-${randomUUID()}`);
  await mkdir(work, { recursive: true });
  const credentials = credentialsIn(request.credentials);
  const ca = credentials('ca.crt');
  const http = new Client({ ...DEFAULT_CLIENT, ...(ca === undefined ? {} : { ca }), ...client });
  try {
    const budget = new Budget(request.maxBytes);
    const brought = join(work, 'brought');
    await sourceOf(request.uri)({ request, client: http, credentials, budget }, brought);
    const whole = await shaped(request, brought, join(work, 'unpacked'));
    const { sha256, bytes } = digest(whole);
    if (request.sha256 !== undefined && sha256 !== request.sha256) {
      throw new FetchFailure(`${request.uri} has sha256 ${sha256}, and ${request.sha256} was asked for`);
    }
    await rename(whole, request.target);
    return { sha256, bytes, kept: false };
  } finally {
    await http.close();
    await rm(work, { recursive: true, force: true });
  }
}

/** A file where a file was asked for, a folder where a folder was. */
async function shaped(request: ArtifactRequest, brought: string, unpacked: string): Promise<string> {
  const isFolder = (await stat(brought)).isDirectory();
  if (isFolder && !request.isFolder) throw new FetchFailure(`${request.uri} is a folder, and a file was asked for`);
  if (isFolder || !request.isFolder) return brought;
  await unpack(brought, unpacked, new Budget(request.maxBytes));
  return unpacked;
}

async function presentDigest(request: ArtifactRequest): Promise<Fetched | undefined> {
  const found = await stat(request.target).catch(() => undefined);
  if (!found || request.sha256 === undefined || found.isDirectory() !== request.isFolder) return undefined;
  const { sha256, bytes } = digest(request.target);
  return sha256 === request.sha256 ? { sha256, bytes, kept: true } : undefined;
}

function digest(path: string): { readonly sha256: string; readonly bytes: number } {
  try {
    return digestPath(path);
  } catch (error) {
    if (error instanceof UnfitForDigest) throw new FetchFailure(`the artifact holds "${error.path}", which ${error.reason}`);
    throw error;
  }
}
