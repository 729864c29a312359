import { readFileSync } from 'node:fs';
import type { ProcessorConfig } from '../../../core/contract/processor-config';
import { log } from '../../shared/log';
import { guardEventLoop } from '../../shared/watchdog';
import type { FromWorker, ToWorker } from '../messages';
import { STALL_MS } from './settings';
import { RequestWorker } from './worker';

/**
 * Program that the supervisor forks: environment `KEA_WORKER_INDEX` (from 0) and `KEA_PROCESSOR_CONFIG` (file of a `ProcessorConfig`).
 * Speaks `services/processor/messages` over Node's IPC channel. Exit 0 after a drain, 1 on a bug; the supervisor starts it again.
 */
async function main(): Promise<void> {
  const index = Number(process.env['KEA_WORKER_INDEX'] ?? '0');
  const file = process.env['KEA_PROCESSOR_CONFIG'];
  if (file === undefined || !Number.isInteger(index) || index < 0) throw new Error('KEA_PROCESSOR_CONFIG and KEA_WORKER_INDEX must be set');
  const worker = new RequestWorker(JSON.parse(readFileSync(file, 'utf8')) as ProcessorConfig, index);
  const send = (message: FromWorker): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };

  const report = setInterval(() => {
    worker.measure();
    send({ type: 'metrics', values: worker.services.metrics.recent() });
  }, 1000);
  const leave = async (): Promise<void> => {
    await worker.drain();
    clearInterval(report);
    worker.measure();
    send({ type: 'metrics', values: worker.services.metrics.all() });
    // The channel delivers what was sent before it closes.
    if (process.connected) process.disconnect();
    process.exitCode = 0;
    setTimeout(() => process.exit(0), 100);
  };

  process.on('message', (message: ToWorker) => {
    if (message.type === 'drain') void leave();
    else worker.receive(message, send);
  });
  // Without a supervisor nobody would load configuration or stop this process.
  process.on('disconnect', () => void leave());
  process.on('SIGTERM', () => void leave());
  // Ctrl-C reaches the whole group; the supervisor decides the order of the end.
  process.on('SIGINT', () => undefined);

  await worker.listen();
  guardEventLoop(STALL_MS);
  send({ type: 'listening', socket: worker.socketPath });
}

function crash(kind: string) {
  return (error: unknown): void => {
    const { name, stack } = error instanceof Error ? error : new Error(String(error));
    log('error', kind, { name, at: stack?.split('\n').slice(0, 5).join(' | ').slice(0, 600) });
    process.exit(1);
  };
}

process.on('uncaughtException', crash('uncaught exception'));
process.on('unhandledRejection', crash('unhandled rejection'));
main().catch(crash('the worker could not start'));
