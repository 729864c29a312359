import { join } from 'node:path';
import { readConfig } from './supervisor/config';
import { log } from './supervisor/log';
import { Supervisor } from './supervisor/supervisor';

/** Calls under way at the end get this long, milliseconds. */
const STOP_MS = 25_000;

/** `node main.js --config FILE`: the processor of one gateway pod, or of the local run. */
async function main(): Promise<void> {
  const at = process.argv.indexOf('--config');
  const configFile = at < 0 ? undefined : process.argv[at + 1];
  if (!configFile) throw new Error('--config is missing');
  const supervisor = new Supervisor({
    config: readConfig(configFile),
    configFile,
    workerProgram: join(__dirname, 'worker', 'main.js'),
    log,
  });
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void supervisor.stop(STOP_MS).then(() => process.exit(0));
    });
  }
  await supervisor.start();
}

main().catch((error: unknown) => {
  log('error', 'the processor cannot start', { reason: error instanceof Error ? error.message : String(error) });
  process.exit(1);
});
