import { readFileSync } from 'node:fs';
import { Cluster, Redis, type ClusterOptions } from 'ioredis';
import type { ProcessorConfig } from '../../../../core/contract/processor-config';
import { log } from '../../../shared/log';
import { Breaker } from './breaker';

export type RedisConfig = Extract<ProcessorConfig['cache'], { kind: 'redis' }>;

/** Longest wait for an answer. */
const TIMEOUT_MS = 50;
/** Failures in a row after which it is left alone, and for how long. */
const FAILURES = 3;
const PAUSE_MS = 1000;
const CONNECT_MS = 1000;
/** Breaks a connection whose far end is gone without a word. */
const SILENCE_MS = 5000;

/** A script that runs as a whole, with keys in one slot. Its source is sent once, its name afterwards. */
export interface Script {
  readonly name: string;
  readonly keys: number;
  readonly lua: string;
}

type Runner = { readonly [name: string]: (...args: readonly (string | number | Buffer)[]) => Promise<unknown> };

/**
 * One worker's connection to Redis, alone, behind sentinels, or a cluster. A question is asked now or not at all, and answered soon or not at all:
 * nothing waits for a connection to come back, and what fails is `undefined`, never an error.
 */
export class RedisConnection {
  private readonly client: Redis | Cluster;
  private readonly breaker = new Breaker(FAILURES, PAUSE_MS);
  private readonly known = new Set<string>();
  private told = false;

  constructor(
    readonly config: RedisConfig,
    private readonly timeoutMs: number = config.patienceMs ?? TIMEOUT_MS,
  ) {
    this.client = connect(config);
    this.client.on('error', (error: Error) => this.tell(error));
    this.client.on('ready', () => (this.told = false));
  }

  /** Calls `then` now if it is connected, and after every new connection. */
  onReady(then: () => void): void {
    this.client.on('ready', then);
    if (this.available) then();
  }

  get available(): boolean {
    return this.client.status === 'ready' && !this.breaker.open;
  }

  /** What the script answers (texts as bytes), or `undefined`: not connected, too slow, refused. */
  async run(script: Script, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown> {
    if (this.client.status !== 'ready' || !this.breaker.allows()) return undefined;
    this.define(script);
    const command = (this.client as unknown as Runner)[`${script.name}Buffer`];
    try {
      const answer = await within(command?.apply(this.client, [...keys, ...args]), this.timeoutMs);
      this.breaker.succeeded();
      return answer;
    } catch (error) {
      // One that is full or read-only says so at once and still answers what it can.
      if ((error as Error).name === 'ReplyError') this.breaker.succeeded();
      else this.breaker.failedOnce();
      this.tell(error as Error);
      return undefined;
    }
  }

  close(): Promise<void> {
    this.client.disconnect();
    return Promise.resolve();
  }

  private define({ name, keys, lua }: Script): void {
    if (this.known.has(name)) return;
    this.client.defineCommand(name, { numberOfKeys: keys, lua });
    this.known.add(name);
  }

  /** Once for each outage: a Redis that is down must not fill the log. */
  private tell(error: Error): void {
    if (this.told) return;
    this.told = true;
    log('warn', 'Redis does not answer as it should; calls go on without it', { reason: error.message });
  }
}

function connect(config: RedisConfig): Redis | Cluster {
  const username = fileText(config.usernameFile);
  const password = fileText(config.passwordFile);
  const tls = config.tls ? { tls: config.caFile === undefined ? {} : { ca: readFileSync(config.caFile) } } : {};
  const common = {
    ...tls,
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: backoff,
  };
  const places = config.addresses.map(place);
  switch (config.mode) {
    case 'single':
      return new Redis({ ...common, ...places[0] });
    case 'sentinel':
      return new Redis({
        ...common,
        sentinels: places.map(({ host, port }) => ({ host: host ?? '', port: port ?? 26_379 })),
        name: config.master ?? 'mymaster',
        enableTLSForSentinelMode: config.tls,
        sentinelRetryStrategy: backoff,
        failoverDetector: true,
        // A master that was degraded says so: the sentinels know the new one.
        reconnectOnError: (error) => error.message.startsWith('READONLY'),
      });
    case 'cluster': {
      const options = {
        redisOptions: common,
        enableOfflineQueue: false,
        slotsRefreshTimeout: CONNECT_MS,
        slotsRefreshInterval: SILENCE_MS,
        clusterRetryStrategy: backoff,
        // Behind TLS names are what certificates are for: they are not turned into addresses.
        ...(config.tls ? { dnsLookup: sameName } : {}),
      };
      return new Cluster(
        places.map(({ host, port }) => ({ host: host ?? '', port: port ?? 6379 })),
        options,
      );
    }
  }
}

const sameName: NonNullable<ClusterOptions['dnsLookup']> = (address, done) => done(null, address);

function backoff(attempt: number): number {
  return Math.min(2000, 50 * 2 ** Math.min(attempt, 6));
}

function place(address: string): { readonly path?: string; readonly host?: string; readonly port?: number } {
  if (address.startsWith('/')) return { path: address };
  const colon = address.lastIndexOf(':');
  const host = colon === -1 ? address : address.slice(0, colon);
  return { host: host.replace(/^\[|\]$/g, ''), ...(colon === -1 ? {} : { port: Number(address.slice(colon + 1)) }) };
}

export function fileText(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8').trim();
}

function within<T>(promise: Promise<T> | undefined, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    if (promise === undefined) return reject(new Error('no such command'));
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
