import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ProcessorConfig } from '../../../../core/contract/processor-config';
import type { ResponseCache } from './entry';
import { MemoryCache, NoCache } from './memory';
import { RedisCache } from './redis';

/** The cache that the configuration asks for. With a password, values are sealed by a key made of it, so that all gateways share it. */
export function makeCache(config: ProcessorConfig['cache']): ResponseCache {
  switch (config.kind) {
    case 'none':
      return new NoCache();
    case 'memory':
      return new MemoryCache(config.maxBytes);
    case 'redis': {
      const password = config.passwordFile === undefined ? undefined : readFileSync(config.passwordFile, 'utf8').trim();
      const secret = createHash('sha256')
        .update(`kea-cache-seal\n${password ?? ''}`)
        .digest();
      return new RedisCache({ address: config.address, tls: config.tls, prefix: config.prefix, secret, ...(password ? { password } : {}) });
    }
  }
}

/** An epoch for a bundle that names none: fresh, so that nothing stored before is found. */
export function randomEpoch(): string {
  return randomBytes(16).toString('hex');
}
