// What the node's programs are told: their configuration files and their flags.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { kubeconfig } from './certificates.mjs';
import { Net, NODE } from './place.mjs';

const CONTAINERD = '/run/containerd/containerd.sock';
const apiServer = `https://${Net.node}:${Net.apiPort}`;

/** Writes everything below `etc/` but the certificates. `programs` are the parts' paths by name. */
export function writeConfiguration(place, programs) {
  const { at } = place;
  for (const folder of ['etc/cni', 'etc/sysctl', 'log', 'etcd', 'containerd', 'kubelet', 'cni']) mkdirSync(at(folder), { recursive: true });
  for (const name of ['admin', 'kubelet', 'controller-manager', 'scheduler', 'proxy'])
    writeFileSync(at('etc', `${name}.kubeconfig`), kubeconfig(place, name, apiServer), { mode: 0o600 });
  // Pods that ask for the node's own resolution get none.
  writeFileSync(at('etc/resolv-default.conf'), '');
  writeFileSync(at('etc/resolv.conf'), `nameserver ${Net.dns}\nsearch svc.cluster.local cluster.local\n`);
  writeFileSync(at('etc/containerd.toml'), containerd(place, programs));
  const json = (file, value) => writeFileSync(at('etc', file), JSON.stringify(value, null, 1));
  json('cni/10-pods.conflist', {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        ...{ type: 'bridge', bridge: 'pods', isGateway: true, hairpinMode: true, ipMasq: false },
        ipam: { type: 'host-local', dataDir: at('cni'), ranges: [[{ subnet: Net.pods }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
  json('kubelet.json', kubelet(place));
  json('proxy.json', {
    ...{ apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration' },
    ...{ mode: 'iptables', hostnameOverride: NODE, clusterCIDR: Net.pods, bindAddress: Net.node, oomScoreAdj: 0 },
    ...{ healthzBindAddress: '127.0.0.1:10256', metricsBindAddress: '127.0.0.1:10249' },
    clientConnection: { kubeconfig: at('etc/proxy.kubeconfig') },
    // Settings of the whole machine stay as they are.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    iptables: { minSyncPeriod: '0s' },
  });
}

function containerd({ at }, programs) {
  const unused = ['internal.v1.opt', 'snapshotter.v1.btrfs', 'snapshotter.v1.zfs', 'snapshotter.v1.devmapper', 'tracing.processor.v1.otlp'];
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${at('containerd')}"
state = "/run/containerd"
disabled_plugins = [${unused.map((name) => `"io.containerd.${name}"`).join(', ')}]
[grpc]
  address = "${CONTAINERD}"
[${cri}]
  sandbox_image = "kea.local/pause:1"
  stream_server_address = "127.0.0.1"
  enable_unprivileged_ports = true
  # Where lowering a process' score for the out-of-memory killer is not allowed, runc would fail.
  restrict_oom_score_adj = true
[${cri}.containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
  BinaryName = "${programs.runc}"
[${cri}.cni]
  bin_dir = "${dirname(programs.cni)}"
  conf_dir = "${at('etc/cni')}"
`;
}

function kubelet({ at, cgroup }) {
  return {
    ...{ apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' },
    ...{ address: Net.node, healthzBindAddress: '127.0.0.1', clusterDNS: [Net.dns], clusterDomain: 'cluster.local' },
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: at('pki/ca.crt') } },
    authorization: { mode: 'Webhook' },
    ...{ tlsCertFile: at('pki/kubelet.crt'), tlsPrivateKeyFile: at('pki/kubelet.key') },
    containerRuntimeEndpoint: `unix://${CONTAINERD}`,
    ...{ cgroupDriver: 'cgroupfs', cgroupRoot: `/${cgroup}`, failCgroupV1: false, failSwapOn: false, oomScoreAdj: 0 },
    ...{ resolvConf: at('etc/resolv-default.conf'), volumePluginDir: at('kubelet/plugins-exec') },
    // Nothing is evicted and no image collected: a full disk of the machine must not fail a test.
    evictionHard: { 'memory.available': '0%', 'nodefs.available': '0%', 'nodefs.inodesFree': '0%', 'imagefs.available': '0%' },
    imageGCHighThresholdPercent: 100,
    serializeImagePulls: false,
  };
}

/** The node's programs in the order of their start: name → program and flags. */
export function components({ at }, programs) {
  const pki = (file) => at('pki', file);
  const config = (name) => at('etc', `${name}.kubeconfig`);
  const everywhere = (name) =>
    ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=${config(name)}`);
  const peer = 'http://127.0.0.1:2380';
  const store = 'http://127.0.0.1:2379';
  return {
    etcd: [
      programs.etcd,
      ...[`--data-dir=${at('etcd')}`, '--unsafe-no-fsync', `--listen-client-urls=${store}`, `--advertise-client-urls=${store}`],
      ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`],
    ],
    apiserver: [
      programs['kube-apiserver'],
      ...[`--etcd-servers=${store}`, `--bind-address=${Net.node}`, `--advertise-address=${Net.node}`, `--secure-port=${Net.apiPort}`],
      ...['--authorization-mode=Node,RBAC', '--allow-privileged', '--enable-admission-plugins=NodeRestriction'],
      ...[`--service-cluster-ip-range=${Net.services}`, `--client-ca-file=${pki('ca.crt')}`],
      ...[`--tls-cert-file=${pki('apiserver.crt')}`, `--tls-private-key-file=${pki('apiserver.key')}`],
      ...[`--kubelet-client-certificate=${pki('admin.crt')}`, `--kubelet-client-key=${pki('admin.key')}`],
      ...[`--kubelet-certificate-authority=${pki('ca.crt')}`, '--kubelet-preferred-address-types=InternalIP'],
      ...[`--requestheader-client-ca-file=${pki('ca.crt')}`, '--requestheader-allowed-names=front-proxy'],
      ...['--requestheader-username-headers=X-Remote-User', '--requestheader-group-headers=X-Remote-Group'],
      ...['--requestheader-extra-headers-prefix=X-Remote-Extra-', `--proxy-client-cert-file=${pki('front-proxy.crt')}`],
      ...[`--proxy-client-key-file=${pki('front-proxy.key')}`, '--service-account-issuer=https://kubernetes.default.svc.cluster.local'],
      ...[`--service-account-key-file=${pki('sa.key')}`, `--service-account-signing-key-file=${pki('sa.key')}`],
    ],
    'controller-manager': [
      programs['kube-controller-manager'],
      ...['--leader-elect=false', '--bind-address=127.0.0.1', ...everywhere('controller-manager'), '--use-service-account-credentials'],
      ...[`--service-account-private-key-file=${pki('sa.key')}`, `--root-ca-file=${pki('ca.crt')}`],
      ...[`--cluster-signing-cert-file=${pki('ca.crt')}`, `--cluster-signing-key-file=${pki('ca.key')}`],
      ...['--allocate-node-cidrs', `--cluster-cidr=${Net.pods}`, `--service-cluster-ip-range=${Net.services}`],
      // Autoscaling decides in seconds here, in minutes elsewhere.
      ...['--horizontal-pod-autoscaler-sync-period=5s', '--horizontal-pod-autoscaler-cpu-initialization-period=10s'],
      ...['--horizontal-pod-autoscaler-initial-readiness-delay=5s', '--horizontal-pod-autoscaler-downscale-stabilization=20s'],
    ],
    scheduler: [programs['kube-scheduler'], '--leader-elect=false', '--bind-address=127.0.0.1', ...everywhere('scheduler')],
    containerd: [programs.containerd, `--config=${at('etc/containerd.toml')}`],
    kubelet: [
      programs.kubelet,
      ...[
        `--config=${at('etc/kubelet.json')}`,
        `--kubeconfig=${config('kubelet')}`,
        `--hostname-override=${NODE}`,
        `--node-ip=${Net.node}`,
      ],
      ...[`--root-dir=${at('kubelet')}`, `--cert-dir=${at('kubelet/pki')}`, '--housekeeping-interval=5s'],
    ],
    proxy: [programs['kube-proxy'], `--config=${at('etc/proxy.json')}`],
    netpol: [programs.netpol, `--kubeconfig=${config('admin')}`],
    'metrics-server': [
      programs['metrics-server'],
      ...[...everywhere('admin'), `--bind-address=${Net.node}`, '--secure-port=4443', '--cert-dir=/run/metrics-server'],
      ...[
        '--kubelet-insecure-tls',
        '--kubelet-preferred-address-types=InternalIP',
        '--metric-resolution=10s',
        '--kubelet-request-timeout=5s',
      ],
    ],
  };
}
