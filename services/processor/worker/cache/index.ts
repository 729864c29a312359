import { createHash } from 'node:crypto';
import type { ProcessorConfig } from '../../../../core/contract/processor-config';
import { fileText, type RedisConnection } from '../redis/connection';
import type { ResponseCache } from './entry';
import { MemoryCache, NoCache } from './memory';
import { RedisCache } from './redis';

/** The cache that the configuration asks for. Values in Redis are sealed by a key made of the password, so that all gateways share it. */
export function makeCache(config: ProcessorConfig['cache'], redis: RedisConnection | undefined): ResponseCache {
  if (redis !== undefined) return new RedisCache(redis, sealKey(fileText(redis.config.passwordFile)));
  return config.kind === 'memory' ? new MemoryCache(config.maxBytes) : new NoCache();
}

function sealKey(password: string | undefined): Buffer {
  return createHash('sha256')
    .update(`kea-cache-seal\n${password ?? ''}`)
    .digest();
}
