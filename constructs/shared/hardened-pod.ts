import { SERVICES_USER } from '../../core/contract/programs';
import type { ResolvedStack } from '../../schema/resolved';
import { k8s } from '../k8s';
import { bytesQuantity, cpuQuantity } from './quantities';

/** What one container may use. Memory request and limit are equal; CPU has a request and no limit, so that idle cores are used. */
export interface ContainerResources {
  /** Thousandths of a core. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Writable layer, logs and emptyDirs of the container, in bytes; request and limit. */
  readonly ephemeralStorageBytes: number;
  readonly gpu?: { readonly count: number };
}

/** Whom a pod runs as. */
export interface PodUser {
  readonly uid: number;
  readonly gid: number;
}

export const DEFAULT_USER: PodUser = { uid: SERVICES_USER, gid: SERVICES_USER };

/** Name of the extended resource that device plugins register. */
export const GPU_RESOURCE = 'nvidia.com/gpu';

/** Pod-level half of Pod Security `restricted`. Volumes belong to the pod's group, so that a read-only root still has writable emptyDirs. */
export function podSecurity(user: PodUser = DEFAULT_USER): k8s.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user.uid,
    runAsGroup: user.gid,
    fsGroup: user.gid,
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** Container-level half of Pod Security `restricted`, and a read-only root file system. */
export function containerSecurity(): k8s.SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** Requests and limits; GPUs stand in limits only, as the API wants them. */
export function containerResources(resources: ContainerResources): k8s.ResourceRequirements {
  const memory = bytesQuantity(resources.memoryBytes);
  const storage = bytesQuantity(resources.ephemeralStorageBytes);
  return {
    requests: { cpu: cpuQuantity(resources.cpuMillis), memory, 'ephemeral-storage': storage },
    limits: {
      memory,
      'ephemeral-storage': storage,
      ...(resources.gpu ? { [GPU_RESOURCE]: k8s.Quantity.fromNumber(resources.gpu.count) } : {}),
    },
  };
}

/** What a container says for itself; everything about safety is added by `hardenedContainer`. */
export type ContainerSpec = Omit<k8s.Container, 'securityContext' | 'imagePullPolicy' | 'resources'> & {
  readonly resources: ContainerResources;
};

/** A container that runs under Pod Security `restricted`. */
export function hardenedContainer(spec: ContainerSpec): k8s.Container {
  return {
    ...spec,
    // A tag may point to other bytes tomorrow; a digest cannot.
    imagePullPolicy: spec.image?.includes('@sha256:') ? 'IfNotPresent' : 'Always',
    resources: containerResources(spec.resources),
    securityContext: containerSecurity(),
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** A sidecar that starts before the main containers and ends after them (an init container that is restarted). */
export function nativeSidecar(spec: ContainerSpec): k8s.Container {
  return { ...hardenedContainer(spec), restartPolicy: 'Always' };
}

/** What a pod says for itself. */
export interface PodOptions {
  readonly serviceAccountName: string;
  readonly containers: readonly k8s.Container[];
  readonly initContainers?: readonly k8s.Container[];
  readonly volumes?: readonly k8s.Volume[];
  /** Selector of the pods that should not stand together. */
  readonly selector: { readonly [label: string]: string };
  /** Must exceed preStop and the longest request, in seconds. */
  readonly terminationGracePeriodSeconds: number;
  readonly user?: PodUser;
  /** Mounts the account's token. @default false */
  readonly token?: boolean;
  readonly pullSecret?: string;
  readonly priorityClassName?: string;
  /** Spread over zones as well as hosts. @default false */
  readonly zones?: boolean;
  readonly tolerations?: readonly k8s.Toleration[];
  readonly nodeSelector?: { readonly [label: string]: string };
  /** @default Always */
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never';
}

/** What every pod of a stack has in common: the registry's credentials, the priority, the spread. */
export function stackPod(stack: ResolvedStack): Pick<PodOptions, 'pullSecret' | 'priorityClassName' | 'zones'> {
  return {
    zones: stack.zones,
    ...(stack.images.pullSecret ? { pullSecret: stack.images.pullSecret } : {}),
    ...(stack.priorityClass ? { priorityClassName: stack.priorityClass } : {}),
  };
}

/** A pod that a namespace with `pod-security.kubernetes.io/enforce: restricted` admits. */
export function hardenedPod(options: PodOptions): k8s.PodSpec {
  return {
    serviceAccountName: options.serviceAccountName,
    automountServiceAccountToken: options.token ?? false,
    enableServiceLinks: false,
    securityContext: podSecurity(options.user),
    ...(options.initContainers?.length ? { initContainers: [...options.initContainers] } : {}),
    containers: [...options.containers],
    ...(options.volumes?.length ? { volumes: [...options.volumes] } : {}),
    terminationGracePeriodSeconds: options.terminationGracePeriodSeconds,
    ...(options.pullSecret ? { imagePullSecrets: [{ name: options.pullSecret }] } : {}),
    ...(options.priorityClassName ? { priorityClassName: options.priorityClassName } : {}),
    ...(options.tolerations?.length ? { tolerations: [...options.tolerations] } : {}),
    ...(options.nodeSelector && Object.keys(options.nodeSelector).length > 0 ? { nodeSelector: options.nodeSelector } : {}),
    ...(options.restartPolicy ? { restartPolicy: options.restartPolicy } : {}),
    ...(options.restartPolicy === undefined ? { topologySpreadConstraints: spread(options.selector, options.zones ?? false) } : {}),
  };
}

/** Spread over hosts, and over zones where there are some. A soft rule: one free node must not hold up a rollout. */
function spread(selector: { readonly [label: string]: string }, zones: boolean): k8s.TopologySpreadConstraint[] {
  const over = (topologyKey: string): k8s.TopologySpreadConstraint => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selector },
    matchLabelKeys: ['pod-template-hash'],
  });
  return [...(zones ? [over('topology.kubernetes.io/zone')] : []), over('kubernetes.io/hostname')];
}

/** An HTTP probe without a host. Times in seconds. */
export function httpProbe(
  path: string,
  port: string | number,
  timing: { readonly period: number; readonly failures: number; readonly timeout: number; readonly initialDelay?: number },
): k8s.Probe {
  return {
    httpGet: { path, port: typeof port === 'number' ? k8s.IntOrString.fromNumber(port) : k8s.IntOrString.fromString(port), scheme: 'HTTP' },
    periodSeconds: timing.period,
    failureThreshold: timing.failures,
    timeoutSeconds: timing.timeout,
    ...(timing.initialDelay ? { initialDelaySeconds: timing.initialDelay } : {}),
  };
}

/** A writable folder with an end. In memory it counts against the container's memory limit. */
export function emptyDir(name: string, bytes: number, medium?: 'Memory'): k8s.Volume {
  return { name, emptyDir: { sizeLimit: bytesQuantity(bytes), ...(medium ? { medium } : {}) } };
}
