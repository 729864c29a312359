import type { JsonValue } from '../core/json';

/** A field that the API server fills in where nobody writes it. */
export interface ServerDefault {
  /** `$pod` is the pod, wherever it stands; all kinds of containers are `containers`. */
  readonly path: string;
  readonly kinds: readonly string[];
  readonly value: JsonValue;
}

const PODS = ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet', 'batch/v1/Job', 'batch/v1/CronJob', 'v1/Pod'];
const JOBS = ['batch/v1/Job', 'batch/v1/CronJob'];

const filled = (kinds: readonly string[], values: { readonly [path: string]: JsonValue }): readonly ServerDefault[] =>
  Object.entries(values).map(([path, value]) => ({ path, kinds, value }));

const probe = (name: string): { readonly [path: string]: JsonValue } => ({
  [`$pod.spec.containers[].${name}.periodSeconds`]: 10,
  [`$pod.spec.containers[].${name}.timeoutSeconds`]: 1,
  [`$pod.spec.containers[].${name}.successThreshold`]: 1,
  [`$pod.spec.containers[].${name}.failureThreshold`]: 3,
  [`$pod.spec.containers[].${name}.httpGet.scheme`]: 'HTTP',
  [`$pod.spec.containers[].${name}.httpGet.path`]: '/',
});

/** Defaults of Kubernetes 1.33 (`SetDefaults_*` of its API groups) for the kinds that rules judge. */
export const serverDefaults: readonly ServerDefault[] = [
  ...filled(PODS, {
    '$pod.spec.terminationGracePeriodSeconds': 30,
    '$pod.spec.dnsPolicy': 'ClusterFirst',
    '$pod.spec.schedulerName': 'default-scheduler',
    '$pod.spec.enableServiceLinks': true,
    // Depends on the image: Always for latest, else this.
    '$pod.spec.containers[].imagePullPolicy': 'IfNotPresent',
    '$pod.spec.containers[].terminationMessagePath': '/dev/termination-log',
    '$pod.spec.containers[].terminationMessagePolicy': 'File',
    '$pod.spec.containers[].securityContext.procMount': 'Default',
    '$pod.spec.containers[].ports[].protocol': 'TCP',
    ...probe('startupProbe'),
    ...probe('readinessProbe'),
    ...probe('livenessProbe'),
  }),
  ...filled(
    PODS.filter((kind) => !JOBS.includes(kind)),
    { '$pod.spec.restartPolicy': 'Always' },
  ),
  ...filled(JOBS, { 'object.spec.backoffLimit': 6, 'object.spec.suspend': false, 'object.spec.concurrencyPolicy': 'Allow' }),
  ...filled(['apps/v1/Deployment'], {
    'object.spec.replicas': 1,
    'object.spec.strategy.type': 'RollingUpdate',
    'object.spec.strategy.rollingUpdate.maxUnavailable': '25%',
    'object.spec.strategy.rollingUpdate.maxSurge': '25%',
    'object.spec.progressDeadlineSeconds': 600,
    'object.spec.revisionHistoryLimit': 10,
  }),
  ...filled(['apps/v1/StatefulSet'], { 'object.spec.replicas': 1, 'object.spec.podManagementPolicy': 'OrderedReady' }),
  ...filled(['v1/Service'], {
    'object.spec.type': 'ClusterIP',
    'object.spec.sessionAffinity': 'None',
    'object.spec.internalTrafficPolicy': 'Cluster',
  }),
  ...filled(['autoscaling/v2/HorizontalPodAutoscaler'], { 'object.spec.minReplicas': 1 }),
  ...filled(['networking.k8s.io/v1/NetworkPolicy'], {
    // Egress is added where the policy has rules for it.
    'object.spec.policyTypes': ['Ingress'],
    'object.spec.ingress[].ports[].protocol': 'TCP',
    'object.spec.egress[].ports[].protocol': 'TCP',
  }),
];
