import { join } from 'node:path';
import { serialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { isJsonObject } from '../../core/json';
import { packageRoot } from '../../core/package-root';
import type { Rule } from '../rule';
import { PULSE, type WorkerAnswer, type WorkerStart, type WorkerTask, type WorkerVerdict } from './messages';

/** Objects that are sent at once. */
const CHUNK = 500;
/** How often the worker's pulse is felt, in milliseconds. */
const LOOK_MS = 50;

export interface Judgement {
  readonly verdicts: readonly WorkerVerdict[];
  readonly decisions: number;
  /** Rules that do not compile. */
  readonly broken: readonly { readonly rule: number; readonly message: string }[];
  /** Rules that ran out of time, with the object that they were stopped at. */
  readonly slow: readonly { readonly rule: number; readonly object?: number }[];
}

type Done = Extract<WorkerAnswer, { readonly kind: 'done' }>;
type Stuck = { readonly kind: 'stuck'; readonly rule: number; readonly object: number };

/** One worker thread with a deadline for each decision. A worker that misses it is ended and replaced; the rule that it hung in is not asked again. */
export class Evaluator {
  private readonly pulse = new Int32Array(new SharedArrayBuffer(PULSE.length * Int32Array.BYTES_PER_ELEMENT));
  private readonly slow = new Map<number, number | undefined>();
  private worker: { readonly thread: Worker; readonly ready: Promise<WorkerAnswer> };

  /** Starts at once, so that the thread is there when the objects are. */
  constructor(
    private readonly rules: readonly Rule[],
    /** Longest time for one decision, in milliseconds. */
    private readonly deadlineMs: number,
  ) {
    this.worker = this.start();
  }

  async judge(objects: readonly unknown[]): Promise<Judgement> {
    this.worker.thread.ref();
    const ready = await this.worker.ready;
    const verdicts: WorkerVerdict[] = [];
    let decisions = 0;
    for (let start = 0; start < objects.length; start += CHUNK) {
      const done = await this.judgeChunk(objects.slice(start, start + CHUNK), start);
      decisions += done.decisions;
      for (const each of done.verdicts) verdicts.push({ ...each, object: each.object + start });
    }
    this.worker.thread.unref();
    const slow = [...this.slow].map(([rule, object]) => ({ rule, ...(object === undefined ? {} : { object }) }));
    return { verdicts, decisions, broken: ready.kind === 'ready' ? ready.broken : [], slow };
  }

  async close(): Promise<void> {
    await this.worker.thread.terminate();
  }

  /** Again and again, each time without the rules that hung. */
  private async judgeChunk(objects: readonly unknown[], start: number): Promise<Done> {
    for (;;) {
      const outcome = await this.ask(objects, [...this.slow.keys()]);
      if (outcome.kind === 'done') {
        for (const rule of outcome.slow) this.slow.set(rule, undefined);
        return outcome;
      }
      await this.worker.thread.terminate();
      this.slow.set(outcome.rule, start + outcome.object);
      this.worker = this.start();
      this.worker.thread.ref();
      await this.worker.ready;
    }
  }

  private ask(objects: readonly unknown[], skip: readonly number[]): Promise<Done | Stuck> {
    const { thread } = this.worker;
    return new Promise((resolve) => {
      let count = Atomics.load(this.pulse, PULSE.count);
      let since = performance.now();
      const settle = (outcome: Done | Stuck): void => {
        clearInterval(look);
        thread.off('message', onMessage).off('error', stuck);
        resolve(outcome);
      };
      // A thread that dies, for want of memory for one, says as little as one that hangs.
      const stuck = (): void => settle({ kind: 'stuck', rule: this.pulse[PULSE.rule] ?? 0, object: this.pulse[PULSE.object] ?? 0 });
      const onMessage = (message: WorkerAnswer): void => void (message.kind === 'done' && settle(message));
      const look = setInterval(() => {
        const now = Atomics.load(this.pulse, PULSE.count);
        if (now !== count) [count, since] = [now, performance.now()];
        else if (performance.now() - since >= this.deadlineMs) stuck();
      }, LOOK_MS);
      thread.on('message', onMessage).on('error', stuck);
      try {
        thread.postMessage({ objects, skip, unreadable: [] } satisfies WorkerTask);
      } catch {
        thread.postMessage({ ...sendable(objects), skip } satisfies WorkerTask);
      }
    });
  }

  private start(): Evaluator['worker'] {
    const data: WorkerStart = { rules: this.rules, pulse: this.pulse.buffer };
    const thread = new Worker(join(packageRoot(), 'dist/policies/evaluate/worker.js'), { workerData: data });
    thread.unref();
    const ready = new Promise<WorkerAnswer>((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
    });
    // Nobody may be waiting yet when it fails; whoever waits is told all the same.
    ready.catch(() => undefined);
    return { thread, ready };
  }
}

/** What cannot be sent (too deep, a function in it) is replaced by its kind and labels, and said to be unreadable. */
function sendable(objects: readonly unknown[]): Pick<WorkerTask, 'objects' | 'unreadable'> {
  const unreadable: { object: number; message: string }[] = [];
  const sent = objects.map((object, index) => {
    try {
      serialize(object);
      return object;
    } catch (error) {
      unreadable.push({ object: index, message: `the object cannot be read: ${(error as Error).message}` });
      return stub(object);
    }
  });
  return { objects: sent, unreadable };
}

function stub(object: unknown): unknown {
  if (!isJsonObject(object)) return null;
  const { apiVersion, kind, metadata } = object;
  const labels = isJsonObject(metadata) && isJsonObject(metadata['labels']) ? metadata['labels'] : {};
  const texts = Object.entries(labels).filter(([, value]) => typeof value === 'string');
  return { apiVersion: String(apiVersion), kind: String(kind), metadata: { labels: Object.fromEntries(texts) } };
}
