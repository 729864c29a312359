import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessorConfig } from '../../core/contract/processor-config';
import { EpochField } from '../../core/decide/cache-epoch';
import { cliFindings } from '../../core/findings/cli';
import { finding } from '../../core/findings/finding';
import { RedisConnection, type Script } from '../../services/processor/worker/redis/connection';
import { Refusal } from '../refusal';
import { runningPlatform } from './token';

/** How long Redis is waited for. */
const WAIT_MS = 3000;

/** KEYS: epochs. ARGV: field, fresh value. */
const PURGE: Script = {
  name: 'keaPurge',
  keys: 1,
  lua: `redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('HINCRBY', KEYS[1], '${EpochField.count}', 1)`,
};

/**
 * Makes all gateways that share a Redis forget the answers of `name` (`*`, model, `model/v1` or `model/v1/1.4.0`), within about a second.
 * `processor`: file with a `ProcessorConfig`; by default that of the platform that runs in the project.
 *
 * @throws Refusal when there is no Redis, or it does not answer
 */
export async function purgeStore(options: { readonly root: string; readonly name: string; readonly processor?: string }): Promise<string> {
  const file = options.processor ?? join(runningPlatform(options.root).folder.config, 'processor.json');
  const { cache } = readConfig(file);
  if (cache.kind !== 'redis') throw refused(`"${file}" keeps answers ${cache.kind === 'memory' ? 'in memory' : 'nowhere'}, not in Redis`);
  const connection = new RedisConnection(cache, WAIT_MS);
  try {
    await connected(connection);
    const field = EpochField.purged + options.name;
    const answer = await connection.run(PURGE, [cache.prefix + EpochField.hash], [field, randomBytes(8).toString('hex')]);
    if (typeof answer !== 'number') throw refused(`Redis at ${cache.addresses.join(', ')} did not take it`);
    return cache.addresses.join(', ');
  } finally {
    await connection.close();
  }
}

function readConfig(file: string): ProcessorConfig {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessorConfig;
  } catch (error) {
    throw refused(`"${file}" cannot be read as a processor's configuration: ${(error as Error).message}`);
  }
}

function connected(connection: RedisConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(refused(`Redis at ${connection.config.addresses.join(', ')} does not answer`)), WAIT_MS);
    connection.onReady(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function refused(message: string): Refusal {
  return new Refusal(finding(cliFindings.noStoreToPurge, { message }));
}
