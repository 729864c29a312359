// A real Kubernetes control plane on loopback: etcd and kube-apiserver, on wish with the controllers, the scheduler and a node that only says it is one.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request, Agent } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensure } from '../parts/index.mjs';
import { startNode } from './stand-in-node.mjs';

const START_MS = 60_000;
const STOP_MS = 10_000;
const NODE_CALLS_PER_SECOND = 200;

/**
 * Starts it in a new folder of its own and waits until it is ready. With `controllers` objects come to life: Deployments make pods, and a stand-in
 * node says that they run. No container is ever started.
 */
export async function startControlPlane({ controllers = false } = {}) {
  const names = ['etcd', 'kube-apiserver', ...(controllers ? ['kube-controller-manager', 'kube-scheduler'] : [])];
  const binaries = {};
  for (const name of names) binaries[name] = await ensure(name);
  const folder = mkdtempSync(join(tmpdir(), 'kea-control-plane-'));
  const [client, peer, secure, managerPort, schedulerPort] = await freePorts(5);
  const token = randomBytes(24).toString('hex');
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  const key = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  writeFileSync(join(folder, 'accounts.key'), key.privateKey, { mode: 0o600 });
  const url = `https://127.0.0.1:${secure}`;
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText(url, token), { mode: 0o600 });

  const children = [];
  const launch = (name, args) => {
    const log = openSync(join(folder, `${name}.log`), 'a');
    const child = spawn(binaries[name], args, { stdio: ['ignore', log, log] });
    children.push(child);
    return child;
  };
  launch('etcd', [
    `--data-dir=${join(folder, 'etcd')}`,
    '--unsafe-no-fsync',
    '--log-level=error',
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
  ]);
  const certificates = join(folder, 'certificates');
  const server = launch('kube-apiserver', [
    `--etcd-servers=http://127.0.0.1:${client}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${secure}`,
    `--cert-dir=${certificates}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'accounts.key')}`,
    `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
    '--service-cluster-ip-range=10.0.0.0/16',
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
  ]);
  const certificate = join(certificates, 'apiserver.crt');
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const call = (method, path, body, contentType, user) =>
    send({ port: secure, token, certificate, agent, method, path, body, contentType, user });
  let node;
  const stop = async () => {
    await node?.stop();
    agent.destroy();
    // Backwards, the server before etcd: without etcd its own shutdown can hang for minutes.
    for (const child of children.toReversed()) await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const plane = { url, token, certificate, kubeconfig, folder, call, stop };
  try {
    await ready(plane, server, join(folder, 'kube-apiserver.log'));
    if (controllers) {
      const common = [`--kubeconfig=${kubeconfig}`, '--bind-address=127.0.0.1', '--leader-elect=false'];
      const trust = [`--authentication-kubeconfig=${kubeconfig}`, `--authorization-kubeconfig=${kubeconfig}`];
      launch('kube-controller-manager', [
        ...common,
        ...trust,
        `--secure-port=${managerPort}`,
        `--service-account-private-key-file=${join(folder, 'accounts.key')}`,
        `--kube-api-qps=${NODE_CALLS_PER_SECOND}`,
        `--kube-api-burst=${NODE_CALLS_PER_SECOND}`,
        '--horizontal-pod-autoscaler-sync-period=2s',
      ]);
      launch('kube-scheduler', [...common, ...trust, `--secure-port=${schedulerPort}`]);
      node = await startNode(call);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return plane;
}

/** The certificate is the server's own and names no authority; the address is this machine's. */
function kubeconfigText(server, token) {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token } }],
  });
}

async function ready(plane, server, log) {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && server.exitCode === null) {
    const answer = existsSync(plane.certificate) ? await plane.call('GET', '/readyz').catch(() => undefined) : undefined;
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`kube-apiserver did not get ready: ${readFileSync(log, 'utf8').slice(-2000)}`);
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(timer);
}

/** Ports that were free a moment ago; all are held at once, so that they differ. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  const listening = (server) =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(server.address().port));
    });
  const ports = await Promise.all(servers.map(listening));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function send({ port, token, certificate, agent, method, path, body, contentType, user }) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent,
        ca: readFileSync(certificate),
        // The server's own certificate names the host, not the address.
        checkServerIdentity: () => undefined,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': contentType ?? 'application/json',
          ...(user === undefined ? {} : { 'impersonate-user': user }),
        },
      },
      (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = answer.headers['content-type']?.startsWith('application/json') ?? false;
          const warnings = [answer.headers['warning'] ?? []].flat();
          resolve({ status: answer.statusCode ?? 0, warnings, body: isJson ? JSON.parse(text) : { text } });
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.setTimeout(30_000, () => outgoing.destroy(new Error(`${method} ${path} took more than 30 s`)));
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
