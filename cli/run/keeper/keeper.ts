import { fork, type ChildProcess } from 'node:child_process';
import { compiled } from '../programs';
import type { ToKeeper } from './messages';

/** Holds the keeper process, which ends our children should we be killed. It is started again if it goes first. */
export class Keeper {
  private process: ChildProcess | undefined;
  private last: ToKeeper | undefined;
  private released = false;

  constructor() {
    this.start();
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Call whenever a child began or ended. */
  watch(pids: readonly number[], socketFolder: string): void {
    this.last = { type: 'children', pids, socketFolder };
    this.send(this.last);
  }

  /** Everything was ended in order: nothing is left to do. */
  release(): void {
    this.released = true;
    this.send({ type: 'release' });
    this.process?.unref();
  }

  private start(): void {
    const child = fork(compiled('cli/run/keeper/main.js'), [], { detached: true, stdio: 'ignore' });
    this.process = child;
    child.on('error', () => {});
    child.once('exit', () => {
      if (this.released) return;
      const timer = setTimeout(() => {
        if (!this.released) this.start();
      }, 500);
      timer.unref();
    });
    if (this.last) this.send(this.last);
  }

  private send(message: ToKeeper): void {
    if (this.process?.connected) this.process.send(message, () => {});
  }
}
