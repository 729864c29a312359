// Named apart from the rest, because the list of test groups is read before anything is built.
/** Parts that a cluster is made of. */
export const CLUSTER_PARTS = [
  ...['etcd', 'kubectl', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'],
  ...['containerd', 'runc', 'cni', 'coredns', 'metrics-server', 'netpol', 'pause'],
];
