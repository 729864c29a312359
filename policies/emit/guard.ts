import { FACT_PREFIX } from '../../core/contract/facts';
import { ShardMark } from '../../core/contract/bundle-shards';
import type { JsonObject } from '../../core/json';
import { celLiteral } from '../literal';
import { policyMetadata, resourceRules } from './admission';
import { resourceOf } from './resources';
import { type EmitOptions, namespaceSelector } from './scope';

/** Kinds that carry facts. What controllers make of them (pods, endpoints, claims) carries copies, which no rule reads. */
const GUARDED = [
  'v1/ConfigMap',
  'v1/Service',
  'v1/ServiceAccount',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'apps/v1/DaemonSet',
  'batch/v1/CronJob',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'policy/v1/PodDisruptionBudget',
  'networking.k8s.io/v1/NetworkPolicy',
  'networking.k8s.io/v1/Ingress',
  'rbac.authorization.k8s.io/v1/Role',
  'rbac.authorization.k8s.io/v1/RoleBinding',
  'gateway.networking.k8s.io/v1/HTTPRoute',
];

const GROUP = 'group:';

export interface GuardOptions extends Pick<EmitOptions, 'installation' | 'namespaces'> {
  /** Users, such as `system:serviceaccount:flux-system:kustomize-controller`, and groups, written `group:platform-admins`. */
  readonly deployers: readonly string[];
}

/**
 * Rules decide by facts that stand on the object, so nobody but the deployer may set, change or remove them: neither a label or annotation
 * below `kea.dev/`, nor anything of the ConfigMaps that carry routes. It asks who sends the request, which no rule file may.
 */
export function factGuard(options: GuardOptions): readonly JsonObject[] {
  const name = `${options.installation}.guard.facts`;
  const users = options.deployers.filter((each) => !each.startsWith(GROUP));
  const groups = options.deployers.filter((each) => each.startsWith(GROUP)).map((each) => each.slice(GROUP.length));
  const annotations = { 'kea.dev/why': 'whoever may write facts could make every rule pass' };
  const policy: JsonObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: policyMetadata(name, annotations),
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: resourceRules(GUARDED.map(resourceOf)) },
      matchConditions: [
        {
          name: 'somebody-else',
          expression: `!(request.userInfo.username in ${celLiteral(users)}) && !request.userInfo.?groups.orValue([]).exists(g, g in ${celLiteral(groups)})`,
        },
      ],
      variables: [
        ...['labels', 'annotations'].flatMap((map) => [
          { name: map, expression: `object.metadata.?${map}.orValue({})` },
          { name: `${map}Before`, expression: `oldObject == null ? {} : oldObject.metadata.?${map}.orValue({})` },
        ]),
        {
          name: 'carriesRoutes',
          expression: `object.kind == "ConfigMap" && (${celLiteral(ShardMark.kind)} in variables.labels || ${celLiteral(ShardMark.kind)} in variables.labelsBefore)`,
        },
      ],
      validations: [
        ...['labels', 'annotations'].map((map) => ({
          expression: `${sameFacts(map, `${map}Before`)} && ${sameFacts(`${map}Before`, map)}`,
          message: `only the deployer may set, change or remove ${map} below ${FACT_PREFIX}`,
          reason: 'Forbidden',
        })),
        {
          expression:
            '!variables.carriesRoutes || (oldObject != null && object.?data == oldObject.?data && object.?binaryData == oldObject.?binaryData)',
          message: 'only the deployer may change what carries routes',
          reason: 'Forbidden',
        },
      ],
    },
  };
  const binding: JsonObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: policyMetadata(name, annotations),
    spec: { policyName: name, validationActions: ['Deny'], matchResources: { namespaceSelector: namespaceSelector(options) } },
  };
  return [policy, binding];
}

/** Every fact of one map stands in the other with the same value. */
function sameFacts(one: string, other: string): string {
  const [a, b] = [`variables.${one}`, `variables.${other}`];
  return `${a}.all(k, !k.startsWith(${celLiteral(FACT_PREFIX)}) || (k in ${b} && ${a}[k] == ${b}[k]))`;
}
