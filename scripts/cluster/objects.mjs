// What every cluster has beside its nodes: names, metrics, a default class of volumes. Names and labels are the usual ones, so that policies fit.
import { mkdirSync } from 'node:fs';
import { Net, NODE } from './place.mjs';

const VOLUMES = 8;
const system = (name, labels) => ({ name, namespace: 'kube-system', ...(labels ? { labels } : {}) });

export function clusterObjects(place) {
  return { apiVersion: 'v1', kind: 'List', items: [...names(), ...metrics(), ...volumes(place)] };
}

function names() {
  const labels = { 'k8s-app': 'kube-dns' };
  const rbac = 'rbac.authorization.k8s.io';
  const corefile = `.:53 {
  errors
  health
  ready
  prometheus :9153
  kubernetes cluster.local in-addr.arpa {
    pods insecure
    ttl 5
  }
  cache 5
  loadbalance
}
`;
  const port = (name, number, protocol) => ({ name, port: number, protocol });
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: system('coredns') },
    {
      ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: 'system:coredns' } },
      rules: [
        { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
    },
    {
      ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name: 'system:coredns' } },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'system:coredns' },
      subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }],
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: system('coredns'), data: { Corefile: corefile } },
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: system('coredns', labels) },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            ...{ serviceAccountName: 'coredns', priorityClassName: 'system-cluster-critical', dnsPolicy: 'Default' },
            containers: [
              {
                ...{ name: 'coredns', image: 'kea.local/coredns:1', imagePullPolicy: 'Never', args: ['-conf', '/etc/coredns/Corefile'] },
                securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
                readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
                resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
                volumeMounts: [{ name: 'config', mountPath: '/etc/coredns' }],
              },
            ],
            volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
          },
        },
      },
    },
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: system('kube-dns', labels) },
      spec: {
        clusterIP: Net.dns,
        selector: labels,
        ports: [port('dns', 53, 'UDP'), port('dns-tcp', 53, 'TCP'), port('metrics', 9153, 'TCP')],
      },
    },
  ];
}

/** metrics-server is a process beside the kubelet; this is how the API server finds it. */
function metrics() {
  const name = 'metrics-server';
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: system(name), spec: { ports: [{ name: 'https', port: 443, targetPort: 4443 }] } },
    {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: system(name, { 'kubernetes.io/service-name': name }) },
      ...{ addressType: 'IPv4', ports: [{ name: 'https', port: 4443, protocol: 'TCP' }] },
      endpoints: [{ addresses: [Net.node], conditions: { ready: true } }],
    },
    {
      ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1beta1.metrics.k8s.io' } },
      spec: {
        ...{ group: 'metrics.k8s.io', version: 'v1beta1', service: { name, namespace: 'kube-system' } },
        ...{ groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true },
      },
    },
  ];
}

/** Some empty volumes on the node's disk, for claims that name no class. */
function volumes({ at }) {
  const storageClass = {
    ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'kubernetes.io/no-provisioner' },
    metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    volumeBindingMode: 'WaitForFirstConsumer',
  };
  const here = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [NODE] }] };
  return [
    storageClass,
    ...Array.from({ length: VOLUMES }, (_, index) => {
      const path = at('volumes', String(index + 1));
      mkdirSync(path, { recursive: true });
      return {
        ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `local-${index + 1}` } },
        spec: {
          ...{ storageClassName: 'local', capacity: { storage: '100Gi' }, accessModes: ['ReadWriteOnce', 'ReadWriteMany'] },
          ...{ persistentVolumeReclaimPolicy: 'Retain', local: { path } },
          nodeAffinity: { required: { nodeSelectorTerms: [here] } },
        },
      };
    }),
  ];
}
