import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { groupOf, type PlanObject, stringMap } from './plan-object';

/** What an object refers to by name. */
export interface NameReference {
  readonly kind: string;
  /** Absent for kinds without a namespace. */
  readonly namespace?: string;
  readonly name: string;
  /** Where in the object, for people. */
  readonly at: string;
}

/** What an object selects by labels. */
export interface SelectorReference {
  readonly target: 'pods' | 'services';
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
  readonly at: string;
}

export interface References {
  readonly names: readonly NameReference[];
  readonly selectors: readonly SelectorReference[];
}

/** Ordering and checking ask the same of every object; objects of a plan never change. */
const known = new WeakMap<PlanObject, References>();

/** Everything that an object refers to, by name or by labels. Kinds that it does not know refer to nothing. */
export function referencesOf(object: PlanObject): References {
  const references = known.get(object) ?? find(object);
  known.set(object, references);
  return references;
}

function find(object: PlanObject): References {
  const spec = record(object.value['spec']);
  const namespace = object.namespace ?? '';
  const pod = podTemplate(object);
  if (pod) {
    const names = podReferences(record(pod['spec']), namespace);
    const service = text(spec['serviceName']);
    return {
      names:
        object.kind === 'StatefulSet' && service
          ? [...names, { kind: 'Service', namespace, name: service, at: 'spec.serviceName' }]
          : names,
      selectors: [],
    };
  }
  switch (object.kind) {
    case 'Service': {
      const labels = stringMap(spec['selector']);
      return Object.keys(labels).length > 0 ? selects('pods', namespace, labels, 'spec.selector') : NOTHING;
    }
    case 'PodDisruptionBudget':
      return selects('pods', namespace, stringMap(record(spec['selector'])['matchLabels']), 'spec.selector');
    case 'NetworkPolicy': {
      const labels = stringMap(record(spec['podSelector'])['matchLabels']);
      return Object.keys(labels).length > 0 ? selects('pods', namespace, labels, 'spec.podSelector') : NOTHING;
    }
    case 'ServiceMonitor':
      return selects('services', namespace, stringMap(record(spec['selector'])['matchLabels']), 'spec.selector');
    case 'PodMonitor':
      return selects('pods', namespace, stringMap(record(spec['selector'])['matchLabels']), 'spec.selector');
    case 'HorizontalPodAutoscaler':
    case 'ScaledObject':
      return named(reference(record(spec['scaleTargetRef']), 'Deployment', namespace, 'spec.scaleTargetRef'));
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return binding(object.value, namespace);
    case 'HTTPRoute':
      return named(...routeBackends(spec, namespace));
    case 'Ingress':
      return named(...ingressBackends(spec, namespace));
    default:
      return NOTHING;
  }
}

/** Pod template of a workload, or the pod itself. */
export function podTemplate(object: PlanObject): JsonObject | undefined {
  const spec = record(object.value['spec']);
  switch (object.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
      return groupOf(object.apiVersion) === '' ? undefined : record(spec['template']);
    case 'CronJob':
      return record(record(record(spec['jobTemplate'])['spec'])['template']);
    case 'Pod':
      return object.value;
    default:
      return undefined;
  }
}

const NOTHING: References = { names: [], selectors: [] };

function selects(target: SelectorReference['target'], namespace: string, labels: SelectorReference['labels'], at: string): References {
  return { names: [], selectors: [{ target, namespace, labels, at }] };
}

function named(...names: readonly (NameReference | undefined)[]): References {
  return { names: names.filter((each) => each !== undefined), selectors: [] };
}

function reference(value: JsonObject, defaultKind: string, namespace: string, at: string): NameReference | undefined {
  const name = text(value['name']);
  return name === undefined
    ? undefined
    : { kind: text(value['kind']) ?? defaultKind, namespace: text(value['namespace']) ?? namespace, name, at };
}

function podReferences(spec: JsonObject, namespace: string): NameReference[] {
  const found: NameReference[] = [];
  const add = (kind: string, name: JsonValue | undefined, at: string, optional?: JsonValue): void => {
    if (typeof name === 'string' && optional !== true) found.push({ kind, namespace, name, at });
  };
  add('ServiceAccount', spec['serviceAccountName'], 'serviceAccountName');
  for (const secret of list(spec['imagePullSecrets'])) add('Secret', secret['name'], 'imagePullSecrets');
  for (const volume of list(spec['volumes'])) {
    const at = `volumes.${text(volume['name']) ?? ''}`;
    const configMap = record(volume['configMap']);
    const secret = record(volume['secret']);
    add('ConfigMap', configMap['name'], at, configMap['optional']);
    add('Secret', secret['secretName'], at, secret['optional']);
    add('PersistentVolumeClaim', record(volume['persistentVolumeClaim'])['claimName'], at);
    for (const source of list(record(volume['projected'])['sources'])) {
      add('ConfigMap', record(source['configMap'])['name'], at, record(source['configMap'])['optional']);
      add('Secret', record(source['secret'])['name'], at, record(source['secret'])['optional']);
    }
  }
  for (const container of [...list(spec['initContainers']), ...list(spec['containers'])]) {
    const at = `containers.${text(container['name']) ?? ''}`;
    for (const env of list(container['env'])) {
      const from = record(env['valueFrom']);
      add('ConfigMap', record(from['configMapKeyRef'])['name'], `${at}.env`, record(from['configMapKeyRef'])['optional']);
      add('Secret', record(from['secretKeyRef'])['name'], `${at}.env`, record(from['secretKeyRef'])['optional']);
    }
    for (const from of list(container['envFrom'])) {
      add('ConfigMap', record(from['configMapRef'])['name'], `${at}.envFrom`, record(from['configMapRef'])['optional']);
      add('Secret', record(from['secretRef'])['name'], `${at}.envFrom`, record(from['secretRef'])['optional']);
    }
  }
  return found;
}

function binding(value: JsonObject, namespace: string): References {
  const role = record(value['roleRef']);
  const kind = text(role['kind']) ?? 'Role';
  const name = text(role['name']);
  const roleName: NameReference | undefined =
    name === undefined ? undefined : { kind, ...(kind === 'Role' ? { namespace } : {}), name, at: 'roleRef' };
  const subjects = list(value['subjects'])
    .filter((subject) => subject['kind'] === 'ServiceAccount')
    .map((subject) => reference(subject, 'ServiceAccount', namespace, 'subjects'));
  return named(roleName, ...subjects);
}

function routeBackends(spec: JsonObject, namespace: string): (NameReference | undefined)[] {
  return list(spec['rules']).flatMap((rule) =>
    list(rule['backendRefs']).map((backend) => reference(backend, 'Service', namespace, 'spec.rules.backendRefs')),
  );
}

function ingressBackends(spec: JsonObject, namespace: string): (NameReference | undefined)[] {
  const backends = [
    record(spec['defaultBackend']),
    ...list(spec['rules']).flatMap((rule) => list(record(rule['http'])['paths']).map((path) => record(path['backend']))),
  ];
  return backends.map((backend) => reference(record(backend['service']), 'Service', namespace, 'spec.rules.backend'));
}

function record(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function list(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
