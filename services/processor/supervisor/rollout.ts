import { EDGE_ROUTES } from '../../../core/contract/edge-routes';
import type { Endpoints, GatewayZones } from '../../../core/contract/endpoints';
import { type AdsServer, type PushResult, ResourceType } from './ads';
import type { EncodedAny, Encoder } from './encode';
import { encodeAssignment, readyClusters } from './instances';
import type { Log } from '../../shared/log';
import type { LoadedBundle } from './store';
import type { Workers } from './workers';

/** How long each party may take, milliseconds. */
export interface RolloutTimes {
  /** Envoy's acknowledgement of one push. */
  readonly envoyMs: number;
  readonly workersMs: number;
  /** Between the switch of the routes and the removal of what only old calls use: their requests are still on the way. */
  readonly settleMs: number;
}

export const DEFAULT_TIMES: RolloutTimes = { envoyMs: 30_000, workersMs: 30_000, settleMs: 5000 };

/** Why a bundle does not serve. */
export interface Refusal {
  readonly digest?: string;
  readonly by: 'reader' | 'worker' | 'envoy';
  readonly reason: string;
  readonly at: string;
}

/** Brings bundles and endpoints to workers and Envoy, in an order in which no call can fail. */
export class Rollout {
  private current: LoadedBundle | undefined;
  private endpoints: Endpoints = {};
  private zones: GatewayZones | undefined;
  private assignments = new Map<string, EncodedAny>();
  private generation = 0;
  private cleanup: NodeJS.Timeout | undefined;
  /** Bundles that no route names any more, with the time when the last one did. */
  private readonly leaving = new Map<LoadedBundle, number>();
  private coming: LoadedBundle | undefined;

  constructor(
    private readonly ads: AdsServer,
    private readonly workers: Workers,
    private readonly encoder: Encoder,
    private readonly log: Log,
    private readonly times: RolloutTimes = DEFAULT_TIMES,
  ) {}

  /** The bundle that serves. */
  get serving(): LoadedBundle | undefined {
    return this.current;
  }

  /** Add clusters, load the workers, switch the routes; what is no longer needed goes later. Undefined when it serves now. One call at a time. */
  async apply(next: LoadedBundle): Promise<Refusal | undefined> {
    if (this.current?.index.digest === next.index.digest) return undefined;
    this.coming = next;
    try {
      const refusal = await this.bringIn(next);
      if (!refusal) this.switchTo(next);
      return refusal;
    } finally {
      this.coming = undefined;
      this.scheduleCleanup();
    }
  }

  private async bringIn(next: LoadedBundle): Promise<Refusal | undefined> {
    const added = await this.addClusters(next);
    if (added) return this.giveUp(next, 'envoy', added);
    const loaded = await this.workers.load(next, this.times.workersMs);
    if (!loaded.ok) return this.giveUp(next, 'worker', loaded.reason);
    this.publishRoutes(next);
    const switched = refused(await this.ads.settled(ResourceType.routes, this.times.envoyMs));
    return switched ? this.giveUp(next, 'envoy', switched) : undefined;
  }

  private switchTo(next: LoadedBundle): void {
    if (this.current) this.leaving.set(this.current, Date.now());
    this.leaving.delete(next);
    this.current = next;
  }

  setEndpoints(endpoints: Endpoints): void {
    const changed = new Set<string>();
    for (const cluster of new Set([...Object.keys(this.endpoints), ...Object.keys(endpoints)])) {
      const instances = endpoints[cluster] ?? [];
      if (JSON.stringify(instances) === JSON.stringify(this.endpoints[cluster] ?? [])) continue;
      this.assignments.set(cluster, encodeAssignment(this.encoder, cluster, instances, this.zones));
      changed.add(cluster);
    }
    this.endpoints = endpoints;
    this.workers.endpoints(readyClusters(endpoints));
    this.publishEndpoints(changed);
  }

  /** Weighs all zones anew; what keeps its weights is not sent again. */
  setZones(zones: GatewayZones): void {
    this.zones = zones;
    const changed = new Set<string>();
    for (const [cluster, instances] of Object.entries(this.endpoints)) {
      const assignment = encodeAssignment(this.encoder, cluster, instances, zones);
      if (sameBytes(this.assignments.get(cluster), assignment)) continue;
      this.assignments.set(cluster, assignment);
      changed.add(cluster);
    }
    if (changed.size > 0) this.publishEndpoints(changed);
  }

  stop(): void {
    clearTimeout(this.cleanup);
  }

  private publishEndpoints(changed?: ReadonlySet<string>): void {
    this.generation += 1;
    this.ads.publish(ResourceType.endpoints, String(this.generation), this.assignments, changed);
  }

  private publishRoutes(bundle: LoadedBundle): void {
    this.ads.publish(ResourceType.routes, label(bundle), new Map([[EDGE_ROUTES, bundle.routes]]));
  }

  // Old and new side by side, and the new ones warm, before any route or worker names them.
  private async addClusters(next: LoadedBundle): Promise<string | undefined> {
    const before = this.clustersInUse();
    const fresh = new Set([...next.clusters].filter(([name, cluster]) => !sameBytes(before.get(name), cluster)).map(([name]) => name));
    if (this.generation === 0) this.publishEndpoints();
    this.ads.publish(ResourceType.clusters, label(next), new Map([...before, ...next.clusters]));
    const taken = refused(await this.ads.settled(ResourceType.clusters, this.times.envoyMs));
    if (taken !== undefined || fresh.size === 0) return taken;
    this.ads.resend(fresh);
    return refused(await this.ads.settled(ResourceType.endpoints, this.times.envoyMs, [...fresh]));
  }

  private clustersInUse(): ReadonlyMap<string, EncodedAny> {
    return new Map([...this.leaving.keys(), ...(this.current ? [this.current] : [])].flatMap((bundle) => [...bundle.clusters]));
  }

  // The old state is published again, so that a gateway that connects later meets it too.
  private giveUp(next: LoadedBundle, by: Refusal['by'], reason: string): Refusal {
    const digest = next.index.digest;
    this.log('error', 'a bundle was refused; the previous one keeps serving', { digest, by, reason, serving: this.current?.index.digest });
    if (this.current) {
      this.publishRoutes(this.current);
      this.ads.publish(ResourceType.clusters, label(this.current), this.clustersInUse());
    }
    // No call ever belonged to it, so its parts and clusters go at once.
    this.forget([next]);
    return { digest, by, reason, at: new Date().toISOString() };
  }

  private scheduleCleanup(): void {
    if (this.cleanup || this.leaving.size === 0) return;
    const oldest = Math.min(...this.leaving.values());
    this.cleanup = setTimeout(
      () => {
        this.cleanup = undefined;
        if (!this.coming) this.removeLeft();
        this.scheduleCleanup();
      },
      Math.max(50, oldest + this.times.settleMs - Date.now()),
    );
  }

  private removeLeft(): void {
    const due = [...this.leaving].filter(([, since]) => Date.now() - since >= this.times.settleMs).map(([bundle]) => bundle);
    if (due.length === 0) return;
    for (const bundle of due) this.leaving.delete(bundle);
    if (this.current) this.ads.publish(ResourceType.clusters, label(this.current), this.clustersInUse());
    this.forget(due);
  }

  private forget(bundles: readonly LoadedBundle[]): void {
    const kept = new Set([...this.leaving.keys(), ...(this.current ? [this.current] : [])].flatMap(digests));
    const gone = [...new Set(bundles.flatMap(digests))].filter((digest) => !kept.has(digest));
    this.workers.keep(this.current, gone);
  }
}

function digests({ index }: LoadedBundle): readonly string[] {
  return [index.digest, ...index.parts.map(({ digest }) => digest)];
}

function label({ index }: LoadedBundle): string {
  return index.digest.slice(0, 16);
}

function refused(result: PushResult): string | undefined {
  switch (result.kind) {
    case 'refused':
      return `envoy: ${result.reason}`;
    case 'timeout':
      return 'envoy did not acknowledge it in time';
    case 'acknowledged':
    case 'nobody':
      return undefined;
  }
}

function sameBytes(a: EncodedAny | undefined, b: EncodedAny): boolean {
  return a !== undefined && Buffer.compare(a.value, b.value) === 0;
}
