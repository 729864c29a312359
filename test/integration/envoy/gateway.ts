import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBootstrap } from '../../../constructs/gateway/render/bootstrap';
import { buildBundle, bundleTexts, type Bundle } from '../../../constructs/gateway/render/bundle';
import type { GatewayOptions } from '../../../constructs/gateway/render/options';
import { encodeIndex, packText } from '../../../core/contract/bundle-codec';
import { BundleFile } from '../../../core/contract/bundle-files';
import type { Endpoints } from '../../../core/contract/endpoints';
import type { ProcessorConfig } from '../../../core/contract/processor-config';
import { packageRoot } from '../../../core/package-root';
import type { ResolvedModel, ResolvedPlatform } from '../../../schema/resolved';
import { identity, platform } from '../../constructs/gateway/platform';
import { freePorts, type RunningEnvoy, startEnvoy, until } from '../../support/envoy';
import { tokenMaker, type TokenMaker } from './tokens';

/** A real Envoy and the real supervisor on loopback, with stand-in workers and a stand-in model, in a folder of their own. */
export class LiveGateway {
  readonly folder = mkdtempSync(join(tmpdir(), 'kea-'));
  readonly tokens: TokenMaker = tokenMaker(identity.issuer, identity.audience);
  edgePort = 0;
  modelPort = 0;
  private managementPort = 0;
  private configFile = '';
  private model: Server | undefined;
  supervisor: ChildProcess | undefined;
  envoy!: RunningEnvoy;
  supervisorLog = '';

  platformOf(models: readonly ResolvedModel[]): ResolvedPlatform {
    return platform(models, { ...identity, jwks: this.tokens.jwks });
  }

  /** `workers`: the stand-ins, which show what they saw, or the real ones. */
  constructor(
    private readonly workers: 'stand-in' | 'real' = 'stand-in',
    private readonly answer: RequestListener = standInModel,
    private readonly cache: ProcessorConfig['cache'] = { kind: 'none' },
  ) {}

  async start(models: readonly ResolvedModel[], options: GatewayOptions = {}): Promise<void> {
    const [edge = 0, admin = 0, management = 0, model = 0] = await freePorts(4);
    [this.edgePort, this.managementPort, this.modelPort] = [edge, management, model];
    for (const folder of ['bundle/parts', 'sockets', 'audit']) mkdirSync(join(this.folder, folder), { recursive: true });
    this.model = createServer(this.answer).listen(model, '127.0.0.1');
    this.configFile = this.writeConfig(admin);
    this.writeBundle(buildBundle(this.platformOf(models)));
    this.writeEndpoints(
      Object.fromEntries(models.flatMap((each) => clusters(each).map((cluster) => [cluster, [{ address: '127.0.0.1', port: model }]]))),
    );
    this.startSupervisor();
    const bootstrap = buildBootstrap(this.platformOf([]), {
      socketFolder: join(this.folder, 'sockets'),
      workers: 2,
      edge: { address: '127.0.0.1', port: edge },
      adminPort: admin,
      accessLog: join(this.folder, 'refusals.log'),
      ...options,
    });
    this.envoy = await startEnvoy(bootstrap, this.folder);
    await this.untilReady();
  }

  startSupervisor(): void {
    const program = this.workers === 'real' ? 'dist/services/processor/main.js' : 'test/integration/envoy/standin-processor.mjs';
    const child = spawn(process.execPath, [join(packageRoot(), program), '--config', this.configFile], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr?.on('data', (chunk: Buffer) => (this.supervisorLog += chunk.toString()));
    this.supervisor = child;
  }

  async untilReady(): Promise<void> {
    await until(
      async () => (await this.management('/-/ready').catch(() => ({ status: 0 }))).status === 200,
      'the gateway is ready',
      20_000,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.supervisorLog}\n${this.envoy.log()}`);
    });
  }

  /** Parts first, then the index by rename, as every writer of a bundle does. */
  writeBundle(bundle: Bundle): void {
    for (const [name, text] of bundleTexts(bundle)) writeFileSync(join(this.folder, 'bundle', name), packText(text));
    this.writeAtomically(BundleFile.index, encodeIndex(bundle.index));
  }

  writeEndpoints(endpoints: Endpoints): void {
    this.writeAtomically(BundleFile.endpoints, JSON.stringify(endpoints));
  }

  writeAtomically(name: string, text: string): void {
    const file = join(this.folder, 'bundle', name);
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  }

  async management(path: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(`http://127.0.0.1:${this.managementPort}${path}`);
    return { status: answer.status, text: await answer.text() };
  }

  async status(): Promise<GatewayStatus> {
    return JSON.parse((await this.management('/-/config')).text) as GatewayStatus;
  }

  async untilServing(bundle: Bundle): Promise<void> {
    await until(async () => (await this.status()).digest === bundle.index.digest, 'the new bundle serves');
  }

  /** One request over a connection of its own. Paths go out as written. */
  call(
    method: string,
    path: string,
    options: { readonly token?: string; readonly headers?: { readonly [name: string]: string }; readonly body?: string } = {},
  ): Promise<Answer> {
    const headers = {
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    };
    return new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port: this.edgePort, method, path, headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers as Answer['headers'], text, json: parse(text) }),
        );
      });
      request.on('error', reject);
      request.end(options.body);
    });
  }

  /** Bytes as they are; answers the status line's number, 0 when the connection was closed without an answer. */
  raw(bytes: string, patienceMs = 1500): Promise<{ status: number; text: string }> {
    return new Promise((resolve) => {
      const socket = connect(this.edgePort, '127.0.0.1', () => socket.write(bytes, 'latin1'));
      let text = '';
      const done = (): void => {
        socket.destroy();
        resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text });
      };
      socket.setTimeout(patienceMs, done);
      socket.on('data', (chunk) => {
        text += chunk.toString();
        const head = text.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN);
        if (head > 0 && (text.length - head - 4 >= length || text.endsWith('\r\n0\r\n\r\n'))) done();
      });
      socket.on('end', done).on('error', done);
    });
  }

  refusals(): readonly { readonly [field: string]: unknown }[] {
    return readFileSync(join(this.folder, 'refusals.log'), 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { readonly [field: string]: unknown });
  }

  async stop(): Promise<void> {
    await this.envoy?.stop();
    if (this.supervisor && this.supervisor.exitCode === null && this.supervisor.signalCode === null) {
      const ended = new Promise((resolve) => this.supervisor?.once('exit', resolve));
      this.supervisor.kill('SIGTERM');
      await ended;
    }
    this.model?.closeAllConnections();
    await new Promise((resolve) => (this.model ? this.model.close(resolve) : resolve(undefined)));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private writeConfig(adminPort: number): string {
    const config: ProcessorConfig = {
      bundleFolder: join(this.folder, 'bundle'),
      socketFolder: join(this.folder, 'sockets'),
      workers: 2,
      management: { host: '127.0.0.1', port: this.managementPort },
      edge: { host: '127.0.0.1', port: this.edgePort, tls: false },
      envoyAdmin: `http://127.0.0.1:${adminPort}`,
      audit: { folder: join(this.folder, 'audit'), writer: 'test' },
      cache: this.cache,
      maxBufferedBytes: 64 * 1024 * 1024,
    };
    const file = join(this.folder, 'processor.json');
    writeFileSync(file, JSON.stringify(config));
    return file;
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly text: string;
  readonly json: { readonly [key: string]: unknown } & { readonly headers?: { readonly [name: string]: string } };
}

export interface GatewayStatus {
  readonly digest: string | null;
  readonly workers: readonly { readonly worker: number; readonly pid: number | null; readonly state: string; readonly restarts: number }[];
  readonly envoy: { readonly connected: number; readonly routes?: { readonly acknowledged: boolean } };
  readonly refused: { readonly by: string; readonly reason: string } | null;
}

function clusters(model: ResolvedModel): readonly string[] {
  return model.contracts.flatMap(({ versions }) => versions.map(({ version }) => `${model.name}-v${version.replaceAll('.', '-')}`));
}

/** Answers the headers that it saw. */
function standInModel(
  request: Parameters<NonNullable<Parameters<typeof createServer>[1]>>[0],
  response: Parameters<NonNullable<Parameters<typeof createServer>[1]>>[1],
): void {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    if (request.url === '/score') return response.writeHead(200, { 'content-type': 'application/json' }).end('{"y":0.5}');
    if (body.includes('"sleep"')) return void setTimeout(() => response.end('late'), 3000);
    response.writeHead(200, { 'content-type': 'application/json', 'x-kea-inner': 'forged by the model' });
    return response.end(JSON.stringify({ path: request.url, headers: request.headers, bytes: body.length }));
  });
}

function parse(text: string): Answer['json'] {
  try {
    return JSON.parse(text) as Answer['json'];
  } catch {
    return {};
  }
}
