import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { buildBootstrap } from '../../constructs/gateway/render/bootstrap';
import { ManagementPath } from '../../core/contract/ports';
import { writePrivate, writePrivateJson } from './private-file';
import { nodeProgram } from './programs';
import { until } from './until';
import type { GatewayOptions, LoginOptions } from '../../constructs/gateway/render/options';
import type { ProcessorConfig } from '../../core/contract/processor-config';
import type { ResolvedPlatform } from '../../schema/resolved';
import type { Program } from './child';
import type { StateFolder } from './state';

/** Where the programs of one local gateway listen. */
export interface GatewayPlaces {
  readonly host: string;
  readonly port: number;
  readonly managementPort: number;
  readonly adminPort: number;
  readonly portalPort: number;
  readonly socketFolder: string;
  readonly workers: number;
  readonly login?: LoginOptions;
}

const MEMORY_CACHE_BYTES = 64 * 1024 * 1024;
const BUFFERED_BYTES = 256 * 1024 * 1024;
const LOCAL = '127.0.0.1';

/** The processor: supervisor and workers. `redis` is `host:port` of a cache to use instead of the processor's own memory. */
export function processorProgram(folder: StateFolder, places: GatewayPlaces, redis: string | undefined): Program {
  const config: ProcessorConfig = {
    bundleFolder: folder.bundle,
    socketFolder: places.socketFolder,
    workers: places.workers,
    management: { host: LOCAL, port: places.managementPort },
    edge: { host: places.host === 'localhost' ? LOCAL : places.host, port: places.port, tls: false },
    envoyAdmin: `http://${LOCAL}:${places.adminPort}`,
    audit: { folder: folder.audit, writer: 'local' },
    cache:
      redis === undefined
        ? { kind: 'memory', maxBytes: MEMORY_CACHE_BYTES }
        : { kind: 'redis', addresses: [redis], mode: 'single', tls: false, prefix: 'kea:', sealFile: sealFile(folder) },
    maxBufferedBytes: BUFFERED_BYTES,
  };
  const file = join(folder.config, 'processor.json');
  writePrivateJson(file, config);
  return nodeProgram('services/processor/main.js', {
    name: 'processor',
    args: ['--config', file],
    log: join(folder.logs, 'processor.log'),
  });
}

/** The local Redis asks for no password, and anybody on this machine may write to it: a key of this run. */
function sealFile(folder: StateFolder): string {
  const file = join(folder.config, 'cache-seal');
  writePrivate(file, randomBytes(32).toString('hex'));
  return file;
}

/** Envoy, with the bootstrap that a gateway pod has, at this machine's ports. */
export function envoyProgram(binary: string, platform: ResolvedPlatform, folder: StateFolder, places: GatewayPlaces): Program {
  const options: GatewayOptions = {
    socketFolder: places.socketFolder,
    workers: places.workers,
    edge: { address: places.host === 'localhost' ? LOCAL : places.host, port: places.port },
    adminPort: places.adminPort,
    accessLog: join(folder.logs, 'edge-refusals.log'),
    portal: { host: LOCAL, port: places.portalPort },
    ...(places.login ? { login: places.login } : {}),
  };
  const file = join(folder.config, 'envoy.json');
  writePrivateJson(file, buildBootstrap(platform, options));
  const args = ['-c', file, '--disable-hot-restart', '--concurrency', '2', '--log-level', 'warning', '--drain-time-s', '1'];
  return { name: 'envoy', command: binary, args, log: join(folder.logs, 'envoy.log') };
}

export function portalProgram(folder: StateFolder, places: GatewayPlaces): Program {
  const args = ['--bundle', folder.bundle, '--host', LOCAL, '--port', String(places.portalPort)];
  return nodeProgram('services/portal/main.js', { name: 'portal', args, log: join(folder.logs, 'portal.log') });
}

/** What the processor's management port says of the configuration that serves. */
export interface GatewayStatus {
  readonly digest: string | null;
  readonly refused: { readonly reason?: string } | null;
  readonly envoy: { readonly connected?: number };
}

export async function gatewayStatus(places: GatewayPlaces): Promise<GatewayStatus | undefined> {
  const text = await page(places, ManagementPath.config);
  return text === undefined ? undefined : (JSON.parse(text) as GatewayStatus);
}

/** Resolves with undefined when Envoy and all workers serve the bundle, else with the reason why they do not. */
export async function untilServing(
  places: GatewayPlaces,
  digest: string,
  timeoutMs: number,
  stop: () => boolean,
): Promise<string | undefined> {
  let refused: string | undefined;
  const serves = await until(
    async () => {
      const status = await gatewayStatus(places);
      refused = status?.digest === digest ? undefined : status?.refused?.reason;
      return (
        (status?.digest === digest || refused !== undefined) &&
        (refused !== undefined || (await page(places, ManagementPath.ready)) !== undefined)
      );
    },
    { timeoutMs, stop },
  );
  if (refused !== undefined) return refused;
  return serves ? undefined : `the configuration was not taken within ${timeoutMs / 1000} s`;
}

/** Lets calls under way end: no new connection is taken, and Envoy is asked until nothing is active. */
export async function drainEnvoy(places: GatewayPlaces, timeoutMs: number): Promise<void> {
  const admin = `http://${LOCAL}:${places.adminPort}`;
  const ask = async (path: string, method: string): Promise<string> => {
    const answer = await fetch(`${admin}${path}`, { method, signal: AbortSignal.timeout(1000) });
    return answer.text();
  };
  try {
    await ask('/drain_listeners?inboundonly', 'POST');
    await until(async () => !/: [1-9]/.test(await ask('/stats?filter=^http.edge.downstream_rq_active$', 'GET')), { timeoutMs });
  } catch {
    // An Envoy that does not answer has nothing to finish.
  }
}

async function page(places: GatewayPlaces, path: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://${LOCAL}:${places.managementPort}${path}`, { signal: AbortSignal.timeout(2000) });
    const text = await answer.text();
    return answer.ok ? text : undefined;
  } catch {
    return undefined;
  }
}
