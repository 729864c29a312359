import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Something that is being watched. */
export interface Watch {
  stop(): void;
}

/**
 * Calls `changed` with a file's text whenever it changed, and once at the start if it exists.
 * The folder is watched for renames; a poll finds what the watch misses (ConfigMap links, network disks, a folder that did not exist yet).
 * Calls never overlap; what changes meanwhile is seen afterwards.
 */
export function watchFile(folder: string, name: string, changed: (text: string) => Promise<void>, pollMs = 1000): Watch {
  const file = join(folder, name);
  let seen = '';
  let lastText: string | undefined;
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;
  let stopped = false;

  const look = async (): Promise<void> => {
    const mark = await stat(file).then(
      (found) => `${found.ino}:${found.size}:${found.mtimeMs}`,
      () => '',
    );
    if (mark === '' || mark === seen) return;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) return;
    seen = mark;
    if (text === lastText) return;
    lastText = text;
    await changed(text);
  };
  const tick = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    clearTimeout(timer);
    do {
      again = false;
      await look().catch(() => undefined);
    } while (again && !stopped);
    running = false;
    if (stopped) return;
    attach();
    timer = setTimeout(() => void tick(), pollMs);
  };
  const attach = (): void => {
    if (watcher) return;
    try {
      watcher = watch(folder, () => void tick());
      watcher.on('error', () => {
        watcher?.close();
        watcher = undefined;
      });
    } catch {
      watcher = undefined;
    }
  };
  void tick();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      watcher?.close();
    },
  };
}
