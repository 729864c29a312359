import { chmodSync, rmSync } from 'node:fs';
import { EventEmitter } from 'node:events';
import { Server, ServerCredentials, type ServerDuplexStream, type ServiceDefinition } from '@grpc/grpc-js';
import type { Root } from 'protobufjs';
import type { EncodedAny } from './encode';
import type { Log } from '../../shared/log';

/** What the supervisor serves. Listeners stand in the bootstrap. */
export const ResourceType = {
  clusters: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoints: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  routes: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
} as const;

export type ResourceType = (typeof ResourceType)[keyof typeof ResourceType];

interface DiscoveryRequest {
  readonly version_info?: string;
  readonly resource_names?: readonly string[];
  readonly type_url?: string;
  readonly response_nonce?: string;
  readonly error_detail?: { readonly message?: string };
}

interface DiscoveryResponse {
  readonly version_info: string;
  readonly resources: readonly EncodedAny[];
  readonly type_url: string;
  readonly nonce: string;
}

type Call = ServerDuplexStream<DiscoveryRequest, DiscoveryResponse>;

interface Subscription {
  names: ReadonlySet<string>;
  /** Number of the last response sent, and of the last one acknowledged; 0 = none. */
  sent: number;
  acked: number;
  nack?: { readonly number: number; readonly reason: string };
}

interface Published {
  readonly label: string;
  readonly resources: ReadonlyMap<string, EncodedAny>;
}

/** How Envoy stands to one type, for status. */
export interface TypeStatus {
  readonly version: string;
  readonly resources: number;
  readonly acknowledged: boolean;
  readonly refused?: string;
}

/** What came of a push: all connected gateways took it, one refused it, or none is connected. */
export type PushResult =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'timeout' };

/**
 * Aggregated discovery (state of the world) for the gateway's Envoy over a Unix socket.
 * A type that was never published is not answered, so that Envoy waits instead of starting with nothing.
 */
export class AdsServer extends EventEmitter<{ change: [] }> {
  private readonly streams = new Map<Call, Map<ResourceType, Subscription>>();
  private readonly published = new Map<ResourceType, Published>();
  private counter = 0;
  private nacks = 0;
  private readonly server = new Server({ 'grpc.max_send_message_length': -1, 'grpc.max_receive_message_length': -1 });

  constructor(
    private readonly root: Root,
    /** Makes an assignment for a cluster that has none, so that it finishes warming. */
    private readonly emptyAssignment: (cluster: string) => EncodedAny,
    private readonly log: Log,
  ) {
    super();
    this.server.addService(this.definition(), { StreamAggregatedResources: (call: Call) => this.accept(call) });
  }

  async listen(socket: string): Promise<void> {
    rmSync(socket, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
    });
    chmodSync(socket, 0o660);
  }

  close(): void {
    this.server.forceShutdown();
  }

  /** Number of connected gateways. */
  get connected(): number {
    return this.streams.size;
  }

  get refusals(): number {
    return this.nacks;
  }

  /** Replaces a type's resources and sends them to whoever subscribed; `only` limits what is sent (endpoints may be sent one by one). */
  publish(type: ResourceType, label: string, resources: ReadonlyMap<string, EncodedAny>, only?: ReadonlySet<string>): void {
    this.published.set(type, { label, resources });
    for (const [call, subscriptions] of this.streams) {
      const subscription = subscriptions.get(type);
      if (subscription) this.send(call, type, subscription, only);
    }
  }

  /** Sends the current assignments of these clusters again: Envoy awaits them after a cluster changed. */
  resend(clusters: ReadonlySet<string>): void {
    const published = this.published.get(ResourceType.endpoints);
    if (published && clusters.size > 0) this.publish(ResourceType.endpoints, published.label, published.resources, clusters);
  }

  /** Waits until every connected gateway acknowledged what was last sent of the type, and, for endpoints, knows these clusters. */
  async settled(type: ResourceType, timeoutMs: number, clusters: readonly string[] = []): Promise<PushResult> {
    return new Promise((resolve) => {
      const finish = (result: PushResult): void => {
        clearTimeout(timer);
        this.off('change', look);
        resolve(result);
      };
      const look = (): void => {
        const result = this.judge(type, clusters);
        if (result) finish(result);
      };
      const timer = setTimeout(() => finish({ kind: 'timeout' }), timeoutMs);
      this.on('change', look);
      look();
    });
  }

  status(): { readonly [type: string]: TypeStatus } {
    const entries = Object.entries(ResourceType).flatMap(([name, type]) => {
      const published = this.published.get(type);
      if (!published) return [];
      const result = this.judge(type, []);
      const status: TypeStatus = {
        version: published.label,
        resources: published.resources.size,
        acknowledged: result?.kind === 'acknowledged',
      };
      return [[name, result?.kind === 'refused' ? { ...status, refused: result.reason } : status] as const];
    });
    return Object.fromEntries(entries);
  }

  private judge(type: ResourceType, clusters: readonly string[]): PushResult | undefined {
    if (this.streams.size === 0) return { kind: 'nobody' };
    let pending = false;
    for (const subscriptions of this.streams.values()) {
      const subscription = subscriptions.get(type);
      if (subscription?.nack && subscription.nack.number === subscription.sent)
        return { kind: 'refused', reason: subscription.nack.reason };
      if (!subscription || subscription.sent === 0 || subscription.acked !== subscription.sent) pending = true;
      else if (clusters.some((cluster) => !subscription.names.has(cluster))) pending = true;
    }
    return pending ? undefined : { kind: 'acknowledged' };
  }

  private accept(call: Call): void {
    this.streams.set(call, new Map());
    this.emit('change');
    const leave = (): void => {
      if (this.streams.delete(call)) this.emit('change');
    };
    call.on('data', (request: DiscoveryRequest) => this.receive(call, request));
    call.on('end', () => {
      leave();
      call.end();
    });
    call.on('error', leave);
    call.on('cancelled', leave);
  }

  private receive(call: Call, request: DiscoveryRequest): void {
    const type = Object.values(ResourceType).find((each) => each === request.type_url);
    const subscriptions = this.streams.get(call);
    if (!type || !subscriptions) return;
    const names = new Set(request.resource_names ?? []);
    const known = subscriptions.get(type);
    const subscription: Subscription = known ?? { names, sent: 0, acked: 0 };
    subscriptions.set(type, subscription);
    if (!known) {
      this.send(call, type, subscription);
      return;
    }
    // A nonce of an earlier response: Envoy speaks again when it has read the later one.
    if (request.response_nonce && request.response_nonce !== String(subscription.sent)) return;
    if (request.response_nonce) this.note(subscription, request);
    const added = new Set([...names].filter((name) => !subscription.names.has(name)));
    subscription.names = names;
    if (added.size > 0) this.send(call, type, subscription, type === ResourceType.endpoints ? added : undefined);
    this.emit('change');
  }

  private note(subscription: Subscription, request: DiscoveryRequest): void {
    if (!request.error_detail) {
      subscription.acked = subscription.sent;
      return;
    }
    this.nacks += 1;
    subscription.nack = { number: subscription.sent, reason: request.error_detail.message ?? 'no reason given' };
    this.log('error', 'envoy refused a configuration', { type: request.type_url, reason: subscription.nack.reason });
  }

  private send(call: Call, type: ResourceType, subscription: Subscription, only?: ReadonlySet<string>): void {
    const published = this.published.get(type);
    if (!published) return;
    const resources = type === ResourceType.endpoints ? this.assignments(published, subscription, only) : [...published.resources.values()];
    if (type === ResourceType.endpoints && resources.length === 0 && subscription.names.size > 0) return;
    this.counter += 1;
    subscription.sent = this.counter;
    call.write({ version_info: `${this.counter}-${published.label}`, nonce: String(this.counter), type_url: type, resources });
  }

  private assignments(published: Published, subscription: Subscription, only?: ReadonlySet<string>): readonly EncodedAny[] {
    const wanted = [...subscription.names].filter((name) => !only || only.has(name));
    return wanted.map((name) => published.resources.get(name) ?? this.emptyAssignment(name));
  }

  private definition(): ServiceDefinition {
    const request = this.root.lookupType('envoy.service.discovery.v3.DiscoveryRequest');
    const response = this.root.lookupType('envoy.service.discovery.v3.DiscoveryResponse');
    return {
      StreamAggregatedResources: {
        path: '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources',
        requestStream: true,
        responseStream: true,
        requestSerialize: (message: DiscoveryRequest) => Buffer.from(request.encode(message).finish()),
        requestDeserialize: (bytes: Buffer) => request.toObject(request.decode(bytes)) as DiscoveryRequest,
        responseSerialize: (message: DiscoveryResponse) => Buffer.from(response.encode(response.create(message)).finish()),
        responseDeserialize: (bytes: Buffer) => response.toObject(response.decode(bytes)) as DiscoveryResponse,
      },
    };
  }
}
