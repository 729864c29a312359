import { Construct } from 'constructs';
import { Port } from '../../core/contract/ports';
import type { ProcessorConfig } from '../../core/contract/processor-config';
import type { ResolvedCache, ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import { registerPlanCheck } from '../plan/register';
import { emptyDir, hardenedContainer, hardenedPod, stackPod } from '../shared/hardened-pod';
import { imageReference, PlatformImage } from '../shared/images';
import { platformLabels, platformSelector } from '../shared/labels';
import { allowFrom, denyAll, gatewayPods } from '../shared/network-policy';
import { reportFinding } from '../shared/notes';
import { MiB } from '../shared/quantities';
import { needSecret } from '../shared/secrets';
import { redisConf } from './render/redis-conf';

const NAME = 'kea-redis';
/** Keys of the gateway begin with this; the ACL of its user is limited to it. */
const KEY_PREFIX = 'kea:';
const PROBE_PERIOD_SECONDS = 10;

/** User and group of the official image. */
const USER = { uid: 999, gid: 1000 };

export interface ResponseCacheProps {
  readonly stack: ResolvedStack;
}

/**
 * Where answers of cacheable methods are kept: nowhere, in a Redis that exists, or in one that the platform runs.
 * The managed one is lossy on purpose: nothing on disk, the least used answers leave first, and a restart is a cold cache, never an error.
 */
export class ResponseCache extends Construct {
  /** What the processor is told; passwords are files. */
  readonly processor: ProcessorConfig['cache'];
  /** Secret that the gateway mounts at `/etc/kea/redis`, if any. */
  readonly secret: string | undefined;
  /** Secret whose `ca.crt` the gateway mounts at `/etc/kea/redis-ca`, if any. */
  readonly ca: string | undefined;
  /** Ports that the gateway must reach, if any. */
  readonly ports: readonly number[];

  constructor(scope: Construct, id: string, props: ResponseCacheProps) {
    super(scope, id);
    registerPlanCheck(this);
    const { stack } = props;
    const cache = stack.cache;
    switch (cache.kind) {
      case 'none':
        this.processor = { kind: 'none' };
        this.secret = undefined;
        this.ca = undefined;
        this.ports = [];
        return;
      case 'external':
        if (cache.secret) this.need(stack, cache.secret, ['username', 'password'], 'user of the external Redis');
        if (cache.ca) this.need(stack, cache.ca, ['ca.crt'], 'certificate authority of the external Redis');
        this.processor = {
          kind: 'redis',
          addresses: cache.addresses,
          mode: cache.mode,
          ...(cache.master === undefined ? {} : { master: cache.master }),
          tls: cache.tls,
          ...(cache.ca === undefined ? {} : { caFile: `${REDIS_CA}/ca.crt` }),
          prefix: KEY_PREFIX,
          ...(cache.secret === undefined ? {} : USER_FILES),
        };
        this.secret = cache.secret;
        this.ca = cache.ca;
        this.ports = redisPorts(cache);
        return;
      case 'managed':
        this.managed(stack, cache.memoryBytes);
        this.processor = {
          kind: 'redis',
          addresses: [`${NAME}.${stack.namespaces.platform}.svc:${Port.redis}`],
          mode: 'single',
          tls: false,
          prefix: KEY_PREFIX,
          ...USER_FILES,
        };
        this.secret = NAME;
        this.ca = undefined;
        this.ports = [Port.redis];
    }
  }

  private need(stack: ResolvedStack, name: string, keys: readonly string[], purpose: string): void {
    needSecret(this, stack, { namespace: stack.namespaces.platform, name, keys, purpose });
  }

  private managed(stack: ResolvedStack, memoryBytes: number): void {
    const namespace = stack.namespaces.platform;
    const labels = platformLabels('cache', NAME);
    const selector = platformSelector('cache', NAME);
    const metadata = { name: NAME, namespace, labels };
    const image = imageReference(PlatformImage.redis, stack.images);
    reportFinding(this, ...image.findings);
    this.need(
      stack,
      NAME,
      ['username', 'password', 'users.acl'],
      'users of the managed Redis: its ACL file, and the name and password of the gateway',
    );

    plainObject(k8s.KubeServiceAccount, this, 'ServiceAccount', { metadata, automountServiceAccountToken: false });
    plainObject(k8s.KubeConfigMap, this, 'Config', { metadata, data: { 'redis.conf': redisConf(memoryBytes) } });
    plainObject(k8s.KubeService, this, 'Service', {
      metadata,
      spec: { selector, ports: [{ name: 'redis', port: Port.redis, targetPort: k8s.IntOrString.fromString('redis') }] },
    });
    const probe = { periodSeconds: PROBE_PERIOD_SECONDS, timeoutSeconds: 2 };
    plainObject(k8s.KubeDeployment, this, 'Deployment', {
      metadata,
      spec: {
        // One instance: losing it is a cold cache.
        replicas: 1,
        revisionHistoryLimit: 3,
        strategy: { type: 'Recreate' },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels },
          spec: hardenedPod({
            serviceAccountName: NAME,
            selector,
            user: USER,
            terminationGracePeriodSeconds: 10,
            ...stackPod(stack),
            containers: [
              hardenedContainer({
                name: 'redis',
                image: image.reference,
                command: ['redis-server', '/etc/kea/redis-conf/redis.conf'],
                ports: [{ name: 'redis', containerPort: Port.redis }],
                resources: { cpuMillis: 100, memoryBytes, ephemeralStorageBytes: 64 * MiB },
                // Ready is whoever answers, be it only that it wants a password; alive is whoever takes connections.
                readinessProbe: { ...probe, exec: { command: ['redis-cli', '-p', String(Port.redis), 'ping'] }, failureThreshold: 2 },
                livenessProbe: {
                  ...probe,
                  tcpSocket: { port: k8s.IntOrString.fromString('redis') },
                  initialDelaySeconds: PROBE_PERIOD_SECONDS,
                  failureThreshold: 6,
                },
                volumeMounts: [
                  { name: 'config', mountPath: '/etc/kea/redis-conf', readOnly: true },
                  { name: 'acl', mountPath: '/etc/kea/redis-acl', readOnly: true },
                  { name: 'tmp', mountPath: '/tmp' },
                ],
              }),
            ],
            volumes: [
              { name: 'config', configMap: { name: NAME } },
              { name: 'acl', secret: { secretName: NAME, items: [{ key: 'users.acl', path: 'users.acl' }], defaultMode: 0o440 } },
              emptyDir('tmp', 32 * MiB),
            ],
          }),
        },
      },
    });
    plainObject(k8s.KubeNetworkPolicy, this, 'Deny', { metadata: { ...metadata, name: `${NAME}-deny` }, spec: denyAll(selector) });
    plainObject(k8s.KubeNetworkPolicy, this, 'Allow', {
      metadata: { ...metadata, name: `${NAME}-from-gateway` },
      spec: allowFrom(selector, [gatewayPods(namespace)], ['redis']),
    });
  }
}

const REDIS_CA = '/etc/kea/redis-ca';
const USER_FILES = { usernameFile: '/etc/kea/redis/username', passwordFile: '/etc/kea/redis/password' } as const;

/** Sentinels name a master that listens somewhere else: on Redis's own port. */
function redisPorts({ addresses, mode }: Extract<ResolvedCache, { kind: 'external' }>): readonly number[] {
  const ports = addresses.map((address) => Number(address.slice(address.lastIndexOf(':') + 1)));
  return [...new Set(mode === 'sentinel' ? [...ports, Port.redis] : ports)];
}
