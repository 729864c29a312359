import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ProcessorConfig } from '../../../core/contract/processor-config';
import { errorPlace } from '../../shared/error-place';
import { log } from '../../shared/log';
import { guardEventLoop } from '../../shared/watchdog';
import type { FromWorker, ToWorker } from '../messages';
import { untilReplaced } from './orphan';
import { STALL_MS } from './settings';
import { RequestWorker } from './worker';

/** How long a worker waits for a bundle before it takes calls without one. */
const FIRST_BUNDLE_MS = 3000;

/**
 * Program that the supervisor forks: `--config FILE` (a `ProcessorConfig`) and `--index N` (from 0).
 * Speaks `services/processor/messages` over Node's IPC channel. Exit 0 after a drain, 1 on a bug; the supervisor starts it again.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, index: { type: 'string', default: '0' } } });
  const index = Number(values.index);
  if (values.config === undefined || !Number.isInteger(index) || index < 0) throw new Error('--config FILE and --index N are needed');
  const worker = new RequestWorker(JSON.parse(readFileSync(values.config, 'utf8')) as ProcessorConfig, index);
  let unread = 0;
  const send = (message: FromWorker): void => {
    if (!process.connected) return;
    unread += 1;
    process.send?.(message, undefined, undefined, () => (unread -= 1));
  };

  // Also the sign of life. A supervisor that does not read for a while finds the newest values when it does.
  const report = setInterval(() => {
    worker.measure();
    if (unread < 3) send({ type: 'metrics', values: worker.services.metrics.recent() });
  }, 1000);
  let leaving = false;
  const leave = async (): Promise<void> => {
    if (leaving) return;
    leaving = true;
    await worker.drain();
    clearInterval(report);
    worker.measure();
    send({ type: 'metrics', values: worker.services.metrics.all() });
    // The channel delivers what was sent before it closes.
    if (process.connected) process.disconnect();
    setTimeout(() => process.exit(0), 100);
  };

  let listening: Promise<void> | undefined;
  const listen = (): Promise<void> => (listening ??= worker.listen().then(() => send({ type: 'listening', socket: worker.socketPath })));
  process.on('message', (message: ToWorker) => {
    if (message.type === 'drain') return void leave();
    worker.receive(message, (answer) => {
      // A worker takes calls only once it knows a bundle, and is counted as having it only once it takes calls.
      if (answer.type === 'refused') send(answer);
      else
        listen()
          .then(() => send(answer))
          .catch(crash('the worker cannot listen'));
    });
  });
  process.on('disconnect', () => void (leaving || untilReplaced(worker).then(leave)));
  process.on('SIGTERM', () => void leave());
  // Ctrl-C reaches the whole group; the supervisor decides the order of the end.
  process.on('SIGINT', () => undefined);

  guardEventLoop(STALL_MS);
  // With no bundle at all it answers that its configuration is pending.
  await new Promise((resolve) => setTimeout(resolve, FIRST_BUNDLE_MS));
  await listen();
}

function crash(kind: string) {
  return (thrown: unknown): void => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    log('error', kind, { name: error.name, at: errorPlace(error) });
    process.exit(1);
  };
}

process.on('uncaughtException', crash('uncaught exception'));
process.on('unhandledRejection', crash('unhandled rejection'));
main().catch((error: unknown) => {
  // Nothing was asked yet, so the reason holds nothing of a caller.
  log('error', 'the worker could not start', { reason: error instanceof Error ? error.message : String(error) });
  process.exit(1);
});
