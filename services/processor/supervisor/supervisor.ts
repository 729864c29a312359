import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { BundleFile } from '../../../core/contract/bundle-files';
import { parseDenyList } from '../../../core/contract/deny-list';
import { Socket } from '../../../core/contract/ports';
import type { ProcessorConfig } from '../../../core/contract/processor-config';
import type { JsonObject } from '../../../core/json';
import { AdsServer } from './ads';
import { CanaryBook } from './canary';
import { drainGateway } from './drain';
import { Encoder } from './encode';
import { encodeAssignment, parseEndpoints, parseZones } from './instances';
import type { Log } from '../../shared/log';
import { serveManagement } from './management';
import { envoyStats } from './envoy-stats';
import { type Family, prometheusText } from './metrics';
import { notWholeWay } from './probe';
import { loadProtos } from './protos';
import { DEFAULT_TIMES, type Refusal, Rollout, type RolloutTimes } from './rollout';
import { BundleStore } from './store';
import { type Watch, watchFile } from './watch';
import { Workers } from './workers';

export interface SupervisorOptions {
  readonly config: ProcessorConfig;
  readonly configFile: string;
  /** Compiled `worker/main.js`. */
  readonly workerProgram: string;
  readonly log: Log;
  readonly times?: RolloutTimes;
}

/** Until nobody new is sent to a pod that leaves. */
const ENDPOINT_REMOVAL_MS = 5000;
/** How long callers may then take to finish, unless the configuration says. */
const DRAIN_MS = 30_000;

/** Keeps Envoy and the workers at the bundle in the folder. Calls never pass through it. */
export class Supervisor {
  private readonly encoder: Encoder;
  private readonly ads: AdsServer;
  private readonly workers: Workers;
  private readonly rollout: Rollout;
  private readonly store: BundleStore;
  private readonly watches: Watch[] = [];
  private readonly canary = new CanaryBook();
  private management: Server | undefined;
  private queue: Promise<void> = Promise.resolve();
  private retry: NodeJS.Timeout | undefined;
  private newest = '';
  private refusal: Refusal | undefined;
  private badEndpoints: string | undefined;
  private denied: number | undefined;
  private badDenyList: string | undefined;
  private applied = 0;
  private readonly refused: { [by in Refusal['by']]: number } = { reader: 0, worker: 0, envoy: 0 };
  private draining = false;

  constructor(private readonly options: SupervisorOptions) {
    const { config, log } = options;
    const root = loadProtos();
    this.encoder = new Encoder(root);
    this.ads = new AdsServer(root, (cluster) => encodeAssignment(this.encoder, cluster, []), log);
    this.workers = new Workers(options.workerProgram, options.configFile, config.workers, log);
    this.rollout = new Rollout(this.ads, this.workers, this.encoder, log, options.times ?? DEFAULT_TIMES);
    this.store = new BundleStore(config.bundleFolder, this.encoder);
  }

  async start(): Promise<void> {
    const { config } = this.options;
    mkdirSync(config.socketFolder, { recursive: true });
    this.management = await serveManagement(
      {
        status: () => this.status(),
        notReady: () => this.notReady(),
        metrics: () => this.metrics(),
        canary: () => this.canary.report(this.rollout.serving?.index.digest ?? null, this.workers.metrics()),
        drain: () => this.drain(),
      },
      config.management.host,
      config.management.port,
    );
    await this.ads.listen(join(config.socketFolder, Socket.ads));
    this.workers.start();
    // Before the bundle: an Envoy that lived on would take clusters without instances for the truth.
    const endpoints = await readFile(join(config.bundleFolder, BundleFile.endpoints), 'utf8').catch(() => undefined);
    if (endpoints !== undefined) this.takeEndpoints(endpoints);
    const zones = await readFile(join(config.bundleFolder, BundleFile.zones), 'utf8').catch(() => undefined);
    if (zones !== undefined) this.takeZones(zones);
    const denied = await readFile(join(config.bundleFolder, BundleFile.deny), 'utf8').catch(() => undefined);
    if (denied !== undefined) this.takeDenyList(denied);
    this.watches.push(
      watchFile(config.bundleFolder, BundleFile.deny, (text) => this.enqueue(() => this.takeDenyList(text))),
      watchFile(config.bundleFolder, BundleFile.zones, (text) => this.enqueue(() => this.takeZones(text))),
      watchFile(config.bundleFolder, BundleFile.endpoints, (text) => this.enqueue(() => this.takeEndpoints(text))),
      watchFile(config.bundleFolder, BundleFile.index, (text) => this.enqueue(() => this.takeIndex(text))),
    );
  }

  /** Lets calls under way finish, then ends everything that was started. */
  async stop(timeoutMs: number): Promise<void> {
    for (const watch of this.watches) watch.stop();
    clearTimeout(this.retry);
    this.rollout.stop();
    await this.workers.stop(timeoutMs);
    this.ads.close();
    this.management?.closeAllConnections();
    this.management?.close();
  }

  private enqueue(work: () => Promise<void> | void): Promise<void> {
    this.queue = this.queue.then(work).catch((error: unknown) => {
      this.options.log('error', 'the supervisor failed; this is a bug', {
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    });
    return this.queue;
  }

  private async takeIndex(text: string): Promise<void> {
    clearTimeout(this.retry);
    this.newest = text;
    const refusal = await this.tryBundle(text);
    if (refusal) this.refused[refusal.by] += 1;
    this.refusal = refusal;
    if (refusal && !this.rollout.serving) await this.serveLastGood();
    // Files of a bundle may arrive after its index when another hand copied them: look again while nothing newer comes.
    if (refusal?.by === 'reader') this.retry = setTimeout(() => void this.enqueue(() => this.retryIndex(text)), 2000);
  }

  private async retryIndex(text: string): Promise<void> {
    if (this.newest !== text || this.refusal?.by !== 'reader') return;
    const refusal = await this.tryBundle(text, true);
    this.refusal = refusal && refusal.reason === this.refusal.reason ? this.refusal : refusal;
    if (this.refusal?.by === 'reader') this.retry = setTimeout(() => void this.enqueue(() => this.retryIndex(text)), 2000);
  }

  private async tryBundle(text: string, quiet = false): Promise<Refusal | undefined> {
    const started = Date.now();
    let bundle;
    try {
      bundle = await this.store.load(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const serving = this.rollout.serving?.index.digest;
      if (!quiet) this.options.log('error', 'a bundle was refused; the previous one keeps serving', { by: 'reader', reason, serving });
      return { by: 'reader', reason, at: new Date().toISOString() };
    }
    const refusal = await this.rollout.apply(bundle);
    if (refusal) return refusal;
    this.applied += 1;
    this.refusal = undefined;
    this.canary.begin(bundle.subjects, this.workers.metrics());
    await this.store.remember(bundle, text);
    this.options.log('info', 'a bundle serves', {
      digest: bundle.index.digest,
      parts: bundle.index.parts.length,
      ms: Date.now() - started,
    });
    return undefined;
  }

  /** After a restart with a bundle that is refused: the one that served before it. */
  private async serveLastGood(): Promise<void> {
    const text = await this.store.lastGood();
    if (text === undefined) return;
    const bundle = await this.store.load(text, 'kept').catch(() => undefined);
    if (!bundle || (await this.rollout.apply(bundle)) !== undefined) return;
    this.canary.begin(bundle.subjects, this.workers.metrics());
    this.options.log('info', 'the last good bundle serves', { digest: bundle.index.digest });
  }

  private takeEndpoints(text: string): void {
    try {
      this.rollout.setEndpoints(parseEndpoints(text));
      this.badEndpoints = undefined;
    } catch (error) {
      this.badEndpoints = error instanceof Error ? error.message : String(error);
      this.options.log('error', 'endpoints were refused; the previous ones stay', { reason: this.badEndpoints });
    }
  }

  private takeZones(text: string): void {
    try {
      this.rollout.setZones(parseZones(text));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.options.log('error', 'zones were refused; the previous ones stay', { reason });
    }
  }

  private takeDenyList(text: string): void {
    try {
      const list = parseDenyList(text);
      this.workers.deny(list);
      if (this.denied !== list.entries.length || this.badDenyList !== undefined)
        this.options.log('info', 'a deny list holds', { entries: list.entries.length });
      this.denied = list.entries.length;
      this.badDenyList = undefined;
    } catch (error) {
      this.badDenyList = error instanceof Error ? error.message : String(error);
      this.options.log('error', 'a deny list was refused; the previous one stays', { reason: this.badDenyList });
    }
  }

  private status(): JsonObject {
    const serving = this.rollout.serving;
    return {
      digest: serving?.index.digest ?? null,
      stack: serving?.index.stack ?? null,
      parts: Object.fromEntries(serving?.index.parts.map(({ name, digest }) => [name, digest]) ?? []),
      workers: this.workers.status().map((worker) => ({ ...worker })),
      envoy: { connected: this.ads.connected, ...(this.ads.status() as unknown as JsonObject) },
      refused: this.refusal ? { ...this.refusal } : null,
      endpointsRefused: this.badEndpoints ?? null,
      denied: this.denied ?? 0,
      denyListRefused: this.badDenyList ?? null,
      draining: this.draining,
    };
  }

  private async notReady(): Promise<string | undefined> {
    if (this.draining) return 'draining';
    // Without a list of before, taking calls would let in whom the bad one names.
    if (this.badDenyList !== undefined && this.denied === undefined) return 'the deny list was refused, and there is none before it';
    const { serving } = this.rollout;
    if (!serving) return 'no bundle serves yet';
    if (this.workers.serving === 0) return 'no worker serves';
    return notWholeWay(this.options.config, serving.index.digest);
  }

  private async drain(): Promise<JsonObject> {
    this.draining = true;
    const { envoyAdmin, drainMs = DRAIN_MS } = this.options.config;
    const result = await drainGateway({ envoyAdmin, endpointRemovalMs: ENDPOINT_REMOVAL_MS, budgetMs: ENDPOINT_REMOVAL_MS + drainMs });
    this.options.log('info', 'drained', result);
    return { drained: result.active === 0, ...result };
  }

  private async metrics(): Promise<string> {
    const envoy = Object.entries(this.ads.status());
    const family = (name: string, type: Family['type'], help: string, value: number | Family['series']): Family => ({
      name,
      type,
      help,
      series: typeof value === 'number' ? { '': value } : value,
    });
    const own = prometheusText(
      [
        family('kea_bundles_applied_total', 'counter', 'Bundles that came to serve.', this.applied),
        family(
          'kea_bundles_refused_total',
          'counter',
          'Bundles that were refused whole, by who refused.',
          Object.fromEntries(Object.entries(this.refused).map(([by, count]) => [`{by="${by}"}`, count])),
        ),
        family('kea_bundle_refused', 'gauge', '1 while the newest bundle is refused and an older one serves.', this.refusal ? 1 : 0),
        family('kea_bundle_parts', 'gauge', 'Contracts of the bundle that serves.', this.rollout.serving?.index.parts.length ?? 0),
        family('kea_workers', 'gauge', 'Request workers that there should be.', this.options.config.workers),
        family('kea_workers_serving', 'gauge', 'Request workers that take calls.', this.workers.serving),
        family(
          'kea_worker_restarts_total',
          'counter',
          'Deaths of workers.',
          this.workers.status().reduce((sum, { restarts }) => sum + restarts, 0),
        ),
        family('kea_envoy_connected', 'gauge', 'Gateways on the discovery socket.', this.ads.connected),
        family('kea_envoy_refusals_total', 'counter', 'Configurations that Envoy refused.', this.ads.refusals),
        family(
          'kea_envoy_acknowledged',
          'gauge',
          '1 when Envoy has what was last sent.',
          Object.fromEntries(envoy.map(([type, status]) => [`{type="${type}"}`, status.acknowledged ? 1 : 0])),
        ),
      ],
      this.workers.metrics(),
    );
    return own + (await envoyStats(this.options.config.envoyAdmin));
  }
}
