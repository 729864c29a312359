import { Construct } from 'constructs';
import type { ResolvedPlatform, ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import type { IModelEndpoint } from '../model/endpoint';
import { registerPlanCheck } from '../plan/register';
import { emptyDir, hardenedContainer, hardenedPod, httpProbe, stackPod } from '../shared/hardened-pod';
import { imageReference, PlatformImage } from '../shared/images';
import { platformLabels, platformSelector } from '../shared/labels';
import { allowFrom, allowTo, denyAll, podsIn, scrapers, toAnywhere, toDns } from '../shared/network-policy';
import { reportFinding } from '../shared/notes';
import { GiB, MiB } from '../shared/quantities';
import { needSecret } from '../shared/secrets';
import { buildRealm } from './render/realm';

const NAME = 'kea-keycloak';
const Ports = { http: 8080, management: 9000, cluster: 7800 } as const;
/** User of the official image. */
const USER = { uid: 1000, gid: 1000 };
/** Keycloak sizing guide: 1,250 MB for the server and its caches; the heap is 70 % of the limit. */
const MEMORY = 2 * GiB;
const GRACE_SECONDS = 60;
const HOME = '/opt/keycloak';

export interface IdentityProviderProps {
  readonly stack: ResolvedStack;
  /** Models whose methods become roles. */
  readonly models: readonly IModelEndpoint[];
}

/**
 * Who vouches for callers. A provider that exists needs no object: the gateway reads its keys. A managed one is Keycloak with PostgreSQL from outside;
 * its realm is written at the first start and never again by this object, because Keycloak's import skips a realm that exists.
 */
export class IdentityProvider extends Construct {
  constructor(scope: Construct, id: string, props: IdentityProviderProps) {
    super(scope, id);
    registerPlanCheck(this);
    const keycloak = props.stack.identity.keycloak;
    if (props.stack.identity.kind !== 'keycloak' || !keycloak) return;
    this.keycloak({ stack: props.stack, models: props.models.map((endpoint) => endpoint.model) }, keycloak);
  }

  private keycloak(platform: ResolvedPlatform, settings: NonNullable<ResolvedStack['identity']['keycloak']>): void {
    const { stack } = platform;
    const namespace = stack.namespaces.platform;
    const labels = platformLabels('identity', NAME);
    const selector = platformSelector('identity', NAME);
    const metadata = { name: NAME, namespace, labels };
    const image = imageReference(PlatformImage.keycloak, stack.images);
    reportFinding(this, ...image.findings);
    needSecret(this, stack, {
      namespace,
      name: settings.database.secret,
      keys: ['username', 'password'],
      purpose: 'user of the identity database',
    });

    plainObject(k8s.KubeServiceAccount, this, 'ServiceAccount', { metadata, automountServiceAccountToken: false });
    plainObject(k8s.KubeConfigMap, this, 'Realm', {
      metadata: { ...metadata, name: `${NAME}-realm` },
      data: { 'realm.json': `${JSON.stringify(buildRealm(platform, settings.realm), null, 1)}\n` }, // TODO-I1
    });
    const port = (name: keyof typeof Ports): k8s.ServicePort => ({ name, port: Ports[name], targetPort: k8s.IntOrString.fromString(name) });
    plainObject(k8s.KubeService, this, 'Service', { metadata, spec: { selector, ports: [port('http')] } });
    plainObject(k8s.KubeService, this, 'Members', {
      metadata: { ...metadata, name: `${NAME}-members` },
      spec: { clusterIp: 'None', publishNotReadyAddresses: true, selector, ports: [port('cluster')] },
    });
    plainObject(k8s.KubeStatefulSet, this, 'StatefulSet', {
      metadata,
      spec: {
        serviceName: `${NAME}-members`,
        // A stack that makes do with one gateway makes do with one login.
        replicas: stack.gateway.replicas.min > 1 ? 2 : 1,
        podManagementPolicy: 'Parallel',
        revisionHistoryLimit: 3,
        updateStrategy: { type: 'RollingUpdate' },
        selector: { matchLabels: selector },
        template: { metadata: { labels }, spec: pod(stack, settings, image.reference) },
      },
    });
    plainObject(k8s.KubePodDisruptionBudget, this, 'DisruptionBudget', {
      metadata,
      spec: {
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selector },
      },
    });
    this.network(stack, settings.database.address, metadata);
  }

  private network(
    stack: ResolvedStack,
    database: string,
    metadata: { name: string; namespace: string; labels: { readonly [key: string]: string } },
  ): void {
    const selector = platformSelector('identity', NAME);
    const policy = (id: string, suffix: string, spec: k8s.NetworkPolicySpec): void => {
      plainObject(k8s.KubeNetworkPolicy, this, id, { metadata: { ...metadata, name: `${NAME}-${suffix}` }, spec });
    };
    policy('Deny', 'deny', denyAll(selector));
    policy('AllowLogin', 'from-anywhere', {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ protocol: 'TCP', port: k8s.IntOrString.fromString('http') }] }],
    });
    policy('AllowScrapers', 'from-scrapers', allowFrom(selector, [scrapers()], ['management']));
    policy('AllowMembers', 'from-members', allowFrom(selector, [podsIn(stack.namespaces.platform, selector)], ['cluster']));
    policy(
      'AllowOut',
      'to-database',
      allowTo(selector, [
        toDns(),
        toAnywhere([Number(database.slice(database.lastIndexOf(':') + 1))]),
        {
          to: [podsIn(stack.namespaces.platform, selector)],
          ports: [{ protocol: 'TCP', port: k8s.IntOrString.fromNumber(Ports.cluster) }],
        },
      ]),
    );
  }
}

function pod(stack: ResolvedStack, settings: NonNullable<ResolvedStack['identity']['keycloak']>, image: string): k8s.PodSpec {
  const { database } = settings;
  const options = {
    db: 'postgres',
    'db-url': `jdbc:postgresql://${database.address}/${database.name}`,
    hostname: `https://${settings.hostname}`,
    'http-enabled': 'true',
    'proxy-headers': 'xforwarded',
    'health-enabled': 'true',
    'metrics-enabled': 'true',
    'cache-stack': 'jdbc-ping',
    'log-console-output': 'json',
  };
  return hardenedPod({
    serviceAccountName: NAME,
    selector: platformSelector('identity', NAME),
    user: USER,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    ...stackPod(stack),
    // Keycloak builds itself at its first start and writes beside its own files; the image stays read-only, a copy is writable.
    initContainers: [
      hardenedContainer({
        name: 'copy-server',
        image,
        command: ['cp', '-r', `${HOME}/.`, '/server'],
        resources: { cpuMillis: 100, memoryBytes: 256 * MiB, ephemeralStorageBytes: GiB },
        volumeMounts: [{ name: 'server', mountPath: '/server' }],
      }),
    ],
    containers: [
      hardenedContainer({
        name: 'keycloak',
        image,
        args: ['start', '--import-realm', ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)],
        // Keycloak reads no password from a file; its operator passes it the same way.
        env: (['username', 'password'] as const).map((key) => ({
          name: `KC_DB_${key.toUpperCase()}`,
          valueFrom: { secretKeyRef: { name: database.secret, key } },
        })),
        ports: Object.entries(Ports).map(([name, containerPort]) => ({ name, containerPort })),
        resources: { cpuMillis: 500, memoryBytes: MEMORY, ephemeralStorageBytes: 2 * GiB },
        startupProbe: httpProbe('/health/started', 'management', { period: 5, failures: 60, timeout: 3 }),
        readinessProbe: httpProbe('/health/ready', 'management', { period: 5, failures: 3, timeout: 3 }),
        livenessProbe: httpProbe('/health/live', 'management', { period: 10, failures: 6, timeout: 5 }),
        volumeMounts: [
          { name: 'server', mountPath: HOME },
          { name: 'realm', mountPath: `${HOME}/data/import`, readOnly: true },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      }),
    ],
    volumes: [{ name: 'realm', configMap: { name: `${NAME}-realm` } }, emptyDir('tmp', 256 * MiB), emptyDir('server', GiB)],
  });
}
