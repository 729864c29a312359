import { Construct } from 'constructs';
import { ManagementPath, Port } from '../../core/contract/ports';
import { programCommand } from '../../core/contract/programs';
import type { ResolvedStack } from '../../schema/resolved';
import { expectRootCertificate, serviceAccountToken } from '../gateway/gateway-pod';
import { extendRendered, k8s, plainObject } from '../k8s';
import { registerPlanCheck } from '../plan/register';
import { emptyDir, hardenedContainer, hardenedPod, httpProbe, nativeSidecar, stackPod } from '../shared/hardened-pod';
import { imageReference, KeaImage } from '../shared/images';
import { platformLabels, platformSelector } from '../shared/labels';
import { allowFrom, allowTo, denyAll, gatewayPods, toOutside, toDns } from '../shared/network-policy';
import { reportFinding } from '../shared/notes';
import { sleepBeforeStop } from '../shared/pre-stop';
import { MiB } from '../shared/quantities';

const NAME = 'kea-portal';
const BUNDLE = '/var/lib/kea/bundle';

export interface PortalProps {
  readonly stack: ResolvedStack;
}

/** The documentation site: shows each caller what he may use. Reached through the gateway only, which says who the caller is. */
export class Portal extends Construct {
  /** Where the gateway finds it. */
  readonly address: { readonly host: string; readonly port: number };

  constructor(scope: Construct, id: string, props: PortalProps) {
    super(scope, id);
    registerPlanCheck(this);
    const { stack } = props;
    const namespace = stack.namespaces.platform;
    const labels = platformLabels('portal', NAME);
    const selector = platformSelector('portal', NAME);
    const metadata = { name: NAME, namespace, labels };
    const image = imageReference(KeaImage.services, stack.images);
    reportFinding(this, ...image.findings);
    this.address = { host: `${NAME}.${namespace}.svc.cluster.local`, port: Port.portal };

    expectRootCertificate(this, stack.namespaces.platform);
    plainObject(k8s.KubeServiceAccount, this, 'ServiceAccount', { metadata, automountServiceAccountToken: false });
    this.access(stack);
    plainObject(k8s.KubeService, this, 'Service', {
      metadata,
      spec: { selector, ports: [{ name: 'http', port: Port.portal, targetPort: k8s.IntOrString.fromString('http') }] },
    });
    const deployment = plainObject(k8s.KubeDeployment, this, 'Deployment', {
      metadata,
      spec: {
        replicas: stack.gateway.replicas.min > 1 ? 2 : 1,
        revisionHistoryLimit: 3,
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxUnavailable: k8s.IntOrString.fromNumber(0), maxSurge: k8s.IntOrString.fromNumber(1) },
        },
        selector: { matchLabels: selector },
        template: { metadata: { labels }, spec: this.pod(stack, image.reference) },
      },
    });
    extendRendered(deployment, sleepBeforeStop('portal', 5));
    plainObject(k8s.KubePodDisruptionBudget, this, 'DisruptionBudget', {
      metadata,
      spec: {
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selector },
      },
    });
    plainObject(k8s.KubeNetworkPolicy, this, 'Deny', { metadata: { ...metadata, name: `${NAME}-deny` }, spec: denyAll(selector) });
    plainObject(k8s.KubeNetworkPolicy, this, 'Allow', {
      metadata: { ...metadata, name: `${NAME}-from-gateway` },
      spec: allowFrom(selector, [gatewayPods(namespace)], ['http']),
    });
    plainObject(k8s.KubeNetworkPolicy, this, 'AllowOut', {
      metadata: { ...metadata, name: `${NAME}-to-api-server` },
      spec: allowTo(selector, [toDns(), ...toOutside([443, 6443], stack)]),
    });
  }

  /** It may read the bundle's ConfigMaps and nothing else; the API has no narrower right than the namespace's ConfigMaps. */
  private access(stack: ResolvedStack): void {
    const namespace = stack.namespaces.platform;
    const metadata = { name: `${NAME}-configmaps`, namespace, labels: platformLabels('portal', NAME) };
    plainObject(k8s.KubeRole, this, 'Role', {
      metadata,
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
    });
    plainObject(k8s.KubeRoleBinding, this, 'Binding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
    });
  }

  private pod(stack: ResolvedStack, image: string): k8s.PodSpec {
    const bundle = { name: 'bundle', mountPath: BUNDLE };
    return hardenedPod({
      serviceAccountName: NAME,
      selector: platformSelector('portal', NAME),
      terminationGracePeriodSeconds: 30,
      ...stackPod(stack),
      initContainers: [
        nativeSidecar({
          name: 'mirror',
          image,
          command: [...programCommand('mirror')],
          args: ['--folder', BUNDLE, '--namespace', stack.namespaces.platform],
          resources: { cpuMillis: 20, memoryBytes: 256 * MiB, ephemeralStorageBytes: 320 * MiB },
          volumeMounts: [bundle, { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }],
        }),
      ],
      containers: [
        hardenedContainer({
          name: 'portal',
          image,
          command: [...programCommand('portal')],
          args: ['--bundle', BUNDLE, '--host', '0.0.0.0', '--port', String(Port.portal)],
          ports: [{ name: 'http', containerPort: Port.portal }],
          resources: { cpuMillis: 50, memoryBytes: 256 * MiB, ephemeralStorageBytes: 64 * MiB },
          readinessProbe: httpProbe(ManagementPath.ready, 'http', { period: 5, failures: 2, timeout: 2 }),
          livenessProbe: httpProbe(ManagementPath.live, 'http', { period: 10, failures: 6, timeout: 5 }),
          volumeMounts: [
            { ...bundle, readOnly: true },
            { name: 'tmp', mountPath: '/tmp' },
          ],
        }),
      ],
      volumes: [emptyDir('bundle', 256 * MiB), emptyDir('tmp', 32 * MiB), serviceAccountToken()],
    });
  }
}
