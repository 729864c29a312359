import { Construct } from 'constructs';
import type { ResolvedStack } from '../schema/resolved';
import { k8s, plainObject } from './k8s';
import { Label, platformLabels } from './shared/labels';
import { bytesQuantity, cpuQuantity, GiB, MiB } from './shared/quantities';

/** Release of the Pod Security standard that namespaces enforce; a newer one is warned about, never enforced by surprise. */
const POD_SECURITY_VERSION = 'v1.33';

export interface PlatformNamespacesProps {
  readonly stack: ResolvedStack;
}

/** The two namespaces, closed to pods that do not meet Pod Security `restricted`, with bounds on what they may take. */
export class PlatformNamespaces extends Construct {
  constructor(scope: Construct, id: string, props: PlatformNamespacesProps) {
    super(scope, id);
    const { stack } = props;
    this.namespace(
      stack,
      'Platform',
      stack.namespaces.platform,
      stack.cluster ? { 'kea.dev/cluster-uid': stack.cluster.kubeSystemUid } : {},
    );
    if (stack.namespaces.models === stack.namespaces.platform) return;
    const sources = Object.entries(stack.metrics.custom).map(([metric, source]) => [`kea.dev/metric-${metric}`, source] as const);
    this.namespace(stack, 'Models', stack.namespaces.models, Object.fromEntries(sources));
    if (!stack.quota) return;
    plainObject(k8s.KubeResourceQuota, this, 'Quota', {
      metadata: { name: 'kea-models', namespace: stack.namespaces.models, labels: platformLabels('quota', 'kea-models') },
      spec: {
        hard: {
          'requests.cpu': cpuQuantity(stack.quota.cpuMillis),
          'requests.memory': bytesQuantity(stack.quota.memoryBytes),
          'limits.memory': bytesQuantity(stack.quota.memoryBytes),
          pods: k8s.Quantity.fromNumber(stack.quota.pods),
          'services.loadbalancers': k8s.Quantity.fromNumber(0),
          'services.nodeports': k8s.Quantity.fromNumber(0),
        },
      },
    });
  }

  /** Annotations tell people and tools what the stack file says of the cluster: which one it is, and who supplies metrics to autoscalers. */
  private namespace(stack: ResolvedStack, id: string, name: string, annotations: { readonly [key: string]: string }): void {
    const level = 'restricted';
    plainObject(k8s.KubeNamespace, this, id, {
      metadata: {
        name,
        ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
        labels: {
          ...platformLabels('namespace', name),
          [Label.stack]: stack.name,
          'pod-security.kubernetes.io/enforce': level,
          'pod-security.kubernetes.io/enforce-version': POD_SECURITY_VERSION,
          'pod-security.kubernetes.io/audit': level,
          'pod-security.kubernetes.io/audit-version': 'latest',
          'pod-security.kubernetes.io/warn': level,
          'pod-security.kubernetes.io/warn-version': 'latest',
        },
      },
    });
    // A pod that says nothing gets little, not the node.
    plainObject(k8s.KubeLimitRange, this, `${id}Limits`, {
      metadata: { name: 'kea-defaults', namespace: name, labels: platformLabels('quota', 'kea-defaults') },
      spec: {
        limits: [
          {
            type: 'Container',
            defaultRequest: { cpu: cpuQuantity(50), memory: bytesQuantity(128 * MiB), 'ephemeral-storage': bytesQuantity(64 * MiB) },
            default: { memory: bytesQuantity(128 * MiB), 'ephemeral-storage': bytesQuantity(GiB) },
          },
        ],
      },
    });
  }
}
