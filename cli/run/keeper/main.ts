/**
 * Program: ends what the run process started, should that process be killed without a chance to do so itself.
 * It holds the other end of an IPC channel; the system closes the channel with the run process, however that ended.
 */
import { rmSync } from 'node:fs';
import { killGroup } from '../state';
import type { ToKeeper } from './messages';

const GRACE_MS = 2000;

let pids: readonly number[] = [];
let folder: string | undefined;

process.on('message', (message: ToKeeper) => {
  if (message.type === 'release') process.exit(0);
  pids = message.pids;
  folder = message.socketFolder;
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => {
  for (const pid of pids) killGroup(pid, 'SIGTERM');
  setTimeout(() => {
    for (const pid of pids) killGroup(pid, 'SIGKILL');
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  }, GRACE_MS);
});
