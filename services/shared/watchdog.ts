import { Worker } from 'node:worker_threads';

const WATCH = `
const { workerData } = require('node:worker_threads');
const beats = new Int32Array(workerData.shared);
let last = Atomics.load(beats, 0);
let missed = 0;
setInterval(() => {
  const now = Atomics.load(beats, 0);
  missed = now === last ? missed + 1 : 0;
  if (missed >= 2) {
    require('node:fs').writeSync(2, JSON.stringify({ time: new Date().toISOString(), level: 'error', message: 'the event loop stands still', afterMs: workerData.stallMs }) + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
  last = now;
}, workerData.stallMs / 2);
`;

/**
 * Kills the process when its event loop stands still for `stallMs` to twice that: a stuck worker takes calls and answers none,
 * and cannot notice it itself. A process that was paused as a whole is given time to beat again.
 * The edge answers 503 meanwhile, and whoever started the process starts it again.
 */
export function guardEventLoop(stallMs: number): () => Promise<unknown> {
  const shared = new SharedArrayBuffer(4);
  const beats = new Int32Array(shared);
  const beat = setInterval(() => Atomics.add(beats, 0, 1), Math.min(1000, stallMs / 8));
  beat.unref();
  const watcher = new Worker(WATCH, { eval: true, workerData: { shared, stallMs }, resourceLimits: { maxOldGenerationSizeMb: 8 } });
  watcher.unref();
  watcher.on('error', () => undefined);
  return () => {
    clearInterval(beat);
    return watcher.terminate();
  };
}
