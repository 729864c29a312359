import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ORPHAN_MS } from './settings';
import type { RequestWorker } from './worker';

const LOOK_MS = 200;

/**
 * Resolves when a worker that lost its supervisor may leave. Until then it serves what it has: its calls need no supervisor.
 * A supervisor that starts again starts a successor, whose socket takes the place of this one's; nobody comes when the folder is gone, or in five minutes.
 */
export async function untilReplaced(worker: RequestWorker, limitMs: number = ORPHAN_MS): Promise<void> {
  for (const end = Date.now() + limitMs; Date.now() < end; await delay(LOOK_MS)) {
    const owner = await worker.ownsSocket();
    if (owner === 'another' || (owner === 'gone' && (!worker.listening || !existsSync(worker.socketFolder)))) return;
  }
}
