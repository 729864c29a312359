import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { JsonSchema } from '../../../core/json';
import { packageRoot } from '../../../core/package-root';
import { isPlainlyFast, patternsOf } from '../../../core/slow-pattern';

const THREAD = join(packageRoot(), 'dist/services/processor/thread.js');

/** Patterns whose verdicts are remembered. */
const MAX_KNOWN = 50_000;

/**
 * Refuses schemas with a pattern that a crafted text could keep busy, as synth does: a bundle may have been made by hand.
 * Most patterns are fast by their look; the others are judged by a thread that lives while a bundle is read.
 */
export class PatternJudge {
  private readonly known = new Map<string, string | undefined>();
  private thread: Worker | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  /** @throws Error that names the first pattern that is too slow. */
  async refuseSlow(schemas: Iterable<JsonSchema>): Promise<void> {
    for (const schema of schemas)
      for (const { pattern } of patternsOf(schema)) {
        const slow = isPlainlyFast(pattern) ? undefined : await this.verdict(pattern);
        if (slow !== undefined) throw new Error(`the pattern "${pattern}" of a schema ${slow}`);
      }
  }

  /** Lets the thread and its memory go, once nobody waits for it. */
  rest(): void {
    this.turn = this.turn.then(() => {
      void this.thread?.terminate();
      this.thread = undefined;
    });
  }

  private async verdict(pattern: string): Promise<string | undefined> {
    const judged = this.turn.then(() => (this.known.has(pattern) ? undefined : this.judge(pattern)));
    this.turn = judged.catch(() => undefined);
    await judged;
    return this.known.get(pattern);
  }

  private async judge(pattern: string): Promise<void> {
    this.thread ??= new Worker(THREAD, { argv: [] });
    this.thread.unref();
    const answer = once(this.thread, 'message');
    this.thread.postMessage(pattern);
    const [slow] = (await answer) as [string | undefined];
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(pattern, slow);
  }
}
