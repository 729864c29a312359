// A real Kubernetes cluster of one node on this machine: no Docker, no systemd, no network. It lives in namespaces of its own, so that nothing in it can
// reach anything else, several can run side by side, and the end of its first process ends everything. Only the API server is reached from outside.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildImage } from '../images/index.mjs';
import { ensure } from '../parts/index.mjs';
import { asRoot, execute, works } from '../parts/tools.mjs';
import { kubeconfig, makeCertificates } from './certificates.mjs';
import { makeCgroups, removeCgroups } from './cgroups.mjs';
import { writeConfiguration } from './configuration.mjs';
import { clusterObjects } from './objects.mjs';
import { CLUSTER_PARTS } from './parts.mjs';
import { alive, NODE, placeOf, startOf } from './place.mjs';

const here = dirname(fileURLToPath(import.meta.url));

const TOOLS = {
  ip: ['-V'],
  iptables: ['--version'],
  nft: ['--version'],
  conntrack: ['--version'],
  unshare: ['--version'],
  nsenter: ['--version'],
  openssl: ['version'],
};
const OWN = [
  'pki',
  'etc',
  'log',
  'etcd',
  'containerd',
  'kubelet',
  'cni',
  'volumes',
  'kubeconfig',
  'init.pid',
  'forward.pid',
  'api.sock',
  'port',
];

export class ClusterError extends Error {}

/** Starts a cluster in the folder; resolves with the path of its kubeconfig. Rejects with ClusterError when the machine cannot run one. */
export async function up(folder) {
  if (process.platform !== 'linux' || !asRoot())
    throw new ClusterError('a cluster needs Linux and root: it makes namespaces, mounts and control groups');
  mkdirSync(folder, { recursive: true });
  const place = placeOf(folder);
  if (alive(place.init)) throw new ClusterError(`a cluster already runs in ${place.dir}`);
  const programs = {};
  for (const name of CLUSTER_PARTS) programs[name] = await ensure(name);
  process.env.PATH = [...new Set([process.env.PATH, dirname(programs.containerd), dirname(programs.runc), '/usr/sbin', '/sbin'])].join(
    delimiter,
  );
  for (const [tool, args] of Object.entries(TOOLS))
    if (!(await works(tool, args)))
      throw new ClusterError(`the cluster's node needs "${tool}": apt-get install iproute2 iptables nftables conntrack util-linux openssl`);
  const images = [await buildImage('pause'), await buildImage('coredns')];
  await clean(place);
  await makeCertificates(place);
  writeConfiguration(place, programs);
  makeCgroups(place.cgroup);
  await startNode(place, programs);
  const cluster = new Cluster(place, programs);
  try {
    await cluster.start(images);
  } catch (error) {
    await down(folder, { keepLogs: true });
    throw error;
  }
  return cluster;
}

async function startNode(place, programs) {
  const flags = ['--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--mount-proc', '--propagation', 'private', '--kill-child=KILL'];
  const node = [programs.pause, process.execPath, join(here, 'node.mjs'), place.dir, JSON.stringify(programs)];
  const outer = detached(place, 'init', 'unshare', [...flags, ...node]);
  const inner = await until('the namespaces', 5, place.at('log/init.log'), () => {
    const [pid] = readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim().split(' ');
    if (!pid) throw new Error('no process in them');
    return Number(pid);
  });
  record(place.init, inner);
  await until('the door to the API server', 15, place.at('log/init.log'), () => {
    if (!existsSync(place.socket)) throw new Error('not open');
  });
  record(place.forward, detached(place, 'door', process.execPath, [join(here, 'door.mjs'), place.dir]));
  const port = await until(
    'a port',
    5,
    place.at('log/door.log'),
    () => Number(readFileSync(place.port, 'utf8')) || Promise.reject(new Error('none')),
  );
  writeFileSync(place.kubeconfig, kubeconfig(place, 'admin', `https://127.0.0.1:${port}`), { mode: 0o600 });
}

function detached(place, name, program, args) {
  const log = openSync(place.at('log', `${name}.log`), 'a');
  const child = spawn(program, args, { stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  child.once('error', () => {});
  child.unref();
  if (child.pid === undefined) throw new ClusterError(`${program} does not start`);
  return child.pid;
}

const record = (file, pid) => writeFileSync(file, `${pid} ${startOf(pid)}`);

/** Tries until it works; rejects with the reason and the end of a log. */
async function until(what, seconds, log, attempt) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) {
        const tail = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-15).join('\n') : '';
        throw new ClusterError(`the cluster has no ${what} after ${seconds} s: ${error.message}\n${tail}`);
      }
      await delay(200);
    }
  }
}

/** A cluster that runs. */
export class Cluster {
  constructor(place, programs) {
    this.place = place;
    this.programs = programs;
    this.kubeconfig = place.kubeconfig;
  }

  async start(images) {
    const log = (name) => this.place.at('log', `${name}.log`);
    await until('containerd', 30, log('containerd'), () => this.exec('ctr', 'version'));
    for (const { archive } of images) await this.load(archive);
    await until('API server', 60, log('apiserver'), () => this.kubectl('get', '--raw', '/readyz'));
    await until('service accounts', 30, log('controller-manager'), () => this.kubectl('-n', 'default', 'get', 'serviceaccount', 'default'));
    writeFileSync(this.place.at('etc/objects.json'), JSON.stringify(clusterObjects(this.place)));
    await until('objects', 30, log('apiserver'), () => this.kubectl('apply', '-f', this.place.at('etc/objects.json')));
    await until('node', 60, log('kubelet'), () => this.kubectl('wait', '--for=condition=Ready', `node/${NODE}`, '--timeout=1s'));
    await until('DNS', 60, log('kubelet'), () =>
      this.kubectl('-n', 'kube-system', 'wait', '--for=condition=Available', 'deployment/coredns', '--timeout=1s'),
    );
    await until('metrics', 60, log('metrics-server'), () => this.kubectl('get', '--raw', `/apis/metrics.k8s.io/v1beta1/nodes/${NODE}`));
  }

  /** Output of kubectl. */
  kubectl(...args) {
    return execute(this.programs.kubectl, args, { environment: { KUBECONFIG: this.kubeconfig }, timeoutMs: 180_000, most: Infinity });
  }

  /** Program and arguments that run a command on the node: it sees pods, Services and the cluster's names. */
  command(...command) {
    const pid = alive(this.place.init);
    if (pid === undefined) throw new ClusterError(`no cluster runs in ${this.place.dir}`);
    return ['nsenter', ['--target', String(pid), '--net', '--mount', '--uts', '--ipc', '--pid', '--', ...command]];
  }

  /** Output of a command on the node. */
  async exec(...command) {
    return execute(...this.command(...command), { most: Infinity });
  }

  /** Imports an archive. A pod that pins a digest finds it only under a name with that digest, which containerd does not give by itself. */
  async load(archive) {
    await this.exec('ctr', '--namespace', 'k8s.io', 'images', 'import', archive);
    const lines = (await this.exec('ctr', '--namespace', 'k8s.io', 'images', 'ls')).split('\n').slice(1);
    const images = lines.map((line) => line.split(/\s+/)).filter(([name]) => name && !name.includes('@') && !name.startsWith('sha256:'));
    for (const [name, , digest] of images) {
      const pinned = `${name.replace(/:[^:/]*$/, '')}@${digest}`;
      if (!lines.some((line) => line.startsWith(`${pinned} `)))
        await this.exec('ctr', '--namespace', 'k8s.io', 'images', 'tag', '--force', name, pinned);
    }
  }
}

/** The cluster that runs in the folder. */
export async function attach(folder) {
  const place = placeOf(folder);
  if (alive(place.init) === undefined) throw new ClusterError(`no cluster runs in ${place.dir}`);
  const programs = { kubectl: await ensure('kubectl'), containerd: await ensure('containerd') };
  process.env.PATH = [process.env.PATH, dirname(programs.containerd), '/usr/sbin', '/sbin'].join(delimiter);
  return new Cluster(place, programs);
}

/** Ends a cluster and removes everything that it made, its images and volumes included. */
export async function down(folder, { keepLogs = false } = {}) {
  if (!existsSync(folder)) return;
  const place = placeOf(folder);
  for (const file of [place.init, place.forward]) {
    const pid = alive(file);
    if (pid === undefined) continue;
    process.kill(pid, 'SIGKILL');
    // The kernel ends all others of its namespace before the first process is gone.
    for (let left = 100; alive(file) !== undefined && left > 0; left -= 1) await delay(100);
    if (alive(file) !== undefined) throw new ClusterError(`process ${pid} does not end`);
  }
  await clean(place, keepLogs);
}

async function clean(place, keepLogs = false) {
  await removeCgroups(place.cgroup);
  for (const name of OWN) if (!(keepLogs && name === 'log')) rmSync(place.at(name), { recursive: true, force: true });
}
