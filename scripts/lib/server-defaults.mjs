// What a Kubernetes API server fills in where nobody writes it: by its own OpenAPI, and by sending it objects that say as little as they may.

const container = {
  name: 'main',
  image: 'registry.example.com/main:1.0.0',
  securityContext: {},
  ports: [{ containerPort: 8080 }],
  env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
  ...Object.fromEntries(['startupProbe', 'readinessProbe', 'livenessProbe'].map((probe) => [probe, { httpGet: { port: 8080 } }])),
  lifecycle: { preStop: { httpGet: { port: 8080 } } },
};
const { ports: _ports, startupProbe: _a, readinessProbe: _b, livenessProbe: _c, lifecycle: _d, ...once } = container;
const volumes = [
  { name: 'a', secret: { secretName: 'a' } },
  { name: 'b', configMap: { name: 'b' } },
  { name: 'c', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
  { name: 'd', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
  { name: 'e', hostPath: { path: '/tmp' } },
  { name: 'f', emptyDir: {} },
  {
    name: 'g',
    ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } },
  },
];
const pod = { serviceAccountName: 'it', containers: [container], initContainers: [{ ...once, name: 'first' }], volumes };
const labels = { app: 'it' };
const template = (spec) => ({ metadata: { labels }, spec });
const runs = { selector: { matchLabels: labels }, template: template(pod) };
const constraint = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: labels } };
const object = (apiVersion, kind, rest) => ({ apiVersion, kind, metadata: { name: 'it', namespace: 'default' }, ...rest });
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'it' };

/** One object of each kind, with every block that rules read, and in it only what the server demands. */
export const SEEDS = [
  object('v1', 'Pod', { spec: { ...pod, topologySpreadConstraints: [constraint] } }),
  object('apps/v1', 'Deployment', { spec: runs }),
  object('apps/v1', 'StatefulSet', {
    spec: {
      ...runs,
      serviceName: 'it',
      volumeClaimTemplates: [
        { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      ],
    },
  }),
  object('apps/v1', 'DaemonSet', { spec: runs }),
  object('batch/v1', 'Job', { spec: { template: template({ ...pod, restartPolicy: 'Never' }) } }),
  object('batch/v1', 'CronJob', {
    spec: { schedule: '0 0 * * *', jobTemplate: { spec: { template: template({ ...pod, restartPolicy: 'Never' }) } } },
  }),
  object('v1', 'Service', { spec: { selector: labels, ports: [{ port: 80 }] } }),
  object('v1', 'ServiceAccount', {}),
  object('v1', 'ConfigMap', { data: { a: 'b' } }),
  object('v1', 'Namespace', { metadata: { name: 'it' } }),
  object('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: {
      scaleTargetRef: target,
      maxReplicas: 3,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
      behavior: {
        scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }] },
        scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }] },
      },
    },
  }),
  object('policy/v1', 'PodDisruptionBudget', { spec: { selector: { matchLabels: labels }, maxUnavailable: 1 } }),
  object('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] } }),
  object('networking.k8s.io/v1', 'Ingress', {
    spec: {
      rules: [
        {
          host: 'a.example.com',
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'it', port: { number: 80 } } } }] },
        },
      ],
    },
  }),
  object('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  object('rbac.authorization.k8s.io/v1', 'ClusterRole', {
    metadata: { name: 'it' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  }),
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'it' },
    subjects: [{ kind: 'ServiceAccount', name: 'it', namespace: 'default' }],
  }),
  object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', {
    metadata: { name: 'it' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'it' },
    subjects: [{ kind: 'ServiceAccount', name: 'it', namespace: 'default' }],
  }),
];

const PLURALS = { NetworkPolicy: 'networkpolicies', Ingress: 'ingresses' };

/** What the server made of each seed that the seed did not say, as `{ path, kinds, value }`, in byte order of path. */
export async function sentDefaults(call) {
  const found = new Map();
  for (const seed of SEEDS) {
    const { apiVersion, kind, metadata } = seed;
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const namespace = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
    const answer = await call('POST', `${root}${namespace}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}?dryRun=All`, seed);
    if (answer.status !== 201) throw new Error(`${kind}: the API server says ${answer.status} ${JSON.stringify(answer.body.message)}`);
    for (const [path, value] of added(seed, answer.body, 'object')) {
      const where = normal(path, kind);
      const key = JSON.stringify([where, value]);
      const kinds = found.get(key)?.kinds ?? new Set();
      found.set(key, { path: where, kinds: kinds.add(`${apiVersion}/${kind}`), value });
    }
  }
  return [...found.values()]
    .map((each) => ({ ...each, kinds: [...each.kinds] }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Bookkeeping of a server: different each time, or never judged. */
const BOOKKEEPING =
  /^object\.(metadata|status)\b|\.(status|creationTimestamp|clusterIPs?|ipFamilies|ipFamilyPolicy|finalizers)$|controller-uid|job-name|^object\.spec\.selector\b/;
/** Copies of another field of the same object, and a list that the server adds to whatever it holds. */
const COPIED = /\.serviceAccount$|\.targetPort$|\.tolerations$/;
const NOT_JUDGED = new RegExp(`${BOOKKEEPING.source}|${COPIED.source}`);

function added(sent, got, path) {
  if (NOT_JUDGED.test(path)) return [];
  if (sent === undefined)
    return isMap(got) ? Object.entries(got).flatMap(([key, value]) => added(undefined, value, `${path}.${key}`)) : [[path, got]];
  if (Array.isArray(got)) return got.flatMap((each, at) => (sent[at] === undefined ? [] : added(sent[at], each, `${path}[]`)));
  return isMap(got) ? Object.entries(got).flatMap(([key, value]) => added(sent[key], value, `${path}.${key}`)) : [];
}

/** Pods stand at another place in each kind, and have three kinds of containers: both are one here, as in rules. */
function normal(path, kind) {
  const pod = kind === 'Pod' ? /^object\.spec/ : /^object\.spec\.(jobTemplate\.spec\.)?template\.spec/;
  return path.replace(pod, () => '$pod.spec').replace(/^\$pod\.spec\.(initContainers|ephemeralContainers)/, () => '$pod.spec.containers');
}

/** Defaults that the OpenAPI of the server states for the kinds of the seeds, as `path` → value; those of a list are under its brackets. */
export async function statedDefaults(call) {
  const stated = new Map();
  for (const apiVersion of new Set(SEEDS.map((each) => each.apiVersion))) {
    const { body } = await call('GET', `/openapi/v3/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`);
    const schemas = body.components.schemas;
    for (const { kind } of SEEDS.filter((each) => each.apiVersion === apiVersion)) {
      const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
      const root = Object.values(schemas).find((schema) =>
        schema['x-kubernetes-group-version-kind']?.some((of) => of.group === group && of.version === version && of.kind === kind),
      );
      walkSchema(root, 'object', schemas, [], (path, value) => {
        const where = normal(path, kind);
        stated.set(where, { path: where, value });
      });
    }
  }
  return [...stated.values()];
}

function walkSchema(schema, path, schemas, seen, say) {
  if (NOT_JUDGED.test(path)) return;
  const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1);
  if (name !== undefined && seen.includes(name)) return;
  const resolved = name === undefined ? schema : schemas[name];
  const inside = name === undefined ? seen : [...seen, name];
  // Go's own zero values are stated too; they are what "not written" means.
  const { default: value } = schema;
  if (value !== undefined && value !== '' && value !== 0 && value !== false && !(isMap(value) && Object.keys(value).length === 0))
    say(path, value);
  for (const [key, property] of Object.entries(resolved.properties ?? {})) walkSchema(property, `${path}.${key}`, schemas, inside, say);
  if (resolved.items) walkSchema(resolved.items, `${path}[]`, schemas, inside, say);
}

function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
