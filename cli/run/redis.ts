import { join } from 'node:path';
import { freePorts } from './ports';
import type { Child } from './child';
import type { Crew } from './crew';
import type { StateFolder } from './state';

/** A Redis of our own, in memory only, on a free port of loopback. */
export async function startRedis(
  crew: Crew,
  binary: string,
  folder: StateFolder,
): Promise<{ readonly child: Child; readonly address: string }> {
  const [port = 0] = await freePorts(1);
  const args = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--save',
    '',
    '--appendonly',
    'no',
    '--maxmemory',
    '128mb',
    '--maxmemory-policy',
    'allkeys-lru',
  ];
  const child = crew.start({
    name: 'redis',
    command: binary,
    args: [...args, '--dir', folder.config],
    log: join(folder.logs, 'redis.log'),
  });
  return { child, address: `127.0.0.1:${port}` };
}
