import type { Protocol } from '../../core/contract/bundle';
import type { ExampleChecks } from '../../core/contract/example-checks';
import { checkExamples, firstFailure } from './check';

/** What the sidecar says of its model server. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

export interface ModelWatchOptions {
  readonly baseUrl: string;
  readonly version: string;
  readonly checks: ExampleChecks;
  /** Milliseconds between attempts until all examples went well. @default 500 */
  readonly retryMs?: number;
  readonly log?: (line: string) => void;
}

/** Paths on which a runtime tells that it can answer; the others are asked by their examples only. */
const READY_PATH: { readonly [protocol in Protocol]?: string } = { oip: '/v2/health/ready', openai: '/health' };

const PROBE_MS = 1000;
/** Examples that came back wrong are asked again, but ever more seldom: a model may still be warming up. */
const MOST_RETRY_MS = 10_000;

/** Tries the examples until all of them went well, and from then on only asks whether the server is still there. */
export class ModelWatch {
  private state: Readiness = { ready: false, reason: 'the examples were not sent yet' };
  private readonly end = new AbortController();
  private round: Promise<void> | undefined;

  constructor(private readonly options: ModelWatchOptions) {}

  /** Starts the first round; `readiness` tells how it goes. */
  start(): void {
    this.round ??= this.verify().finally(() => (this.round = undefined));
  }

  stop(): void {
    this.end.abort(new Error('the sidecar ends'));
  }

  /** For the readiness probe. A server that went away makes it unready at once, and its examples are sent again when it is back. */
  async readiness(): Promise<Readiness> {
    if (!this.state.ready) return this.state;
    const gone = await this.probe();
    if (gone !== undefined) {
      this.state = { ready: false, reason: gone };
      this.start();
    }
    return this.state;
  }

  private async verify(): Promise<void> {
    const { baseUrl, checks, retryMs = 500, log } = this.options;
    const version = checks.versions[this.options.version];
    if (!version) {
      this.state = { ready: false, reason: `the checks do not know version ${this.options.version}` };
      return log?.(this.state.reason);
    }
    let pause = retryMs;
    let told: string | undefined;
    while (!this.end.signal.aborted) {
      let failure = await this.probe();
      const reached = failure === undefined;
      failure ??= firstFailure(
        await checkExamples({ baseUrl, version, methods: checks.methods, schemas: checks.schemas, signal: this.end.signal }),
      );
      if (failure === undefined) {
        this.state = { ready: true };
        return log?.('every example came back as promised');
      }
      this.state = { ready: false, reason: failure };
      if (failure !== told) log?.((told = failure));
      await sleep(pause, this.end.signal);
      pause = reached ? Math.min(pause * 2, MOST_RETRY_MS) : retryMs;
    }
  }

  /** Why the server is not there, or undefined. A slow answer is none: a busy server must not lose its traffic for it. */
  private async probe(): Promise<string | undefined> {
    const protocol = this.options.checks.versions[this.options.version]?.protocol;
    const path = (protocol && READY_PATH[protocol]) ?? '/';
    const known = protocol !== undefined && READY_PATH[protocol] !== undefined;
    const deadline = AbortSignal.timeout(PROBE_MS);
    try {
      const response = await fetch(`${this.options.baseUrl}${path}`, {
        signal: AbortSignal.any([deadline, this.end.signal]),
        redirect: 'manual',
      });
      await response.body?.cancel();
      return known && response.status !== 200 ? `the model server is not ready (${response.status})` : undefined;
    } catch {
      return deadline.aborted ? undefined : 'the model server cannot be reached';
    }
  }
}

/** Resolves after the time, or when the signal says so. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
