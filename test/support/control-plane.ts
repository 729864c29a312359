import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensure } from '../../scripts/parts/index.mjs';

/** An API server's answer. */
export interface ApiAnswer {
  readonly status: number;
  /** Warnings of the server, such as unknown fields or Pod Security. */
  readonly warnings: readonly string[];
  readonly body: { readonly [key: string]: unknown };
}

/** A real etcd and kube-apiserver on loopback. No controllers, no kubelet: objects are judged and stored, nothing runs. */
export interface ControlPlane {
  readonly url: string;
  /** Token of an administrator. */
  readonly token: string;
  /** File with the certificate that the server shows. */
  readonly certificate: string;
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer>;
  stop(): Promise<void>;
}

const START_MS = 60_000;
const STOP_MS = 10_000;

/** Starts both in a new folder of their own and waits until the server is ready. */
export async function startControlPlane(): Promise<ControlPlane> {
  const [etcdBinary, serverBinary] = [await ensure('etcd'), await ensure('kube-apiserver')];
  const folder = mkdtempSync(join(tmpdir(), 'kea-control-plane-'));
  const [client, peer, secure] = (await freePorts(3)) as [number, number, number];
  const token = randomBytes(24).toString('hex');
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  const key = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  writeFileSync(join(folder, 'accounts.key'), key.privateKey, { mode: 0o600 });

  const etcd = launch(folder, 'etcd', etcdBinary, [
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
  const server = launch(folder, 'apiserver', serverBinary, [
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
  ]);
  const stop = async (): Promise<void> => {
    // The server first: without etcd its own shutdown can hang for minutes.
    await end(server);
    await end(etcd);
    rmSync(folder, { recursive: true, force: true });
  };
  const certificate = join(certificates, 'apiserver.crt');
  const call = (method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer> =>
    send({ port: secure, token, certificate, method, path, body, contentType });
  const plane: ControlPlane = { url: `https://127.0.0.1:${secure}`, token, certificate, call, stop };
  try {
    await ready(plane, server, join(folder, 'apiserver.log'));
  } catch (error) {
    await stop();
    throw error;
  }
  return plane;
}

async function ready(plane: ControlPlane, server: ChildProcess, log: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && server.exitCode === null) {
    const answer = existsSync(plane.certificate) ? await plane.call('GET', '/readyz').catch(() => undefined) : undefined;
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`kube-apiserver did not get ready: ${readFileSync(log, 'utf8').slice(-2000)}`);
}

function launch(folder: string, name: string, binary: string, args: readonly string[]): ChildProcess {
  const log = openSync(join(folder, `${name}.log`), 'a');
  return spawn(binary, args, { stdio: ['ignore', log, log] });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(timer);
}

/** Ports that were free a moment ago; all are held at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

interface Call {
  readonly port: number;
  readonly token: string;
  readonly certificate: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
}

function send(call: Call): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: call.port,
        method: call.method,
        path: call.path,
        ca: readFileSync(call.certificate),
        // The server's own certificate names the host, not the address.
        checkServerIdentity: () => undefined,
        headers: { authorization: `Bearer ${call.token}`, 'content-type': call.contentType ?? 'application/json' },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = answer.headers['content-type']?.startsWith('application/json') ?? false;
          const warnings = [answer.headers['warning'] ?? []].flat();
          resolve({ status: answer.statusCode ?? 0, warnings, body: isJson ? (JSON.parse(text) as ApiAnswer['body']) : { text } });
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.setTimeout(30_000, () => outgoing.destroy(new Error(`${call.method} ${call.path} took more than 30 s`)));
    outgoing.end(call.body === undefined ? undefined : JSON.stringify(call.body));
  });
}
