import { join } from 'node:path';
import { checkExamples } from '../../services/example-check/check';
import { Child, type Program } from './child';
import { nodeProgram } from './programs';
import { until } from './until';
import { cannotRun, exampleFailed, serverFailed, type Launch, type WantedVersion } from './wanted';
import type { Endpoint } from '../../core/contract/endpoints';
import type { Finding } from '../../core/findings/finding';
import type { Listener } from './events';

const HOST = '127.0.0.1';
/** Calls under way when a server is no longer wanted get this long. */
const DRAIN_MS = 5000;

/** The server of one version: started, proven by its examples, and from then on watched. */
export class VersionServer {
  private child: Child | undefined;
  private proven = false;
  private up = false;
  private stopped = false;
  private deaths = 0;

  constructor(
    private current: WantedVersion,
    private readonly port: number,
    private readonly logs: string,
    private readonly listen: Listener,
    /** Called when a process began, and when the endpoint came or went. */
    private readonly changed: () => void,
  ) {}

  /** What it was last proven for. */
  get wanted(): WantedVersion {
    return this.current;
  }

  /** The same server, proven for other examples. */
  accept(wanted: WantedVersion): void {
    this.current = wanted;
  }

  /** Where calls go; undefined while the server cannot take them. */
  get endpoint(): Endpoint | undefined {
    return this.proven && this.up ? { address: HOST, port: this.port } : undefined;
  }

  get cluster(): string {
    return this.wanted.serves.cluster;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get name(): string {
    return `model server ${this.wanted.model} ${this.wanted.version}`;
  }

  /** Resolves with what is wrong with the version; nothing when it takes calls from now on. */
  async start(): Promise<Finding | undefined> {
    const { launch } = this.wanted;
    if (launch.kind === 'none') return cannotRun(this.wanted, launch.reason);
    const program = programOf(launch, this.name, this.wanted, this.port, this.logs);
    // Until the version is proven a server that ends has failed; afterwards it is started again.
    const child = new Child(
      program,
      { onStart: () => void this.begun(), onDeath: (how, restartMs) => this.died(how, restartMs) },
      () => this.proven,
    );
    this.child = child;
    child.start();
    const failure = (await this.waitReady(this.deaths)) ?? (await this.prove(this.current));
    if (failure) {
      await this.stop();
      return failure;
    }
    this.proven = true;
    this.up = true;
    return undefined;
  }

  /** Sends the examples of a contract; resolves with the first that is not answered as it says. */
  async prove(wanted: WantedVersion): Promise<Finding | undefined> {
    const { serves, methods, schemas } = wanted;
    const results = await checkExamples({ baseUrl: `http://${HOST}:${this.port}`, version: serves, methods, schemas });
    const failed = results.find((result) => !result.ok);
    return failed && !failed.ok ? exampleFailed(wanted, failed.method, failed.example, failed.reason) : undefined;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.up = false;
    await this.child?.stop(DRAIN_MS);
  }

  /** A later life of a proven server: it takes calls again once it is ready. */
  private async begun(): Promise<void> {
    this.changed();
    if (!this.proven) return;
    if (await this.waitReady(this.deaths)) return;
    this.up = true;
    this.changed();
    this.listen({ type: 'back', name: this.name });
  }

  private died(how: string, restartMs: number | undefined): void {
    this.deaths += 1;
    if (!this.proven) return;
    this.up = false;
    this.changed();
    this.listen({ type: 'died', name: this.name, how, ...(restartMs === undefined ? {} : { restartMs }) });
  }

  private async waitReady(life: number): Promise<Finding | undefined> {
    const { launch, loadMs } = this.wanted;
    const path = launch.kind === 'command' ? launch.readyPath : '/v2/health/ready';
    const gone = (): boolean => this.stopped || this.deaths !== life;
    const ready = await until(() => answers(`http://${HOST}:${this.port}${path}`), { timeoutMs: loadMs, stop: gone });
    if (ready) return undefined;
    const log = this.child?.program.log ?? '';
    const how = gone() ? 'ended before it was ready' : `was not ready within ${loadMs / 1000} s`;
    return serverFailed(this.wanted, how, log, this.child?.lastWords(4) ?? '');
  }
}

function programOf(launch: Exclude<Launch, { kind: 'none' }>, name: string, wanted: WantedVersion, port: number, logs: string): Program {
  const log = join(logs, `${wanted.serves.cluster}.log`);
  switch (launch.kind) {
    case 'onnx':
      return nodeProgram('services/model-server/main.js', {
        name,
        log,
        args: [
          ...['--model', launch.artifact, '--name', wanted.serves.runtimeModel, '--version', wanted.version],
          ...['--host', HOST, '--port', String(port), '--drain-ms', String(DRAIN_MS - 1000)],
          ...(launch.sha256 ? ['--sha256', launch.sha256] : []),
        ],
      });
    case 'command': {
      const [command = '', ...args] = launch.command;
      const env = { ...launch.env, HOST, PORT: String(port) };
      return { name, log, command: command === 'node' ? process.execPath : command, args, cwd: launch.folder, env };
    }
  }
}

/** Whether anything answers there, and not with a failure of its own. */
async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1000), redirect: 'manual' });
    await answer.arrayBuffer();
    return answer.status < 500;
  } catch {
    return false;
  }
}
