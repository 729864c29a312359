import { readFileSync } from 'node:fs';
import type { ProcessorConfig } from '../../../core/contract/processor-config';
import { isJsonObject, type JsonValue } from '../../../core/json';

/**
 * Reads the processor's configuration file.
 *
 * @throws Error that names the first key that is missing or has another type.
 */
export function readConfig(file: string): ProcessorConfig {
  const value = JSON.parse(readFileSync(file, 'utf8')) as JsonValue;
  const demand = (path: string, type: 'string' | 'number'): void => {
    const found = path.split('.').reduce<JsonValue | undefined>((at, key) => (isJsonObject(at) ? at[key] : undefined), value);
    if (typeof found !== type) throw new Error(`${file}: ${path} must be a ${type}`);
  };
  for (const path of ['bundleFolder', 'socketFolder', 'management.host', 'envoyAdmin', 'audit.folder', 'audit.writer', 'cache.kind'])
    demand(path, 'string');
  for (const path of ['workers', 'management.port', 'maxBufferedBytes']) demand(path, 'number');
  const config = value as unknown as ProcessorConfig;
  if (!Number.isInteger(config.workers) || config.workers < 1) throw new Error(`${file}: workers must be 1 or more`);
  return config;
}
