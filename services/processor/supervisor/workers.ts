import { type ChildProcess, fork } from 'node:child_process';
import type { DenyList } from '../../../core/contract/deny-list';
import type { FromWorker, ToWorker } from '../messages';
import type { Log } from '../../shared/log';
import type { LoadedBundle } from './store';

/** State of one worker, for status. */
export interface WorkerStatus {
  readonly worker: number;
  readonly pid: number | null;
  readonly state: 'starting' | 'serving' | 'dead';
  /** Index digests that it has loaded, oldest first. */
  readonly loaded: readonly string[];
  readonly restarts: number;
}

interface Slot {
  child: ChildProcess | undefined;
  listening: boolean;
  loaded: string[];
  restarts: number;
  /** Start of the life that runs now, for the backoff. */
  since: number;
  backoffMs: number;
  timer: NodeJS.Timeout | undefined;
  /** Seconds since the last message. */
  silentTicks: number;
  metrics: { readonly [series: string]: number };
}

type Loaded = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5000;

/** Workers report once a second. One that hangs or is paused keeps calls that nobody answers; one that starts may take longer. */
const SILENT_TICKS = 6;
const SILENT_START_TICKS = 15;

/** The request workers: forks them, gives them bundles, starts them again. */
export class Workers {
  private readonly slots: Slot[];
  /** What a worker that starts must load, in this order. */
  private bundles: readonly LoadedBundle[] = [];
  private ready: readonly string[] = [];
  private denied: DenyList = { format: 1, entries: [] };
  private stopping = false;
  private pulse: NodeJS.Timeout | undefined;
  /** Counters of lives that have ended. */
  private ended: { [series: string]: number } = {};
  private readonly waiting = new Set<(slot: Slot, message: FromWorker | undefined) => void>();

  constructor(
    private readonly program: string,
    private readonly configFile: string,
    count: number,
    private readonly log: Log,
  ) {
    this.slots = Array.from({ length: count }, () => ({
      child: undefined,
      listening: false,
      loaded: [],
      restarts: 0,
      since: 0,
      backoffMs: FIRST_BACKOFF_MS,
      timer: undefined,
      silentTicks: 0,
      metrics: {},
    }));
  }

  start(): void {
    this.slots.forEach((_, number) => this.spawn(number));
    this.pulse = setInterval(() => this.listen(), 1000);
    this.pulse.unref();
  }

  // Counted in ticks of this process, so that one that was itself paused blames nobody.
  private listen(): void {
    for (const [worker, slot] of this.slots.entries()) {
      slot.silentTicks += 1;
      if (slot.silentTicks < (slot.listening ? SILENT_TICKS : SILENT_START_TICKS) || !slot.child) continue;
      this.log('error', 'a worker gives no sign of life and is killed', { worker, afterMs: slot.silentTicks * 1000 });
      slot.silentTicks = 0;
      slot.child.kill('SIGKILL');
    }
  }

  /** Number of workers that take calls of the newest bundle given to them. */
  get serving(): number {
    return this.slots.filter((slot) => this.isServing(slot)).length;
  }

  status(): readonly WorkerStatus[] {
    return this.slots.map((slot, worker) => ({
      worker,
      pid: slot.child?.pid ?? null,
      state: slot.child === undefined ? 'dead' : this.isServing(slot) ? 'serving' : 'starting',
      loaded: slot.loaded,
      restarts: slot.restarts,
    }));
  }

  /** Sum over all workers and all their lives. */
  metrics(): { readonly [series: string]: number } {
    const sum: { [series: string]: number } = { ...this.ended };
    for (const slot of this.slots) for (const [series, value] of Object.entries(slot.metrics)) sum[series] = (sum[series] ?? 0) + value;
    return sum;
  }

  /**
   * Gives the bundle to all workers beside what they have. Answers once every living worker has it; one that dies meanwhile gets it when it starts again,
   * one that refuses it decides for all.
   */
  async load(bundle: LoadedBundle, timeoutMs: number): Promise<Loaded> {
    this.bundles = [...this.bundles.filter((each) => each.index.digest !== bundle.index.digest), bundle];
    const asked = this.slots.filter((slot) => slot.child !== undefined);
    const answers = await Promise.all(
      asked.map((slot) => {
        const answer = this.answer(slot, bundle.index.digest, timeoutMs);
        this.send(slot, { type: 'load', index: bundle.index, files: bundle.files, openapi: bundle.openapi });
        return answer;
      }),
    );
    const refusal = answers.find((answer) => !answer.ok);
    if (refusal) this.bundles = this.bundles.filter((each) => each !== bundle);
    return refusal ?? { ok: true };
  }

  /** Keeps this bundle only; parts of all others may go. */
  keep(bundle: LoadedBundle | undefined, parts: readonly string[]): void {
    this.bundles = bundle ? [bundle] : [];
    for (const slot of this.slots) {
      slot.loaded = slot.loaded.filter((digest) => digest === bundle?.index.digest);
      if (parts.length > 0) this.send(slot, { type: 'forget', digests: parts });
    }
  }

  endpoints(ready: readonly string[]): void {
    this.ready = ready;
    for (const slot of this.slots) this.send(slot, { type: 'endpoints', ready });
  }

  /** Turns these away from now on, also in workers that start later. */
  deny(list: DenyList): void {
    this.denied = list;
    for (const slot of this.slots) this.send(slot, { type: 'deny', list });
  }

  /** Lets the workers finish what they have; those that take longer are ended. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping = true;
    clearInterval(this.pulse);
    await Promise.all(
      this.slots.map(async (slot) => {
        clearTimeout(slot.timer);
        const child = slot.child;
        if (!child || child.exitCode !== null) return;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        this.send(slot, { type: 'drain' });
        const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
        await ended;
        clearTimeout(timer);
      }),
    );
  }

  private isServing(slot: Slot): boolean {
    const newest = this.bundles.at(-1);
    return slot.child !== undefined && slot.listening && (newest === undefined || slot.loaded.includes(newest.index.digest));
  }

  private spawn(number: number): void {
    const slot = this.slots[number];
    if (!slot || this.stopping) return;
    const child = fork(this.program, ['--config', this.configFile, '--index', String(number)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: process.execArgv,
    });
    Object.assign(slot, { child, listening: false, loaded: [], since: Date.now(), silentTicks: 0, metrics: {} });
    child.on('message', (message: FromWorker) => this.hear(number, slot, message));
    child.on('error', (error) => this.log('error', 'a worker cannot be reached', { worker: number, reason: error.message }));
    child.once('exit', (code, signal) => this.bury(number, slot, code, signal));
    this.send(slot, { type: 'deny', list: this.denied });
    for (const bundle of this.bundles) this.send(slot, { type: 'load', index: bundle.index, files: bundle.files, openapi: bundle.openapi });
    this.send(slot, { type: 'endpoints', ready: this.ready });
  }

  private bury(number: number, slot: Slot, code: number | null, signal: NodeJS.Signals | null): void {
    for (const [series, value] of Object.entries(slot.metrics)) this.ended[series] = (this.ended[series] ?? 0) + value;
    Object.assign(slot, { child: undefined, listening: false, loaded: [], metrics: {} });
    for (const listener of this.waiting) listener(slot, undefined);
    if (this.stopping) return;
    const lived = Date.now() - slot.since;
    if (code === 0) {
      this.log('info', 'a worker ended its work and is started again', { worker: number, afterMs: lived });
      return this.spawn(number);
    }
    slot.backoffMs =
      lived > 30_000 ? FIRST_BACKOFF_MS : Math.min(LONGEST_BACKOFF_MS, slot.restarts === 0 ? FIRST_BACKOFF_MS : slot.backoffMs * 2);
    slot.restarts += 1;
    this.log('error', 'a worker died and is started again', {
      worker: number,
      code: code ?? undefined,
      signal: signal ?? undefined,
      afterMs: lived,
      inMs: slot.backoffMs,
    });
    slot.timer = setTimeout(() => this.spawn(number), slot.backoffMs);
  }

  private hear(number: number, slot: Slot, message: FromWorker): void {
    slot.silentTicks = 0;
    switch (message.type) {
      case 'listening':
        slot.listening = true;
        break;
      case 'loaded':
        slot.loaded = [...slot.loaded.filter((digest) => digest !== message.digest), message.digest];
        break;
      case 'refused':
        this.log('error', 'a worker refused a bundle', { worker: number, digest: message.digest, reason: message.reason });
        break;
      case 'metrics':
        slot.metrics = { ...slot.metrics, ...message.values };
        break;
    }
    for (const listener of this.waiting) listener(slot, message);
  }

  private answer(slot: Slot, digest: string, timeoutMs: number): Promise<Loaded> {
    return new Promise((resolve) => {
      const finish = (result: Loaded): void => {
        clearTimeout(timer);
        this.waiting.delete(listener);
        resolve(result);
      };
      const listener = (from: Slot, message: FromWorker | undefined): void => {
        if (from !== slot) return;
        if (message === undefined) finish({ ok: true });
        else if (message.type === 'loaded' && message.digest === digest) finish({ ok: true });
        else if (message.type === 'refused' && message.digest === digest) finish({ ok: false, reason: message.reason });
      };
      const timer = setTimeout(() => finish({ ok: false, reason: `a worker did not load it within ${timeoutMs} ms` }), timeoutMs);
      this.waiting.add(listener);
    });
  }

  private send(slot: Slot, message: ToWorker): void {
    if (!slot.child?.connected) return;
    // A worker that died between two lines is found by its exit.
    slot.child.send(message, () => undefined);
  }
}
