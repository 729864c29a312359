import { parentPort } from 'node:worker_threads';
import { slowness } from '../../core/slow-pattern';

/** Ten times what synth gives: what synth took is not refused by a busy machine. */
const PATIENCE_MS = 10_000;

/** Judges patterns, one a message, away from the supervisor's event loop: a hard one takes seconds. */
parentPort?.on('message', (pattern: string) => parentPort?.postMessage(slowness(pattern, PATIENCE_MS)));
