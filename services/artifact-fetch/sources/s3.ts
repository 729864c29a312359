import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Client, HeadersFor } from '../client';
import type { Credentials } from '../credentials';
import { FetchFailure } from '../failure';
import { safePath } from '../safe-path';
import { encodeS3, signedHeaders } from '../sigv4';
import type { Source } from './source';

const MOST_OBJECTS = 10_000;

/** `s3://bucket/key`: one object, or for a folder every object below the key; also one archive, where the key names a `.tar.gz`. */
export const s3: Source = async ({ request, client, credentials, budget }, path) => {
  const { bucket, key } = parse(request.uri);
  const base = bucketUrl(bucket, credentials);
  const headers = signer(credentials);
  if (!request.isFolder || /\.(tar\.gz|tgz|tar)$/.test(key)) return client.download(objectUrl(base, key), headers, path, budget);
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
  const keys = await list(client, base, prefix, headers);
  if (keys.length === 0) throw new FetchFailure(`there is no object below ${request.uri}`);
  for (const found of keys) {
    const file = join(path, safePath(found.slice(prefix.length)));
    await mkdir(dirname(file), { recursive: true });
    await client.download(objectUrl(base, found), headers, file, budget);
  }
};

function parse(uri: string): { readonly bucket: string; readonly key: string } {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(uri);
  if (!match?.[1]) throw new FetchFailure(`${uri} is not s3://bucket/key`);
  return { bucket: match[1], key: match[2] ?? '' };
}

/** The bucket's URL, with a trailing slash. Stores with an endpoint of their own know buckets by path. */
function bucketUrl(bucket: string, credentials: Credentials): URL {
  const endpoint = credentials('endpoint');
  const text =
    endpoint === undefined
      ? `https://${bucket.includes('.') ? `s3.${region(credentials)}.amazonaws.com/${bucket}` : `${bucket}.s3.${region(credentials)}.amazonaws.com`}/`
      : `${endpoint.replace(/\/+$/, '')}/${bucket}/`;
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new FetchFailure('the credential "endpoint" is not an http or https address');
  return new URL(text);
}

function objectUrl(base: URL, key: string): URL {
  const url = new URL(base);
  url.pathname += key.split('/').map(encodeS3).join('/');
  // `URL` resolves `..`; then another object would be fetched than was named.
  if (decodeURIComponent(url.pathname) !== decodeURIComponent(base.pathname) + key)
    throw new FetchFailure(`the key ${JSON.stringify(key)} is not a plain path`);
  return url;
}

/** Keys below a prefix; names that end in `/` are folders that a console made, and hold nothing. */
async function list(client: Client, base: URL, prefix: string, headers: HeadersFor): Promise<readonly string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const url = new URL(base);
    url.search = new URLSearchParams({
      ...(token === undefined ? {} : { 'continuation-token': token }),
      'encoding-type': 'url',
      'list-type': '2',
      prefix,
    }).toString();
    const { text } = await client.text(url, headers);
    for (const [, key] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) keys.push(decodeURIComponent((key ?? '').replace(/\+/g, ' ')));
    if (keys.length > MOST_OBJECTS) throw new FetchFailure(`the folder holds more than ${MOST_OBJECTS} objects`);
    token = plain(/<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(text)?.[1]);
  } while (token !== undefined);
  if (keys.some((key) => !key.startsWith(prefix))) throw new FetchFailure('the store listed objects outside of the folder');
  return keys.filter((key) => !key.endsWith('/'));
}

function plain(xml: string | undefined): string | undefined {
  const signs: { readonly [entity: string]: string } = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" };
  return xml?.replace(/&(amp|lt|gt|quot|apos);/g, (entity) => signs[entity] ?? entity) || undefined;
}

/** Signs where there are keys; a public bucket needs none. */
function signer(credentials: Credentials): HeadersFor {
  const accessKeyId = credentials('access-key-id');
  const secretAccessKey = credentials('secret-access-key');
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new FetchFailure('of the credentials "access-key-id" and "secret-access-key" one is missing');
  }
  if (accessKeyId === undefined || secretAccessKey === undefined) return () => ({});
  const sessionToken = credentials('token');
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  return (url) => signedHeaders({ method: 'GET', url, region: region(credentials), credentials: keys, now: new Date() });
}

function region(credentials: Credentials): string {
  return credentials('region') ?? 'us-east-1';
}
