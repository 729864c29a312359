import { Construct } from 'constructs';
import { Port } from '../../core/contract/ports';
import { programCommand, type ServiceProgram } from '../../core/contract/programs';
import { digestOf } from '../../core/digests';
import type { JsonObject } from '../../core/json';
import type { ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import { hardenedContainer, hardenedPod, stackPod } from '../shared/hardened-pod';
import { imageReference, KeaImage } from '../shared/images';
import { GATEWAY_COMPONENT, Label, platformLabels, platformSelector } from '../shared/labels';
import { allowFrom, allowTo, denyAll, podsIn, toOutside, toDns, toPods } from '../shared/network-policy';
import { inLayer, reportFinding } from '../shared/notes';
import { MiB } from '../shared/quantities';
import { API_SERVER_PORTS, serviceAccountToken } from './gateway-pod';

const COMPONENT = 'gate';
const APPLIED = 'kea-gateway-applied';
const ISOLATION = 'kea-isolation-check';
/** How long the gateway's pods may take to show a bundle: longer than a rollout of them. */
const APPLIED_SECONDS = 300;
/** How long models may take until one has an instance that can be tried. */
const ISOLATION_SECONDS = 300;
/** What the isolation check ends with when something answered it: trying again would not help. */
const REACHED = 3;

export interface GatewayGatesProps {
  readonly stack: ResolvedStack;
  /** Service of the gateway. */
  readonly service: string;
  /** Digest of the bundle that every pod must show. */
  readonly bundle: string;
  /** Names of the versions that run: a new one is tried anew. */
  readonly versions: readonly string[];
  /** Platform services that only the gateway may reach, `host:port`. */
  readonly closed: readonly string[];
}

/**
 * Two Jobs that an apply waits for: `gateway-applied` ends once every gateway pod shows the plan's bundle, `isolation-check` fails when it reaches a model.
 * Their names hold the digest of all that they do, so an apply that changes nothing of it starts none.
 */
export class GatewayGates extends Construct {
  constructor(scope: Construct, id: string, props: GatewayGatesProps) {
    super(scope, id);
    const { stack, service } = props;
    const namespace = stack.namespaces.platform;
    const pods = `${service}-pods`;
    const gateway = platformSelector(GATEWAY_COMPONENT, service);
    plainObject(k8s.KubeService, this, 'Pods', {
      metadata: { name: pods, namespace, labels: platformLabels(GATEWAY_COMPONENT, service) },
      // All pods, also those that do not take calls yet: they too must show the bundle.
      spec: {
        clusterIp: 'None',
        publishNotReadyAddresses: true,
        selector: gateway,
        ports: [{ name: 'management', port: Port.management, targetPort: k8s.IntOrString.fromNumber(Port.management) }],
      },
    });
    this.policy(
      stack,
      `${service}-from-gates`,
      allowFrom(gateway, [podsIn(namespace, platformSelector(COMPONENT, APPLIED))], [Port.management]),
    );
    this.applied(props, `${pods}.${namespace}.svc.cluster.local`);
    this.isolation(props);
  }

  private applied({ stack, bundle }: GatewayGatesProps, host: string): void {
    const namespace = stack.namespaces.platform;
    const selector = platformSelector(COMPONENT, APPLIED);
    this.policy(stack, `${APPLIED}-deny`, denyAll(selector), APPLIED);
    const gateway = podsIn(namespace, { [Label.component]: GATEWAY_COMPONENT });
    this.policy(stack, `${APPLIED}-to-gateway`, allowTo(selector, [toDns(), toPods([gateway], [Port.management])]), APPLIED);
    this.job(stack, APPLIED, 'gateway-applied', APPLIED_SECONDS, [
      ...['--digest', bundle, '--host', host, '--port', String(Port.management)],
      ...['--pods', String(stack.gateway.replicas.min), '--seconds', String(APPLIED_SECONDS)],
    ]);
  }

  private isolation({ stack, service, versions, closed }: GatewayGatesProps): void {
    if (versions.length === 0) return;
    const { platform, models } = stack.namespaces;
    const selector = platformSelector(COMPONENT, ISOLATION);
    const labels = platformLabels(COMPONENT, ISOLATION);
    const name = `${ISOLATION}-endpointslices`;
    plainObject(k8s.KubeRole, this, 'Role', {
      metadata: { name, namespace: models, labels },
      rules: [{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] }],
    });
    plainObject(k8s.KubeRoleBinding, this, 'Binding', {
      metadata: { name, namespace: models, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: ISOLATION, namespace: platform }],
    });
    this.policy(stack, `${ISOLATION}-deny`, denyAll(selector), ISOLATION);
    // It may leave in every direction that it tries: what stops it must be the other side's policy.
    const everything = {
      to: [models, platform].map((each) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': each } } })),
    };
    this.policy(stack, `${ISOLATION}-to-all`, allowTo(selector, [toDns(), everything, ...toOutside(API_SERVER_PORTS, stack)]), ISOLATION);
    this.job(
      stack,
      ISOLATION,
      'isolation-check',
      ISOLATION_SECONDS,
      [
        ...['--namespace', models, '--selector', Label.model, '--open', `${service}.${platform}.svc.cluster.local:${Port.edge}`],
        ...closed.flatMap((target) => ['--closed', target]),
        ...['--seconds', String(ISOLATION_SECONDS)],
      ],
      { token: true, annotations: { 'kea.dev/versions': digestOf([...versions]).slice(0, 16) } },
    );
  }

  private policy(stack: ResolvedStack, name: string, spec: k8s.NetworkPolicySpec, of: string = name): void {
    const metadata = { name, namespace: stack.namespaces.platform, labels: platformLabels(COMPONENT, of) };
    plainObject(k8s.KubeNetworkPolicy, this, `Policy-${name}`, { metadata, spec });
  }

  private job(
    stack: ResolvedStack,
    name: string,
    program: ServiceProgram,
    seconds: number,
    args: readonly string[],
    more: { readonly token?: boolean; readonly annotations?: { readonly [name: string]: string } } = {},
  ): void {
    const namespace = stack.namespaces.platform;
    const labels = platformLabels(COMPONENT, name);
    const image = imageReference(KeaImage.services, stack.images);
    reportFinding(this, ...image.findings);
    plainObject(k8s.KubeServiceAccount, this, `Account-${name}`, {
      metadata: { name, namespace, labels },
      automountServiceAccountToken: false,
    });
    const token = { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true };
    const template = {
      metadata: { labels, ...(more.annotations ? { annotations: more.annotations } : {}) },
      spec: hardenedPod({
        serviceAccountName: name,
        selector: platformSelector(COMPONENT, name),
        terminationGracePeriodSeconds: 5,
        restartPolicy: 'Never',
        ...stackPod(stack),
        containers: [
          hardenedContainer({
            name: program,
            image: image.reference,
            command: programCommand(program),
            args: [...args],
            resources: { cpuMillis: 10, memoryBytes: 128 * MiB, ephemeralStorageBytes: 16 * MiB },
            ...(more.token ? { volumeMounts: [token] } : {}),
          }),
        ],
        ...(more.token ? { volumes: [serviceAccountToken()] } : {}),
      }),
    };
    const digest = digestOf(template as unknown as JsonObject).slice(0, 12);
    const job = plainObject(k8s.KubeJob, this, `Job-${name}`, {
      metadata: { name: `${name}-${digest}`, namespace, labels },
      spec: {
        backoffLimit: 2,
        activeDeadlineSeconds: 2 * seconds,
        podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [2, REACHED] } }] },
        template,
      },
    });
    inLayer(job, 'gates');
  }
}
