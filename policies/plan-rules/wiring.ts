import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { kindOf } from '../evaluate/judge-objects';
import type { JudgedPlan, PlanRule, PlanViolation } from '../rule';
import { hits, podsOf, type PodGroup } from './selectors';

/** Kinds that API servers no longer have → the version that took them away. Nothing else would say so before the apply fails. */
const REMOVED: { readonly [kind: string]: string } = {
  'extensions/v1beta1/Deployment': '1.16',
  'extensions/v1beta1/DaemonSet': '1.16',
  'extensions/v1beta1/ReplicaSet': '1.16',
  'extensions/v1beta1/NetworkPolicy': '1.16',
  'extensions/v1beta1/PodSecurityPolicy': '1.16',
  'extensions/v1beta1/Ingress': '1.22',
  'apps/v1beta1/Deployment': '1.16',
  'apps/v1beta1/StatefulSet': '1.16',
  'apps/v1beta2/Deployment': '1.16',
  'apps/v1beta2/StatefulSet': '1.16',
  'apps/v1beta2/DaemonSet': '1.16',
  'apps/v1beta2/ReplicaSet': '1.16',
  'networking.k8s.io/v1beta1/Ingress': '1.22',
  'networking.k8s.io/v1beta1/IngressClass': '1.22',
  'rbac.authorization.k8s.io/v1beta1/Role': '1.22',
  'rbac.authorization.k8s.io/v1beta1/RoleBinding': '1.22',
  'rbac.authorization.k8s.io/v1beta1/ClusterRole': '1.22',
  'rbac.authorization.k8s.io/v1beta1/ClusterRoleBinding': '1.22',
  'admissionregistration.k8s.io/v1beta1/ValidatingWebhookConfiguration': '1.22',
  'admissionregistration.k8s.io/v1beta1/MutatingWebhookConfiguration': '1.22',
  'apiextensions.k8s.io/v1beta1/CustomResourceDefinition': '1.22',
  'scheduling.k8s.io/v1beta1/PriorityClass': '1.22',
  'batch/v1beta1/CronJob': '1.25',
  'policy/v1beta1/PodDisruptionBudget': '1.25',
  'policy/v1beta1/PodSecurityPolicy': '1.25',
  'autoscaling/v2beta1/HorizontalPodAutoscaler': '1.25',
  'autoscaling/v2beta2/HorizontalPodAutoscaler': '1.26',
};

/** Kinds with a selector, and where it stands. */
const SELECTING: { readonly [kind: string]: readonly string[] } = {
  'v1/Service': ['spec', 'selector'],
  'policy/v1/PodDisruptionBudget': ['spec', 'selector', 'matchLabels'],
  'networking.k8s.io/v1/NetworkPolicy': ['spec', 'podSelector', 'matchLabels'],
};

/** How objects hang together. */
export const wiringRules: readonly PlanRule[] = [
  {
    id: 'hyg.api',
    title: 'every object is of a kind that API servers still have',
    severity: 'high',
    rationale: 'an object of a removed kind fails the apply, and until then no rule looks at it',
    remediation: 'write the kind in its current version',
    url: 'https://kubernetes.io/docs/reference/using-api/deprecation-guide/',
    frameworks: [],
    tools: ['kube-linter schema-validation', 'kube-score stable-version', 'kyverno check-deprecated-apis'],
    step: 'deny',
    judge: ({ objects }) =>
      objects.flatMap((object) => {
        const kind = kindOf(object);
        return Object.hasOwn(REMOVED, kind) ? [{ message: `${kind} is gone since Kubernetes ${REMOVED[kind] ?? ''}`, object }] : [];
      }),
  },
  {
    id: 'net.select',
    title: 'what selects pods meets some',
    severity: 'high',
    rationale: 'a Service that meets no pod answers nobody, and a policy or budget that meets none protects nothing',
    remediation: 'make the selector the labels of the pods that are meant',
    frameworks: [],
    tools: ['kube-linter dangling-service', 'kube-linter dangling-networkpolicy', 'kube-score service-targets-pod'],
    step: 'warn',
    judge: (plan) => dangling(plan),
  },
  {
    id: 'net.isolated',
    title: 'every pod is met by a policy for what comes in and one for what goes out',
    severity: 'high',
    rationale: 'a pod that no NetworkPolicy meets may talk to everything',
    remediation: 'add a NetworkPolicy with policyTypes Ingress and Egress that meets the pod, or one for the whole namespace',
    frameworks: [{ name: 'CIS Kubernetes Benchmark 1.11', reference: '5.3.2' }],
    tools: ['kube-linter non-isolated-pod', 'kube-score pod-networkpolicy', 'polaris missingNetworkPolicy', 'kubescape C-0030'],
    step: 'warn',
    judge: (plan) => open(plan),
  },
  {
    id: 'rel.autoscaler',
    title: 'an autoscaler has a target, which leaves the number to it',
    severity: 'high',
    rationale: 'a target with a number of its own is set back to it by every apply, and an autoscaler without a target does nothing',
    remediation: 'remove spec.replicas from the target, or correct spec.scaleTargetRef',
    frameworks: [],
    tools: ['kube-linter dangling-horizontalpodautoscaler', 'kube-score deployment-targeted-by-hpa-does-not-have-replicas-configured'],
    step: 'deny',
    judge: (plan) => fought(plan),
  },
];

function dangling({ objects }: JudgedPlan): readonly PlanViolation[] {
  const pods = podsOf(objects);
  return objects.flatMap((object) => {
    const path = SELECTING[kindOf(object)];
    const labels = path && at(object, path);
    // Without a selector a Service is told its addresses by somebody else, and a policy means every pod.
    if (!isJsonObject(labels) || Object.keys(labels).length === 0) return [];
    return hits(pods, namespaceOf(object), labels).length > 0
      ? []
      : [
          {
            message: `no pod has ${Object.entries(labels)
              .map(([key, value]) => `${key}=${String(value)}`)
              .join(', ')}`,
            object,
          },
        ];
  });
}

function open({ objects }: JudgedPlan): readonly PlanViolation[] {
  const pods = podsOf(objects);
  const met = { Ingress: new Set<PodGroup>(), Egress: new Set<PodGroup>() };
  for (const object of objects) {
    if (kindOf(object) !== 'networking.k8s.io/v1/NetworkPolicy') continue;
    const selector = at(object, ['spec', 'podSelector']);
    // Expressions are not worked out: such a policy is taken to meet what its labels meet.
    const { matchLabels = {} } = isJsonObject(selector) ? selector : {};
    const types = at(object, ['spec', 'policyTypes']);
    const egress = Array.isArray(types) ? types.includes('Egress') : at(object, ['spec', 'egress']) !== undefined;
    for (const pod of hits(pods, namespaceOf(object), isJsonObject(matchLabels) ? matchLabels : {})) {
      if (!Array.isArray(types) || types.includes('Ingress')) met.Ingress.add(pod);
      if (egress) met.Egress.add(pod);
    }
  }
  return pods.flatMap((pod) => {
    const missing = (['Ingress', 'Egress'] as const).filter((way) => !met[way].has(pod));
    return missing.length === 0 ? [] : [{ message: `no NetworkPolicy holds its ${missing.join(' and ')}`, object: pod.object }];
  });
}

function fought({ objects }: JudgedPlan): readonly PlanViolation[] {
  const name = (object: JsonObject): string =>
    `${String(at(object, ['apiVersion']))} ${String(at(object, ['kind']))} ${namespaceOf(object)}/${String(at(object, ['metadata', 'name']))}`;
  const known = new Map(objects.map((each) => [name(each), each]));
  return objects.flatMap((object) => {
    const target = at(object, ['spec', 'scaleTargetRef']);
    if (object['kind'] !== 'HorizontalPodAutoscaler' || !isJsonObject(target)) return [];
    const key = `${String(target['apiVersion'])} ${String(target['kind'])} ${namespaceOf(object)}/${String(target['name'])}`;
    const found = known.get(key);
    if (found === undefined) return [{ message: `there is no ${String(target['kind'])} ${String(target['name'])}`, object }];
    return at(found, ['spec', 'replicas']) === undefined
      ? []
      : [{ message: `its target ${String(target['kind'])} ${String(target['name'])} has spec.replicas of its own`, object }];
  });
}

function namespaceOf(object: JsonObject): string {
  const namespace = at(object, ['metadata', 'namespace']);
  return typeof namespace === 'string' ? namespace : '';
}

function at(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), value);
}
