import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { chunkName } from '../../../core/contract/artifact-fetch';
import { filesBelow, UnfitForDigest } from '../../../core/digests';
import type { Budget } from '../budget';
import { FetchFailure } from '../failure';
import { safePath } from '../safe-path';
import type { Source } from './source';

/** `pvc://claim/path`: copies from the mounted claim. Links may not lead out of it. */
export const pvc: Source = async ({ request, budget }, path) => {
  const claim = request.claim;
  const inside = /^pvc:\/\/[^/]+\/(.+)$/s.exec(request.uri)?.[1];
  if (claim === undefined || inside === undefined) throw new FetchFailure(`${request.uri} is not pvc://claim/path with the claim mounted`);
  const root = await real(claim, 'the claim');
  const from = await real(join(root, safePath(inside)), request.uri);
  if (!from.startsWith(root + sep)) throw new FetchFailure(`${request.uri} leads out of the claim`);
  await copy(from, path, request.uri, budget);
};

/** `file:///path`: copies a file or folder that the image or a volume already holds. */
export const file: Source = async ({ request, budget }, path) => {
  if (!request.uri.startsWith('file:///')) throw new FetchFailure(`${request.uri} is not file:///path`);
  const from = decodeURIComponent(request.uri.slice('file://'.length));
  await copy(await real(from, request.uri), path, request.uri, budget);
};

/** `inline://`: joins the chunks that travelled in ConfigMaps. */
export const inline: Source = async ({ request, budget }, path) => {
  const folder = request.chunks;
  if (folder === undefined) throw new FetchFailure('an inline artifact needs the folder of its chunks');
  let count = 0;
  while (await exists(join(folder, chunkName(count)))) {
    await pipeline(createReadStream(join(folder, chunkName(count))), budget.meter(), createWriteStream(path, { flags: 'a' }));
    count++;
  }
  if (count === 0) throw new FetchFailure(`${folder} holds no ${chunkName(0)}`);
};

async function copy(from: string, to: string, uri: string, budget: Budget): Promise<void> {
  const found = await stat(from);
  if (found.isFile()) return copyFile(from, to, budget);
  if (!found.isDirectory()) throw new FetchFailure(`${uri} is neither a file nor a folder`);
  await mkdir(to);
  for (const name of files(from)) {
    const target = join(to, safePath(name));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(from, name), target, budget);
  }
}

function files(folder: string): readonly string[] {
  try {
    return filesBelow(folder);
  } catch (error) {
    if (error instanceof UnfitForDigest) throw new FetchFailure(`the folder holds "${error.path}", which ${error.reason}`);
    throw error;
  }
}

function copyFile(from: string, to: string, budget: Budget): Promise<void> {
  return pipeline(createReadStream(from), budget.meter(), createWriteStream(to));
}

async function real(path: string, name: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw new FetchFailure(`${name} cannot be read: ${(error as { code?: string }).code ?? String(error)}`);
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
