import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ChecksFile, type ExampleChecks } from '../../core/contract/example-checks';
import { isJsonObject } from '../../core/json';

/** Unpacked checks are never larger than this; the plan would not have written them. */
const MOST_BYTES = 64 * 1024 * 1024;

/** What the plan wrote for this contract: one plain file, or the joined shards of a gzipped one. Throws with a sentence when there is neither. */
export async function readChecks(folder: string): Promise<ExampleChecks> {
  const names = new Set(await readdir(folder));
  const text = names.has(ChecksFile.plain) ? await readFile(join(folder, ChecksFile.plain), 'utf8') : await unpack(folder, names);
  const checks: unknown = JSON.parse(text);
  if (!isJsonObject(checks) || !Array.isArray(checks['methods']) || !isJsonObject(checks['versions']) || !isJsonObject(checks['schemas'])) {
    throw new Error(`${folder} does not hold the checks of a contract`);
  }
  return checks as unknown as ExampleChecks;
}

async function unpack(folder: string, names: ReadonlySet<string>): Promise<string> {
  const shards: Buffer[] = [];
  while (names.has(ChecksFile.shard(shards.length))) shards.push(await readFile(join(folder, ChecksFile.shard(shards.length))));
  if (shards.length === 0) throw new Error(`${folder} holds neither ${ChecksFile.plain} nor ${ChecksFile.shard(0)}`);
  return gunzipSync(Buffer.concat(shards), { maxOutputLength: MOST_BYTES }).toString('utf8');
}
