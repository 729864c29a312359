import { signedHeaders } from '../../../services/artifact-fetch/sigv4';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const now = new Date('2013-05-24T00:00:00Z');

// The examples that AWS publishes: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
test.each([
  [
    'an object',
    'https://examplebucket.s3.amazonaws.com/test.txt',
    { range: 'bytes=0-9' },
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'a subresource',
    'https://examplebucket.s3.amazonaws.com/?lifecycle',
    {},
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'a listing',
    'https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J',
    {},
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
])('signs %s as AWS does', (_, url, headers, signature) => {
  const signed = signedHeaders({
    method: 'GET',
    url: new URL(url),
    region: 'us-east-1',
    credentials,
    now,
    headers: headers as Record<string, string>,
  });
  expect(signed['authorization']).toMatch(new RegExp(`Signature=${signature}$`));
  expect(signed['authorization']).not.toContain(credentials.secretAccessKey);
});

test('a session token is sent and signed', () => {
  const signed = signedHeaders({
    ...{ method: 'GET', url: new URL('https://b.s3.amazonaws.com/k'), region: 'us-east-1', now },
    credentials: { ...credentials, sessionToken: 'session' },
  });
  expect(signed['x-amz-security-token']).toBe('session');
  expect(signed['authorization']).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token');
});
