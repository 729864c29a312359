import { Agent, request } from 'node:http';

/** A call that a client without retries would call failed: refused, reset, 5xx, or another status than expected. */
export interface FailedCall {
  /** Milliseconds since the load began, when it was sent and when it failed. */
  readonly sentAt: number;
  readonly failedAt: number;
  readonly what: string;
}

export interface LoadResult {
  readonly sent: number;
  readonly answered: number;
  readonly failed: readonly FailedCall[];
}

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  readonly token: string;
  /** The body of each call, told its number. */
  readonly body: (serial: number) => string;
  readonly perSecond: number;
}

/** No answer within this is a failure: longer than any method's time here. */
const GIVE_UP_MS = 15_000;

/**
 * Open loop: calls begin at a fixed rate whatever became of earlier ones, over kept connections, each once.
 * `mark()` is the time on the clock of `FailedCall`.
 */
export class SteadyLoad {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 512 });
  private readonly began = performance.now();
  private readonly failed: FailedCall[] = [];
  private readonly running = new Set<Promise<void>>();
  private sent = 0;
  private answered = 0;
  private timer: NodeJS.Timeout;

  constructor(private readonly options: LoadOptions) {
    let wanted = 0;
    this.timer = setInterval(() => {
      for (const due = Math.floor((this.mark() / 1000) * options.perSecond); wanted < due; wanted += 1) this.send();
    }, 5);
  }

  mark(): number {
    return performance.now() - this.began;
  }

  get count(): number {
    return this.answered;
  }

  /** Resolves when so many more calls were answered or have failed. */
  async more(calls: number): Promise<void> {
    const end = this.answered + this.failed.length + calls;
    while (this.answered + this.failed.length < end) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Sends no more, and waits for those under way. */
  async stop(): Promise<LoadResult> {
    clearInterval(this.timer);
    await Promise.all(this.running);
    this.agent.destroy();
    return { sent: this.sent, answered: this.answered, failed: this.failed };
  }

  private send(): void {
    this.sent += 1;
    const sentAt = this.mark();
    const call = this.once(this.options.body(this.sent)).then((what) => {
      if (what === undefined) this.answered += 1;
      else this.failed.push({ sentAt, failedAt: this.mark(), what });
      this.running.delete(call);
    });
    this.running.add(call);
  }

  private once(body: string): Promise<string | undefined> {
    const { port, path, token } = this.options;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': String(body.length) };
    return new Promise((resolve) => {
      const call = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: this.agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => resolve(response.statusCode === 200 ? undefined : `${response.statusCode} ${text.slice(0, 200)}`));
        response.on('error', (error) => resolve(`cut off: ${error.message}`));
      });
      call.setTimeout(GIVE_UP_MS, () => call.destroy(new Error('no answer')));
      call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      call.end(body);
    });
  }
}
