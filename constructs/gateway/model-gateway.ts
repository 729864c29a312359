import { Construct } from 'constructs';
import { gzipSync } from 'node:zlib';
import type { BundleContract } from '../../core/contract/bundle';
import { encodeIndex, packText } from '../../core/contract/bundle-codec';
import { cutShards, type Shard, ShardMark, shardName } from '../../core/contract/bundle-shards';
import { routeFacts } from '../../core/contract/facts';
import { versionName } from '../../core/contract/names';
import { Port } from '../../core/contract/ports';
import type { ProcessorConfig } from '../../core/contract/processor-config';
import { digestOf } from '../../core/digests';
import type { JsonObject } from '../../core/json';
import { issuersOf } from '../../schema/access/issuers';
import type { ResolvedPlatform, ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import type { IModelEndpoint } from '../model/endpoint';
import { registerPlanCheck } from '../plan/register';
import { imageReference, KeaImage, PlatformImage } from '../shared/images';
import { GATEWAY_COMPONENT, Label, platformLabels, platformSelector } from '../shared/labels';
import { closedOff, type Destination } from '../shared/egress';
import { allowFrom, allowTo, denyAll, podsIn, scrapers, toOutside, toDns, toPods } from '../shared/network-policy';
import { inLayer, reportFinding } from '../shared/notes';
import { needSecret } from '../shared/secrets';
import { clusterLogin, LOGIN_KEYS, LOGIN_SECRET, loginFiles } from './cluster-login';
import { GatewayExposure } from './exposure';
import { GatewayGates } from './gates';
import { API_SERVER_PORTS, ENVOY_HEAP, expectRootCertificate, gatewayPodTemplate, Mount, processorConfig, WORKERS } from './gateway-pod';
import { buildBootstrap } from './render/bootstrap';
import { type Bundle, buildBundle } from './render/bundle';
import { checkGateway } from './render/checks';
import type { GatewayOptions } from './render/options';

const NAME = 'kea-gateway';
const TLS_FILE = 'tls.json';
const LOGIN_FOLDERS = { files: Mount.envoy, secret: Mount.login } as const;

export interface ModelGatewayProps {
  readonly stack: ResolvedStack;
  /** The models that it serves; what is not listed cannot be reached. */
  readonly models: readonly IModelEndpoint[];
  /**
   * Where answers are kept.
   * @default - nowhere
   */
  readonly cache?: {
    readonly processor: ProcessorConfig['cache'];
    readonly secret: string | undefined;
    readonly ca: string | undefined;
    readonly ports: readonly number[];
  };
  /**
   * Addresses of the writers of durable audit records.
   * @default - none: durable records stay on the gateway's own disk, and go with its pod
   */
  readonly auditWriters?: readonly string[];
  /**
   * The documentation site.
   * @default - `/docs` answers 503
   */
  readonly portal?: { readonly host: string; readonly port: number };
}

/**
 * The one way to every model: Envoy and the request processor, two pods or more.
 * Models come and go by ConfigMaps that the processor watches; the pods are replaced only for the bootstrap, the processor's configuration or an image.
 */
export class ModelGateway extends Construct {
  /** What changes while the gateway runs. */
  readonly bundle: Bundle;

  constructor(scope: Construct, id: string, props: ModelGatewayProps) {
    super(scope, id);
    registerPlanCheck(this);
    const { stack } = props;
    const platform: ResolvedPlatform = { stack, models: props.models.map((endpoint) => endpoint.model) };
    const options = gatewayOptions(props);
    const { login } = options;
    this.bundle = buildBundle(platform, { zones: stack.zones, ...(login ? { login } : {}) });
    const bootstrap = buildBootstrap(platform, options);
    reportFinding(this, ...checkGateway(platform, this.bundle, options));

    const processor = processorConfig(stack, NAME, props.cache?.processor ?? { kind: 'none' }, props.auditWriters ?? []);
    this.configuration(stack, bootstrap, processor);
    this.bundleObjects(stack);
    this.access(stack);
    this.workload(stack, props, digestOf({ bootstrap, processor: processor as unknown as JsonObject }).slice(0, 16));
    this.network(stack, props);
    new GatewayGates(this, 'Gates', {
      stack,
      service: NAME,
      bundle: this.bundle.index.digest,
      versions: platform.models.flatMap((model) =>
        model.contracts.flatMap(({ versions }) => versions.map(({ version }) => versionName(model.name, version))),
      ),
      closed: [
        `${NAME}-pods.${stack.namespaces.platform}.svc:${Port.management}`,
        ...(stack.cache.kind === 'managed' && props.cache?.processor.kind === 'redis' ? props.cache.processor.addresses : []),
        ...(props.auditWriters ?? []).map((writer) => new URL(writer).host),
      ],
    });
    new GatewayExposure(this, 'Exposure', { stack, service: NAME });
  }

  private configuration(stack: ResolvedStack, bootstrap: JsonObject, processor: ProcessorConfig): void {
    const config = (id: string, name: string, files: { readonly [file: string]: unknown }): void => {
      const data = Object.fromEntries(Object.entries(files).map(([file, value]) => [file, `${JSON.stringify(value, null, 1)}\n`]));
      plainObject(k8s.KubeConfigMap, this, id, { metadata: metadata(stack, name), data });
    };
    config('EnvoyConfig', `${NAME}-envoy`, {
      'envoy.json': bootstrap,
      ...(stack.exposure.kind === 'loadBalancer' ? { [TLS_FILE]: certificateResource() } : {}),
      ...(clusterLogin(stack, LOGIN_FOLDERS) ? loginFiles(Mount.login) : {}),
    });
    config('ProcessorConfig', `${NAME}-processor`, { 'processor.json': processor });
  }

  private bundleObjects(stack: ResolvedStack): void {
    const { index, parts, texts } = this.bundle;
    index.parts.forEach((ref, position) => {
      const [part, text] = [parts[position], texts.parts[position]];
      if (!part || text === undefined) throw new Error(`the bundle has no part ${ref.name}`);
      for (const shard of cutShards('part', ref.name, ref.digest, packText(text))) this.shard(stack, shard, part.contract);
    });
    for (const shard of cutShards('openapi', 'openapi', index.openapi, packText(texts.openapi))) this.shard(stack, shard);
    const packed = gzipSync(encodeIndex(index), { level: 9 });
    packed[9] = 255; // The gzip header names the operating system; the plan has the same bytes everywhere.
    for (const shard of cutShards('index', 'index', index.digest, packed)) this.shard(stack, shard);
  }

  /** Parts and the document stand before the index that names them, and both after the access rules. */
  private shard(stack: ResolvedStack, shard: Shard, contract?: BundleContract): void {
    const name = shardName(shard);
    const owned = contract ? { [Label.model]: contract.model, [Label.owner]: contract.owner } : {};
    const labels = { ...platformLabels('bundle', NAME), [ShardMark.kind]: shard.kind, ...owned };
    const object = plainObject(k8s.KubeConfigMap, this, name, {
      metadata: {
        name,
        namespace: stack.namespaces.platform,
        labels,
        annotations: {
          [ShardMark.piece]: shard.piece,
          [ShardMark.digest]: shard.digest,
          [ShardMark.shard]: `${shard.number}/${shard.count}`,
          ...(contract ? routeFacts(contract) : {}),
        },
      },
      binaryData: { [ShardMark.key]: Buffer.from(shard.bytes).toString('base64') },
    });
    inLayer(object, shard.kind === 'index' ? 'routes' : 'access');
  }

  /** The narrowest rights that watching needs: ConfigMaps here, EndpointSlices where models run, and its own where zones count; nothing can be written, no Secret can be read. */
  private access(stack: ResolvedStack): void {
    expectRootCertificate(this, stack.namespaces.platform);
    plainObject(k8s.KubeServiceAccount, this, 'ServiceAccount', { metadata: metadata(stack, NAME), automountServiceAccountToken: false });
    const grant = (id: string, namespace: string, apiGroup: string, resource: string): void => {
      const name = `${NAME}-${resource}`;
      const labels = platformLabels(GATEWAY_COMPONENT, NAME);
      plainObject(k8s.KubeRole, this, `${id}Role`, {
        metadata: { name, namespace, labels },
        rules: [{ apiGroups: [apiGroup], resources: [resource], verbs: ['get', 'list', 'watch'] }],
      });
      plainObject(k8s.KubeRoleBinding, this, `${id}Binding`, {
        metadata: { name, namespace, labels },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: stack.namespaces.platform }],
      });
    };
    grant('Bundle', stack.namespaces.platform, '', 'configmaps');
    grant('Endpoints', stack.namespaces.models, 'discovery.k8s.io', 'endpointslices');
    // Slices have no names that a rule could list; those of this namespace tell addresses and zones of pods.
    if (stack.zones && stack.namespaces.platform !== stack.namespaces.models)
      grant('Zones', stack.namespaces.platform, 'discovery.k8s.io', 'endpointslices');
  }

  private workload(stack: ResolvedStack, props: ModelGatewayProps, configDigest: string): void {
    const selector = platformSelector(GATEWAY_COMPONENT, NAME);
    const images = { envoy: imageReference(PlatformImage.envoy, stack.images), services: imageReference(KeaImage.services, stack.images) };
    reportFinding(this, ...images.envoy.findings, ...images.services.findings);
    if (clusterLogin(stack, LOGIN_FOLDERS)) {
      const purpose = 'client of the login on the documentation pages and key of its cookies, two random texts';
      needSecret(this, stack, { namespace: stack.namespaces.platform, name: LOGIN_SECRET, keys: LOGIN_KEYS, purpose });
    }
    plainObject(k8s.KubeService, this, 'Service', {
      metadata: metadata(stack, NAME),
      spec: { selector, ports: [{ name: 'http', port: Port.edge, targetPort: k8s.IntOrString.fromString('http'), appProtocol: 'http' }] },
    });
    const deployment = plainObject(k8s.KubeDeployment, this, 'Deployment', {
      metadata: metadata(stack, NAME),
      spec: {
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: 300,
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxUnavailable: k8s.IntOrString.fromNumber(0), maxSurge: k8s.IntOrString.fromNumber(1) },
        },
        selector: { matchLabels: selector },
        template: gatewayPodTemplate({
          stack,
          name: NAME,
          labels: platformLabels(GATEWAY_COMPONENT, NAME),
          selector,
          envoyImage: images.envoy.reference,
          servicesImage: images.services.reference,
          configDigest,
          ...(props.cache?.secret ? { redisSecret: props.cache.secret } : {}),
          ...(props.cache?.ca ? { redisCa: props.cache.ca } : {}),
          ...(stack.exposure.kind === 'loadBalancer' ? { tlsSecret: stack.exposure.tlsSecret } : {}),
          ...(clusterLogin(stack, LOGIN_FOLDERS) ? { loginSecret: LOGIN_SECRET } : {}),
        }),
      },
    });
    const { min, max } = stack.gateway.replicas;
    const autoscaler = plainObject(k8s.KubeHorizontalPodAutoscalerV2, this, 'Autoscaler', {
      metadata: metadata(stack, NAME),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: NAME },
        minReplicas: min,
        maxReplicas: max,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
        behavior: {
          scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 30 }] },
          scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
        },
      },
    });
    // A gateway pod is ready once it holds the bundle, so whoever waits layer by layer must not wait for it before the index is there.
    for (const object of [deployment, autoscaler]) inLayer(object, 'routes');
    plainObject(k8s.KubePodDisruptionBudget, this, 'DisruptionBudget', {
      metadata: metadata(stack, NAME),
      spec: {
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selector },
      },
    });
  }

  private network(stack: ResolvedStack, props: ModelGatewayProps): void {
    const selector = platformSelector(GATEWAY_COMPONENT, NAME);
    const policy = (id: string, suffix: string, spec: k8s.NetworkPolicySpec): void => {
      plainObject(k8s.KubeNetworkPolicy, this, id, { metadata: metadata(stack, `${NAME}-${suffix}`), spec });
    };
    policy('Deny', 'deny', denyAll(selector));
    // Whoever stands in front may be any pod or node; the edge itself asks for a token.
    policy('AllowCallers', 'from-anywhere', {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ protocol: 'TCP', port: k8s.IntOrString.fromString('http') }] }],
    });
    // As a number: not every network plugin knows the names of sidecars' ports.
    policy('AllowScrapers', 'from-scrapers', allowFrom(selector, [scrapers()], [Port.management]));
    reportFinding(this, ...closedOff(destinations(stack), stack));
    const outside = [
      ...new Set([
        ...API_SERVER_PORTS,
        ...issuersOf(stack.identity).map(({ jwksUri, proxy }) => (proxy === undefined ? portOf(jwksUri) : portAfterColon(proxy))),
        ...(stack.cache.kind === 'external' ? (props.cache?.ports ?? []) : []),
      ]),
    ];
    policy(
      'AllowOut',
      'to-platform',
      allowTo(selector, [
        toDns(),
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': stack.namespaces.models } },
              podSelector: { matchLabels: { [Label.component]: 'model' } },
            },
          ],
        },
        toPods(
          [
            podsIn(stack.namespaces.platform, { [Label.component]: 'cache' }),
            podsIn(stack.namespaces.platform, { [Label.component]: 'audit' }),
            podsIn(stack.namespaces.platform, { [Label.component]: 'portal' }),
            podsIn(stack.namespaces.platform, { [Label.component]: 'identity' }),
          ],
          [Port.redis, Port.audit],
        ),
        ...toOutside(outside, stack),
      ]),
    );
  }
}

/** What the gateway's pods call outside of the plan. */
function destinations({ identity, cache }: ResolvedStack): readonly Destination[] {
  const issuers = issuersOf(identity).map(({ jwksUri, proxy }) => {
    const address = proxy ?? jwksUri;
    return { purpose: "the provider of identity's keys", address, ports: [proxy === undefined ? portOf(jwksUri) : portAfterColon(proxy)] };
  });
  const servers = cache.kind === 'external' ? cache.addresses : [];
  const redis = servers.map((address) => ({ purpose: 'the cache', address, ports: [portAfterColon(address)] }));
  return [{ purpose: 'the API server', ports: API_SERVER_PORTS }, ...issuers, ...redis];
}

function portAfterColon(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function metadata(stack: ResolvedStack, name: string): { name: string; namespace: string; labels: { readonly [key: string]: string } } {
  return { name, namespace: stack.namespaces.platform, labels: platformLabels(GATEWAY_COMPONENT, NAME) };
}

/** What the gateway in a cluster is told beside the stack. */
export function gatewayOptions(props: Pick<ModelGatewayProps, 'stack' | 'portal'>): GatewayOptions {
  const login = clusterLogin(props.stack, LOGIN_FOLDERS);
  return {
    socketFolder: Mount.sockets,
    workers: WORKERS,
    maxHeapBytes: ENVOY_HEAP,
    edge: {
      address: '0.0.0.0',
      port: Port.edge,
      ...(props.stack.exposure.kind === 'loadBalancer' ? { tls: { sdsFile: `${Mount.envoy}/${TLS_FILE}` } } : {}),
    },
    ...(props.portal ? { portal: props.portal } : {}),
    ...(login ? { login } : {}),
  };
}

function portOf(address: string): number {
  const url = new URL(address);
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}

/** The edge's certificate as a file-based discovery resource: Envoy watches the Secret's mount, so a renewed certificate needs no restart. */
function certificateResource(): JsonObject {
  return {
    resources: [
      {
        '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
        name: 'edge',
        tls_certificate: {
          certificate_chain: { filename: `${Mount.tls}/tls.crt` },
          private_key: { filename: `${Mount.tls}/tls.key` },
          watched_directory: { path: Mount.tls },
        },
      },
    ],
  };
}
