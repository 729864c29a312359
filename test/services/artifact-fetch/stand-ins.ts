import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that tests started; `close` ends its connections too. */
export interface StandIn {
  readonly url: string;
  readonly host: string;
  /** Paths with query, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function listen(handler: RequestListener, tls?: { readonly key: string; readonly cert: string }): Promise<StandIn> {
  const asked: string[] = [];
  const counted: RequestListener = (request, response) => {
    asked.push(request.url ?? '');
    handler(request, response);
  };
  const server: Server = tls ? createHttps(tls, counted) : createHttp(counted);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${tls ? 'https' : 'http'}://${host}`,
    host,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Key and certificate of an authority for 127.0.0.1 that nobody else trusts. */
export function certificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'kea-cert-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

export const S3_KEYS = { id: 'AKIASTANDIN', secret: 'secret/with+signs', region: 'eu-central-1' } as const;

/**
 * A stand-in for an S3-compatible store: GET of objects and ListObjectsV2 in pages of two.
 * It recomputes the signature of every request from what it received, with a secret of its own, and refuses those that differ.
 */
export function s3StandIn(
  objects: { readonly [key: string]: Buffer },
  bucket: string,
  trouble: { failures?: number } = {},
): Promise<StandIn> {
  let left = trouble.failures ?? 0;
  return listen((request, response) => {
    const error = (status: number, code: string): void => {
      response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
    };
    if (left-- > 0) return error(503, 'SlowDown');
    if (!isSigned(request)) return error(403, 'SignatureDoesNotMatch');
    const url = new URL(request.url ?? '', 'http://x');
    const key = decodeURIComponent(url.pathname).slice(bucket.length + 2);
    if (url.searchParams.get('list-type') === '2') {
      const prefix = url.searchParams.get('prefix') ?? '';
      const keys = Object.keys(objects).filter((name) => name.startsWith(prefix));
      const from = Number(url.searchParams.get('continuation-token')?.slice('page&'.length) ?? 0);
      const page = keys
        .slice(from, from + 2)
        .map((name) => `<Contents><Key>${encodeURIComponent(name).replaceAll('%20', '+')}</Key></Contents>`);
      const next = from + 2 < keys.length ? `<NextContinuationToken>page&amp;${from + 2}</NextContinuationToken>` : '';
      return void response.end(`<ListBucketResult>${page.join('')}${next}</ListBucketResult>`);
    }
    const found = objects[key];
    if (!found) return error(404, 'NoSuchKey');
    response.end(found);
  });
}

/** AWS Signature Version 4, step by step from the request as it came in. */
function isSigned(request: IncomingMessage): boolean {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      (request.headers.authorization ?? '').replaceAll(',', ', ').replaceAll(',  ', ', '),
    );
  if (!match) return false;
  const [, id, day = '', region = '', names = '', signature] = match;
  const [path = '', query = ''] = (request.url ?? '').split('?');
  // The query as it was sent: S3 sorts names and encodes a space as %20.
  const parameters = query === '' ? [] : query.split('&').map((pair) => pair.replaceAll('+', '%20'));
  const lines = ['GET', path, parameters.sort().join('&')];
  for (const name of names.split(';')) lines.push(`${name}:${String(request.headers[name])}`);
  lines.push('', names, String(request.headers['x-amz-content-sha256']));
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
  const stamp = String(request.headers['x-amz-date']);
  const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = hmac(hmac(hmac(hmac(`AWS4${S3_KEYS.secret}`, day), region), 's3'), 'aws4_request');
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${day}/${region}/s3/aws4_request\n${sha(lines.join('\n'))}`;
  const fresh = Math.abs(Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')) - Date.now()) < 900_000;
  const covered = ['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.split(';').includes(name));
  return fresh && covered && id === S3_KEYS.id && region === S3_KEYS.region && hmac(key, text).toString('hex') === signature;
}
