import type { Construct } from 'constructs';
import { ManagementPath, Port } from '../../core/contract/ports';
import type { ClusterSource, ProcessorConfig } from '../../core/contract/processor-config';
import { programCommand } from '../../core/contract/programs';
import { issuersOf } from '../../schema/access/issuers';
import type { ResolvedStack } from '../../schema/resolved';
import { k8s } from '../k8s';
import { emptyDir, hardenedContainer, hardenedPod, httpProbe, nativeSidecar, stackPod } from '../shared/hardened-pod';
import { Label, type Labels } from '../shared/labels';
import { expectObject } from '../shared/notes';
import { GiB, MiB } from '../shared/quantities';
import { issuerCaFolder } from './render/platform-clusters';

/** Files and folders inside the gateway's pod. */
export const Mount = {
  sockets: '/run/kea',
  bundle: '/var/lib/kea/bundle',
  audit: '/var/lib/kea/audit',
  envoy: '/etc/kea/envoy',
  processor: '/etc/kea/processor',
  redis: '/etc/kea/redis',
  redisCa: '/etc/kea/redis-ca',
  tls: '/etc/kea/tls',
  login: '/etc/kea/login',
} as const;

export const WORKERS = 2;
const ENVOY_MEMORY = 1.25 * GiB;
/** What is left of Envoy's memory for its heap before it sheds load. */
export const ENVOY_HEAP = GiB;
/** Bodies that one worker holds at most. */
const BUFFERED = 64 * MiB;
/** EndpointSlices lag behind a pod's end by this many seconds at most. */
const ENDPOINT_LAG_SECONDS = 5;

/** What the processor of a gateway pod reads as `processor.json`. */
export function processorConfig(
  stack: ResolvedStack,
  service: string,
  cache: ProcessorConfig['cache'],
  writers: readonly string[],
): ProcessorConfig {
  const cluster: ClusterSource = {
    platformNamespace: stack.namespaces.platform,
    endpointNamespaces: [stack.namespaces.models],
    endpointSelector: Label.model,
    ...(stack.zones ? { gatewaySelector: `kubernetes.io/service-name=${service}` } : {}),
  };
  return {
    bundleFolder: Mount.bundle,
    socketFolder: Mount.sockets,
    cluster,
    workers: WORKERS,
    gateways: stack.gateway.replicas.min,
    management: { host: '0.0.0.0', port: Port.management },
    edge: { host: '127.0.0.1', port: Port.edge, tls: stack.exposure.kind === 'loadBalancer' },
    drainMs: stack.gateway.drainSeconds * 1000,
    envoyAdmin: `http://127.0.0.1:${Port.envoyAdmin}`,
    audit: { folder: Mount.audit, writer: 'gateway', writers },
    cache,
    maxBufferedBytes: BUFFERED,
  };
}

/** What differs between gateways. */
export interface GatewayPodOptions {
  readonly stack: ResolvedStack;
  readonly name: string;
  readonly labels: Labels;
  readonly selector: Labels;
  readonly envoyImage: string;
  readonly servicesImage: string;
  /** Rolls the pods when the bootstrap or the processor's configuration changes; never when a model does. */
  readonly configDigest: string;
  readonly redisSecret?: string;
  /** Secret with the `ca.crt` of Redis. */
  readonly redisCa?: string;
  readonly tlsSecret?: string;
  /** Secret of the login on the documentation pages. */
  readonly loginSecret?: string;
}

/**
 * One gateway pod: Envoy, and the processor as a native sidecar, which starts before Envoy and ends after it.
 * Only the processor's container holds a token of the service account; Envoy's admin stays on loopback.
 */
export function gatewayPodTemplate(options: GatewayPodOptions): k8s.PodTemplateSpec {
  const { stack } = options;
  return {
    metadata: { labels: options.labels, annotations: { 'kea.dev/configuration': options.configDigest } },
    spec: hardenedPod({
      serviceAccountName: options.name,
      selector: options.selector,
      // preStop waits for endpoint removal and for requests to end before Envoy is told to stop.
      terminationGracePeriodSeconds: stack.gateway.drainSeconds + ENDPOINT_LAG_SECONDS + 10,
      ...stackPod(stack),
      initContainers: [processor(options)],
      containers: [envoy(options)],
      volumes: [
        emptyDir('sockets', 16 * MiB, 'Memory'),
        emptyDir('bundle', 256 * MiB),
        emptyDir('audit', GiB),
        emptyDir('tmp', 32 * MiB),
        { name: 'envoy-config', configMap: { name: `${options.name}-envoy` } },
        { name: 'processor-config', configMap: { name: `${options.name}-processor` } },
        serviceAccountToken(),
        ...(options.redisSecret
          ? [
              {
                name: 'redis',
                secret: {
                  secretName: options.redisSecret,
                  items: ['username', 'password'].map((key) => ({ key, path: key })),
                  defaultMode: 0o440,
                },
              },
            ]
          : []),
        ...(options.redisCa
          ? [{ name: 'redis-ca', secret: { secretName: options.redisCa, items: [{ key: 'ca.crt', path: 'ca.crt' }], defaultMode: 0o440 } }]
          : []),
        ...issuerCas(stack).map(({ name, secretName }) => ({
          name,
          secret: { secretName, items: [{ key: 'ca.crt', path: 'ca.crt' }], defaultMode: 0o440 },
        })),
        ...(options.tlsSecret ? [{ name: 'tls', secret: { secretName: options.tlsSecret, defaultMode: 0o440 } }] : []),
        ...(options.loginSecret ? [{ name: 'login', secret: { secretName: options.loginSecret, defaultMode: 0o440 } }] : []),
      ],
    }),
  };
}

function processor(options: GatewayPodOptions): k8s.Container {
  return nativeSidecar({
    name: 'processor',
    image: options.servicesImage,
    command: [...programCommand('processor')],
    args: ['--config', `${Mount.processor}/processor.json`],
    ports: [{ name: 'management', containerPort: Port.management }],
    env: [{ name: 'KEA_POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    resources: { cpuMillis: halfOf(options.stack.gateway.cpuMillis), memoryBytes: GiB, ephemeralStorageBytes: 1.5 * GiB },
    startupProbe: httpProbe(ManagementPath.live, 'management', { period: 1, failures: 60, timeout: 2 }),
    livenessProbe: httpProbe(ManagementPath.live, 'management', { period: 10, failures: 6, timeout: 5 }),
    volumeMounts: [
      { name: 'sockets', mountPath: Mount.sockets },
      { name: 'bundle', mountPath: Mount.bundle },
      { name: 'audit', mountPath: Mount.audit },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'processor-config', mountPath: Mount.processor, readOnly: true },
      { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
      ...(options.redisSecret ? [{ name: 'redis', mountPath: Mount.redis, readOnly: true }] : []),
      ...(options.redisCa ? [{ name: 'redis-ca', mountPath: Mount.redisCa, readOnly: true }] : []),
    ],
  });
}

function envoy(options: GatewayPodOptions): k8s.Container {
  return hardenedContainer({
    name: 'envoy',
    image: options.envoyImage,
    command: ['envoy'],
    args: ['--config-path', `${Mount.envoy}/envoy.json`, '--concurrency', '2', '--disable-hot-restart', '--log-level', 'warn'],
    ports: [{ name: 'http', containerPort: Port.edge }],
    resources: { cpuMillis: halfOf(options.stack.gateway.cpuMillis), memoryBytes: ENVOY_MEMORY, ephemeralStorageBytes: 256 * MiB },
    // Ready says the processor, after a request through edge, processor and inner; alive says only that Envoy listens.
    // The port stands as a number: its name is known in the processor's container only.
    readinessProbe: httpProbe(ManagementPath.ready, Port.management, { period: 2, failures: 2, timeout: 2 }),
    livenessProbe: { tcpSocket: { port: k8s.IntOrString.fromString('http') }, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
    lifecycle: { preStop: { httpGet: { path: ManagementPath.drain, port: k8s.IntOrString.fromNumber(Port.management), scheme: 'HTTP' } } },
    volumeMounts: [
      { name: 'sockets', mountPath: Mount.sockets },
      { name: 'envoy-config', mountPath: Mount.envoy, readOnly: true },
      ...issuerCas(options.stack).map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
      ...(options.tlsSecret ? [{ name: 'tls', mountPath: Mount.tls, readOnly: true }] : []),
      ...(options.loginSecret ? [{ name: 'login', mountPath: Mount.login, readOnly: true }] : []),
    ],
  });
}

/** Authorities of providers' certificates, each from its Secret. */
function issuerCas(stack: ResolvedStack): readonly { readonly name: string; readonly secretName: string; readonly mountPath: string }[] {
  return issuersOf(stack.identity).flatMap(({ ca }, at) =>
    ca === undefined ? [] : [{ name: `issuer-ca-${at}`, secretName: ca, mountPath: issuerCaFolder(at) }],
  );
}

/** Both containers of a pod reserve the same. */
function halfOf(cpuMillis: number): number {
  return Math.ceil(cpuMillis / 2);
}

/** Where API servers listen: their Service, and the process behind it, whichever of them a network plugin looks at. */
export const API_SERVER_PORTS = [443, 6443];

/** The token that pods get by default, as a volume of one container only. */
export function serviceAccountToken(): k8s.Volume {
  return {
    name: 'token',
    projected: {
      defaultMode: 0o440,
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
        { configMap: { name: ROOT_CERTIFICATE, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardApi: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  };
}

/** Every namespace has this ConfigMap from the cluster itself. */
const ROOT_CERTIFICATE = 'kube-root-ca.crt';

/** Says that the token volume's certificate is the cluster's to make. */
export function expectRootCertificate(scope: Construct, namespace: string): void {
  expectObject(scope, {
    kind: 'ConfigMap',
    namespace,
    name: ROOT_CERTIFICATE,
    purpose: "the API server's certificate, made by the cluster",
  });
}
