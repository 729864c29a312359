import { spawn, type ChildProcess, type Serializable } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { killGroup } from './state';

/** A program that the run keeps alive. */
export interface Program {
  /** As people are told: `model server of iris 1.0.0`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Takes what the program prints, both streams. */
  readonly log: string;
  /** Opens Node's IPC channel. */
  readonly ipc?: boolean;
}

export interface ChildEvents {
  /** A life has begun. */
  readonly onStart?: (child: Child) => void;
  /** A life has ended that nobody wanted to end; `restartMs` is undefined when there will be no other. */
  readonly onDeath?: (how: string, restartMs: number | undefined) => void;
  readonly onMessage?: (message: unknown) => void;
}

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 15_000;
/** A life this long proves that the program works: the next backoff starts from the beginning. */
const GOOD_LIFE_MS = 30_000;

/** One program and its lives: started, started again when it dies, ended when asked. */
export class Child {
  private process: ChildProcess | undefined;
  private stopping = false;
  private backoffMs = FIRST_BACKOFF_MS;
  private timer: NodeJS.Timeout | undefined;
  private settled: Promise<unknown> = Promise.resolve();

  constructor(
    readonly program: Program,
    private readonly events: ChildEvents,
    /** Asked after each death; `false` leaves it dead. */
    private readonly wantsRestart: (how: string) => boolean = () => true,
  ) {}

  get pid(): number | undefined {
    return this.process?.pid;
  }

  get running(): boolean {
    return this.process !== undefined;
  }

  start(): void {
    const { command, args, cwd, env, log, ipc } = this.program;
    const started = Date.now();
    mkdirSync(dirname(log), { recursive: true });
    // A log that cannot be written (full disk) must not end the program.
    const sink = createWriteStream(log, { flags: 'a', mode: 0o600 }).on('error', () => {});
    const child = spawn(command, [...args], {
      ...(cwd ? { cwd } : {}),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
      // Its own group: Ctrl-C reaches the run process only, which ends its children in order.
      detached: true,
    });
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => void sink.write(chunk));
    if (this.events.onMessage) child.on('message', this.events.onMessage);
    this.settled = new Promise<void>((resolve) => {
      const ended = (how: string): void => {
        if (this.process !== child) return;
        this.process = undefined;
        sink.end();
        resolve();
        this.died(how, Date.now() - started);
      };
      child.once('error', (error: NodeJS.ErrnoException) => ended(error.code === 'ENOENT' ? `${command} is not there` : error.message));
      child.once('exit', (code, signal) => ended(signal ? `signal ${signal}` : `exit code ${code ?? 0}`));
    });
    if (child.pid !== undefined) this.events.onStart?.(this);
  }

  send(message: Serializable): void {
    if (this.process?.connected) this.process.send(message, () => {});
  }

  /** Ends the program: asks, waits, insists. Resolves when it is gone. */
  async stop(graceMs = 5000): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    const pid = this.process?.pid;
    if (pid === undefined) return;
    killGroup(pid, 'SIGTERM');
    const insist = setTimeout(() => killGroup(pid, 'SIGKILL'), graceMs);
    await this.settled;
    clearTimeout(insist);
  }

  /** The last lines that the program printed. */
  lastWords(lines = 8): string {
    try {
      return readFileSync(this.program.log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
    } catch {
      return '';
    }
  }

  private died(how: string, livedMs: number): void {
    if (this.stopping) return;
    if (livedMs >= GOOD_LIFE_MS) this.backoffMs = FIRST_BACKOFF_MS;
    const again = this.wantsRestart(how) ? this.backoffMs : undefined;
    this.backoffMs = Math.min(this.backoffMs * 2, LONGEST_BACKOFF_MS);
    if (again !== undefined) this.timer = setTimeout(() => this.start(), again);
    this.events.onDeath?.(how, again);
  }
}
