import { randomBytes } from 'node:crypto';
import { chmod, rename, rm, stat } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as PlainServer } from 'node:net';
import { dirname, join } from 'node:path';
import { Socket } from '../../../core/contract/ports';
import type { ProcessorConfig } from '../../../core/contract/processor-config';
import { openAuditLog } from '../../audit/audit-log';
import { log } from '../../shared/log';
import type { FromWorker, ToWorker } from '../messages';
import { MemoryBudget } from './body';
import { makeCache } from './cache';
import { SingleFlight } from './cache/single-flight';
import { Denials } from './denials';
import { Gates } from './gates';
import { KnownBodies } from './known-bodies';
import { MemoryRateLimiter, RedisRateLimiter } from './limiter';
import { Metrics } from './metrics';
import { answerProbe, type ProbeState } from './probe';
import { serve } from './pipeline';
import { RedisConnection } from './redis/connection';
import { Registry } from './registry';
import type { WorkerServices } from './services';
import { BACKLOG, KEEP_ALIVE_MS, MAX_HEADER_BYTES } from './settings';
import { Shadow } from './shadow';
import { Upstream } from './upstream';
import { Validators } from './validators';

/** How long idle connections of the edge are kept while draining: longer than the time between two of its health checks, after which it sends no more. */
const DRAIN_IDLE_MS = 2000;

/** One request worker: a server on a Unix socket, its configuration, and the calls in flight. */
export class RequestWorker {
  readonly socketPath: string;
  private readonly innerSocket: string;
  readonly services: WorkerServices;
  private readonly server: Server;
  private readonly redis: RedisConnection | undefined;
  private inode: number | undefined;
  private inFlight = 0;
  private draining = false;
  private idle: (() => void) | undefined;
  private loading: Promise<void> = Promise.resolve();

  constructor(config: ProcessorConfig, index: number) {
    this.socketPath = join(config.socketFolder, Socket.worker(index));
    this.innerSocket = join(config.socketFolder, Socket.inner);
    const validators = new Validators();
    const sharers = config.workers * (config.gateways ?? 1);
    const redis = config.cache.kind === 'redis' ? new RedisConnection(config.cache) : undefined;
    const limiter = new MemoryRateLimiter(sharers);
    this.redis = redis;
    this.services = {
      registry: new Registry((digest, schema) => validators.prepare(digest, schema)),
      validators,
      bodies: new KnownBodies(),
      limiter: redis === undefined ? limiter : new RedisRateLimiter(redis, limiter),
      cache: makeCache(config.cache, redis),
      flights: new SingleFlight(),
      denials: new Denials(),
      gates: new Gates(),
      sharers,
      upstream: new Upstream(this.innerSocket),
      shadow: new Shadow(),
      audit: openAuditLog(config.audit, index, (error) => log('error', 'audit records could not be written', { reason: error.message })),
      metrics: new Metrics(),
      memory: new MemoryBudget(config.maxBufferedBytes),
      payloadKey: config.audit.payloadKeyFile === undefined ? randomBytes(32) : readFileSync(config.audit.payloadKeyFile),
    };
    this.server = createServer(
      { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: 0, requestTimeout: 0, maxHeaderSize: MAX_HEADER_BYTES },
      (request, response) => this.take(request, response),
    );
    this.server.timeout = 0;
    this.server.maxRequestsPerSocket = 0;
  }

  /**
   * Resolves when calls are taken. The socket takes the place of an earlier life's, by rename: between the two no connection is refused,
   * and that life, should it still run, cannot remove this one's when it closes.
   */
  async listen(): Promise<void> {
    const own = `${this.socketPath}.${process.pid}`;
    await rm(own, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ path: own, backlog: BACKLOG }, resolve);
    });
    await chmod(own, 0o660);
    this.inode = (await stat(own)).ino;
    await rename(own, this.socketPath);
  }

  get listening(): boolean {
    return this.inode !== undefined;
  }

  get socketFolder(): string {
    return dirname(this.socketPath);
  }

  /** Whether this worker's socket still stands at its path: another's after it was replaced, gone with its folder. */
  async ownsSocket(): Promise<'own' | 'another' | 'gone'> {
    const found = await stat(this.socketPath).catch(() => undefined);
    return found === undefined ? 'gone' : found.ino === this.inode ? 'own' : 'another';
  }

  /** Handles one message of the supervisor; loads happen one after the other. */
  receive(message: ToWorker, send: (message: FromWorker) => void): void {
    const { registry } = this.services;
    switch (message.type) {
      case 'load':
        this.loading = this.loading.then(async () => {
          const { digest } = message.index;
          try {
            await registry.load(message.index, message.files, message.openapi);
            send({ type: 'loaded', digest });
          } catch (error) {
            send({ type: 'refused', digest, reason: (error as Error).message });
          }
        });
        return;
      case 'forget':
        registry.forget(message.digests);
        return;
      case 'endpoints':
        registry.setReady(message.ready);
        return;
      case 'deny':
        this.services.denials.set(message.list);
        return;
      case 'drain':
        return;
    }
  }

  /** Gauges beside the counters, as they are now. */
  measure(): void {
    const { metrics, memory, audit, registry, validators, gates } = this.services;
    metrics.set('kea_worker_in_flight', this.inFlight);
    metrics.set('kea_worker_buffered_bytes', memory.bytes);
    metrics.set('kea_worker_parts', registry.size);
    metrics.set('kea_worker_queued', gates.waiting);
    metrics.set('kea_worker_validators', validators.size);
    metrics.set('kea_audit_written_total', audit.written);
    metrics.set('kea_audit_lost_total', audit.lost);
    metrics.set('kea_worker_rss_bytes', process.memoryUsage.rss());
  }

  /** Takes no new connection, finishes what is in flight (streams too), writes the last records. */
  async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    // Of the plain server: that of HTTP would close idle connections at once.
    const closed = new Promise((resolve) => PlainServer.prototype.close.call(this.server, resolve));
    if ((await this.ownsSocket()) === 'own') await rm(this.socketPath, { force: true });
    // Idle connections of the edge's pool may just be getting a call: the edge is told first, and they are cut only when quiet.
    await new Promise((resolve) => setTimeout(resolve, DRAIN_IDLE_MS));
    if (this.inFlight > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    this.server.closeIdleConnections();
    await closed;
    await this.close();
  }

  /** Ends at once; calls in flight are cut. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
    await this.close();
  }

  private async close(): Promise<void> {
    await this.services.audit.close();
    await this.services.cache.close();
    await this.redis?.close();
    await this.services.upstream.destroy();
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    if (answerProbe(request, response, this.probeState)) return;
    this.inFlight++;
    if (this.draining) response.setHeader('connection', 'close');
    void serve(request, response, this.services).finally(() => this.ended(response));
  }

  private get probeState(): ProbeState {
    return { registry: this.services.registry, leaving: this.draining, innerSocket: this.innerSocket };
  }

  private ended(response: ServerResponse): void {
    const done = (): void => {
      this.inFlight--;
      if (this.inFlight === 0) this.idle?.();
    };
    if (response.writableFinished || response.destroyed) done();
    else response.once('close', done);
  }
}
