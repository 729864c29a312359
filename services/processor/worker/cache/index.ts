import { createHash, randomBytes } from 'node:crypto';
import type { ProcessorConfig } from '../../../../core/contract/processor-config';
import { fileText, type RedisConnection } from '../redis/connection';
import type { ResponseCache } from './entry';
import { MemoryCache, NoCache } from './memory';
import { RedisCache } from './redis';

/**
 * The cache that the configuration asks for. Values in Redis are sealed by a key made of the seal's file or of the password, so that all
 * gateways share it. Where there is neither, anybody could seal: the key is one that nobody else has, and so are the names of entries.
 */
export function makeCache(config: ProcessorConfig['cache'], redis: RedisConnection | undefined): ResponseCache {
  if (redis !== undefined) {
    const shared = fileText(redis.config.sealFile) ?? fileText(redis.config.passwordFile);
    if (shared !== undefined) return new RedisCache(redis, sealKey(shared));
    const own = randomBytes(32);
    return new RedisCache(redis, own, `${sealKey(own.toString('hex')).toString('hex', 0, 6)}:`);
  }
  return config.kind === 'memory' ? new MemoryCache(config.maxBytes) : new NoCache();
}

function sealKey(secret: string): Buffer {
  return createHash('sha256').update(`kea-cache-seal\n${secret}`).digest();
}
