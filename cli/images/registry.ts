import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const TIMEOUT_MS = 20_000;
/** A manifest is small; what is not is none. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Why a registry did not tell a digest, in words that end a sentence. */
export class RegistryRefusal extends Error {}

export interface ImageAddress {
  /** `docker.io`, `registry.example.com:5000` */
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
}

/** Takes a name apart as container engines do: a first segment with a dot or a colon, or `localhost`, is a host; without one it is Docker's. */
export function addressOf(name: string, tag: string): ImageAddress {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  if (first.includes('.') || first.includes(':') || first === 'localhost')
    return official({ host: first, repository: name.slice(slash + 1), tag });
  return official({ host: 'docker.io', repository: name, tag });
}

function official(address: ImageAddress): ImageAddress {
  const short = address.host === 'docker.io' && !address.repository.includes('/');
  return short ? { ...address, repository: `library/${address.repository}` } : address;
}

/**
 * The digest that a registry states for a tag now, checked against the bytes that it sent.
 *
 * @throws RegistryRefusal with the reason
 */
export async function askDigest(address: ImageAddress): Promise<string> {
  const base = `${isLocal(address.host) ? 'http' : 'https'}://${address.host === 'docker.io' ? 'registry-1.docker.io' : address.host}`;
  const url = `${base}/v2/${address.repository}/manifests/${encodeURIComponent(address.tag)}`;
  let answer = await ask(url, { accept: ACCEPT });
  if (answer.status === 401) {
    const authorization = await authorize(answer.headers.get('www-authenticate') ?? '', address);
    answer = await ask(url, { accept: ACCEPT, authorization });
  }
  if (answer.status === 404) throw new RegistryRefusal(`${address.host} has no ${address.repository}:${address.tag}`);
  if (answer.status === 401 || answer.status === 403)
    throw new RegistryRefusal(`${address.host} does not show ${address.repository} without a login (docker login ${address.host})`);
  if (answer.status === 429) throw new RegistryRefusal(`${address.host} has had too many questions; try again later`);
  if (!answer.ok) throw new RegistryRefusal(`${address.host} answers ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (bytes.length > MOST_BYTES || !isManifest(bytes))
    throw new RegistryRefusal(`${address.host} sends something that is no image manifest`);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const stated = answer.headers.get('docker-content-digest');
  if (stated !== null && stated !== digest) throw new RegistryRefusal(`${address.host} states ${stated} and sends bytes of ${digest}`);
  return digest;
}

/** A registry of this machine, which is spoken to without TLS, as container engines do. */
export function isLocal(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}

function isManifest(bytes: Uint8Array): boolean {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as { schemaVersion?: unknown };
    return value.schemaVersion === 2;
  } catch {
    return false;
  }
}

async function ask(url: string, headers: { readonly [name: string]: string }): Promise<Response> {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const { cause, name, message } = error as Error & { cause?: { code?: string; message?: string } };
    const reason = name === 'TimeoutError' ? `no answer in ${TIMEOUT_MS / 1000} s` : (cause?.code ?? cause?.message ?? message);
    throw new RegistryRefusal(`${new URL(url).host} cannot be reached (${reason})`);
  }
}

/** Answers a registry's challenge: a token from the place that it names, or the stored login itself. */
async function authorize(challenge: string, address: ImageAddress): Promise<string> {
  const login = storedLogin(address.host);
  const basic = login === undefined ? undefined : `Basic ${login}`;
  const [scheme = ''] = challenge.split(' ', 1);
  if (scheme.toLowerCase() !== 'bearer') {
    if (basic) return basic;
    throw new RegistryRefusal(`${address.host} wants a login (docker login ${address.host})`);
  }
  const field = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
  const realm = field('realm');
  if (!realm || !URL.canParse(realm)) throw new RegistryRefusal(`${address.host} does not say where its tokens are`);
  const url = new URL(realm);
  const service = field('service');
  if (service) url.searchParams.set('service', service);
  url.searchParams.set('scope', field('scope') ?? `repository:${address.repository}:pull`);
  const answer = await ask(url.href, basic ? { authorization: basic } : {});
  if (!answer.ok) throw new RegistryRefusal(`${address.host} refuses a token for ${address.repository} (${answer.status})`);
  const { token, access_token: other } = (await answer.json()) as { token?: string; access_token?: string };
  const bearer = token ?? other;
  if (!bearer) throw new RegistryRefusal(`${url.host} sends no token`);
  return `Bearer ${bearer}`;
}

/** What `docker login` stored for a host, when it stored it in its file and not in a helper. */
function storedLogin(host: string): string | undefined {
  try {
    const folder = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
    const { auths } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { auths?: Record<string, { auth?: string }> };
    const names = host === 'docker.io' ? ['https://index.docker.io/v1/', 'docker.io'] : [host, `https://${host}`];
    return names.map((name) => auths?.[name]?.auth).find((auth) => auth !== undefined && auth !== '');
  } catch {
    return undefined;
  }
}
