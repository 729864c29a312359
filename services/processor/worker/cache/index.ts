import { createHash } from 'node:crypto';
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
      const username = fileText(config.usernameFile);
      const password = fileText(config.passwordFile);
      const secret = createHash('sha256')
        .update(`kea-cache-seal\n${password ?? ''}`)
        .digest();
      return new RedisCache({
        address: config.address,
        tls: config.tls,
        prefix: config.prefix,
        secret,
        ...(username ? { username } : {}),
        ...(password ? { password } : {}),
      });
    }
  }
}

function fileText(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8').trim();
}
