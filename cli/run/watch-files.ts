import { watch, type FSWatcher } from 'chokidar';
import { basename } from 'node:path';

/** Saves come in bursts (editors write aside and rename, git writes many): one look for all of them. */
const QUIET_MS = 150;
const LONGEST_MS = 1500;
const IGNORED = /^(\.|node_modules$|__pycache__$)/;
/** The system has no watches left; looking again and again needs none. */
const NO_WATCHES = new Set(['ENOSPC', 'EMFILE']);

/** Calls `changed` after files below the folders were changed, added or removed; never twice at once. */
export class FileWatch {
  private watcher: FSWatcher;
  private timer: NodeJS.Timeout | undefined;
  private first = 0;
  private running = false;
  private again = false;
  private closed = false;

  constructor(
    private readonly folders: readonly string[],
    private readonly changed: () => Promise<void>,
  ) {
    this.watcher = this.open(false);
  }

  /** Resolves when changes are seen from now on. */
  async ready(): Promise<void> {
    await new Promise<void>((resolve) => this.watcher.once('ready', () => resolve()));
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.watcher.close();
  }

  private open(usePolling: boolean): FSWatcher {
    const watcher = watch([...this.folders], {
      ignoreInitial: true,
      usePolling,
      interval: 500,
      // A folder of its own name may be asked for; what stands below is judged.
      ignored: (path) => !this.folders.includes(path) && IGNORED.test(basename(path)),
      awaitWriteFinish: { stabilityThreshold: 100, pollInterval: 25 },
    });
    watcher.on('all', () => this.soon());
    watcher.on('error', (error) => {
      if (usePolling || this.closed || !NO_WATCHES.has((error as NodeJS.ErrnoException).code ?? '')) return;
      void watcher.close();
      this.watcher = this.open(true);
    });
    return watcher;
  }

  private soon(): void {
    if (this.closed) return;
    const now = Date.now();
    if (this.timer === undefined) this.first = now;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), Math.max(0, Math.min(QUIET_MS, this.first + LONGEST_MS - now)));
  }

  private async run(): Promise<void> {
    this.timer = undefined;
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    do {
      this.again = false;
      await this.changed();
    } while (this.again && !this.closed);
    this.running = false;
  }
}
