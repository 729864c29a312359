import { sha256Hex } from '../../../core/digests';
import { isJsonObject, type JsonValue } from '../../../core/json';
import type { Client, HeadersFor } from '../client';
import type { Credentials } from '../credentials';
import { FetchFailure } from '../failure';
import type { Source } from './source';

const MANIFESTS = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
const MOST_CHALLENGE = 2000;

/**
 * `oci://registry/name@sha256:…`: the digest is that of a manifest with one layer (as ORAS pushes a file) or of the blob itself.
 * Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md
 */
export const oci: Source = async ({ request, client, credentials, budget }, path) => {
  const match = /^oci:\/\/([^/@]+)\/([a-z0-9._/-]+)@(sha256:[0-9a-f]{64})$/.exec(request.uri);
  if (!match) throw new FetchFailure(`${request.uri} is not oci://registry/name@sha256:<digest>`);
  const [, host, name, digest] = match as unknown as [string, string, string, string];
  // As every container engine does: plain HTTP only on this very machine.
  const scheme = /^(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(host) ? 'http' : 'https';
  const base = `${scheme}://${host}/v2/${name}`;
  const manifestUrl = new URL(`${base}/manifests/${digest}`);
  const authorization = await login(client, manifestUrl, credentials);
  const headers: HeadersFor = (at) => ({
    accept: `${MANIFESTS}, */*`,
    // Registries redirect blobs to object stores, which must not see the token.
    ...(authorization !== undefined && at.origin === manifestUrl.origin ? { authorization } : {}),
  });
  const manifest = await client.text(manifestUrl, headers, [200, 404, 400]);
  const blob = manifest.status === 200 ? layerOf(manifest.text, digest) : digest;
  await client.download(new URL(`${base}/blobs/${blob}`), headers, path, budget);
};

function layerOf(text: string, digest: string): string {
  if (`sha256:${sha256Hex(text)}` !== digest) throw new FetchFailure('the registry answered another manifest than the one asked for');
  const manifest = parse(text);
  const layers = isJsonObject(manifest) && Array.isArray(manifest['layers']) ? (manifest['layers'] as readonly JsonValue[]) : [];
  const layer = layers[0];
  const found = isJsonObject(layer) ? layer['digest'] : undefined;
  if (layers.length !== 1 || typeof found !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(found)) {
    throw new FetchFailure(`the manifest has ${layers.length} layers; an artifact has one`);
  }
  return found;
}

/** The `Authorization` that the registry wants: none, the user's own, or a token that its token service gives for this name. */
async function login(client: Client, url: URL, credentials: Credentials): Promise<string | undefined> {
  const user = credentials('access-key-id');
  const password = credentials('secret-access-key');
  const basic = user !== undefined && password !== undefined ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` : undefined;
  const token = credentials('token');
  if (token !== undefined) return `Bearer ${token}`;
  const first = await client.text(url, () => ({ accept: MANIFESTS }), [200, 400, 401, 404]);
  if (first.status !== 401) return undefined;
  const challenge = (first.header('www-authenticate') ?? '').slice(0, MOST_CHALLENGE);
  if (/^basic\b/i.test(challenge)) return basic;
  const parameter = (name: string): string | undefined => new RegExp(`[ ,]${name}="([^"]*)"`).exec(challenge)?.[1];
  const realm = parameter('realm');
  if (realm === undefined || !URL.canParse(realm)) throw new FetchFailure(`${url.host} wants a login that it does not explain`);
  const service = new URL(realm);
  if (service.protocol !== 'https:' && service.protocol !== url.protocol)
    throw new FetchFailure(`${url.host} wants a login over ${service.protocol}//`);
  for (const name of ['service', 'scope']) {
    const value = parameter(name);
    if (value !== undefined) service.searchParams.set(name, value);
  }
  const answer = await client.text(service, (at) => (basic !== undefined && at.origin === service.origin ? { authorization: basic } : {}));
  const granted = parse(answer.text);
  const bearer = isJsonObject(granted) ? (granted['token'] ?? granted['access_token']) : undefined;
  if (typeof bearer !== 'string') throw new FetchFailure(`${service.host} gave no token`);
  return `Bearer ${bearer}`;
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
