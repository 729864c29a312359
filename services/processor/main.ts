import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessorConfig } from '../../core/contract/processor-config';
import { readConfig } from './supervisor/config';
import { log } from '../shared/log';
import { Supervisor } from './supervisor/supervisor';

/** Calls under way at the end get this long, milliseconds. */
const STOP_MS = 25_000;

/** `node main.js --config FILE`: the processor of one gateway pod, or of the local run. */
async function main(): Promise<void> {
  const at = process.argv.indexOf('--config');
  const configFile = at < 0 ? undefined : process.argv[at + 1];
  if (!configFile) throw new Error('--config is missing');
  const config = readConfig(configFile);
  const supervisor = new Supervisor({ config, configFile, workerProgram: join(__dirname, 'worker', 'main.js'), log });
  const parts: { stop(): Promise<void> }[] = [{ stop: () => supervisor.stop(STOP_MS) }];
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void Promise.all(parts.map((part) => part.stop())).then(() => process.exit(0));
    });
  }
  await supervisor.start();
  if (config.cluster) parts.push(await mirror(config, config.cluster));
}

// Only in a cluster: the Kubernetes client is large, and the local run has no use for it.
async function mirror(config: ProcessorConfig, source: NonNullable<ProcessorConfig['cluster']>): Promise<{ stop(): Promise<void> }> {
  mkdirSync(config.bundleFolder, { recursive: true });
  const { mirrorCluster } = await import('./cluster/watch.ts');
  return mirrorCluster(source, config.bundleFolder, (message) => log('warn', message));
}

main().catch((error: unknown) => {
  log('error', 'the processor cannot start', { reason: error instanceof Error ? error.message : String(error) });
  process.exit(1);
});
