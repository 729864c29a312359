import { createHash, createHmac } from 'node:crypto';

/** Keys of an S3-compatible store. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

export interface SigningInput {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly region: string;
  readonly credentials: AwsCredentials;
  readonly now: Date;
  /** Further headers that are sent and must be signed, lower case. */
  readonly headers?: { readonly [name: string]: string };
}

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Headers of a request without body that proves who asks: AWS Signature Version 4 for S3.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signedHeaders(input: SigningInput): { readonly [name: string]: string } {
  const stamp = input.now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${stamp.slice(0, 8)}/${input.region}/s3/aws4_request`;
  const { sessionToken } = input.credentials;
  const headers: { readonly [name: string]: string } = {
    ...input.headers,
    'x-amz-content-sha256': EMPTY_SHA256,
    'x-amz-date': stamp,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const canonical = Object.entries({ ...headers, host: input.url.host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = canonical.map(([name]) => name).join(';');
  const request = [
    input.method,
    canonicalPath(input.url),
    canonicalQuery(input.url),
    ...canonical.map(([name, value]) => `${name}:${value.trim()}`),
    '',
    names,
    EMPTY_SHA256,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', stamp, scope, createHash('sha256').update(request).digest('hex')].join('\n');
  const key = scope.split('/').reduce<Buffer | string>((last, part) => hmac(last, part), `AWS4${input.credentials.secretAccessKey}`);
  const signature = hmac(key, text).toString('hex');
  const credential = `${input.credentials.accessKeyId}/${scope}`;
  return { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${names},Signature=${signature}` };
}

/** Percent-encoding as S3 wants it: all but letters, digits and `-._~`. */
export function encodeS3(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function canonicalPath(url: URL): string {
  return url.pathname
    .split('/')
    .map((segment) => encodeS3(decodeURIComponent(segment)))
    .join('/');
}

function canonicalQuery(url: URL): string {
  return [...url.searchParams]
    .map(([name, value]) => `${encodeS3(name)}=${encodeS3(value)}`)
    .sort()
    .join('&');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
