import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressOf, askDigest } from '../../../cli/images/registry';

const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] });
const DIGEST = `sha256:${createHash('sha256').update(MANIFEST).digest('hex')}`;

// A stand-in for a registry: the distribution protocol's answers to one question, with its ways to refuse.
let server: Server;
let host = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://registry');
    const end = (status: number, body: string, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, headers).end(body);
    if (url.pathname === '/token') return end(200, JSON.stringify({ token: `for ${url.searchParams.get('scope')}` }));
    const [, repository, tag] = /^\/v2\/(.*)\/manifests\/(.*)$/.exec(url.pathname) ?? [];
    if (repository === 'open/app' && tag === '1') return end(200, MANIFEST, { 'docker-content-digest': DIGEST });
    if (repository === 'lying/app') return end(200, MANIFEST, { 'docker-content-digest': `sha256:${'0'.repeat(64)}` });
    if (repository === 'page/app') return end(200, '<html>log in</html>');
    if (repository === 'closed/app') return end(403, '');
    if (repository !== 'token/app') return end(404, '{}');
    if (request.headers.authorization === 'Bearer for repository:token/app:pull') return end(200, MANIFEST);
    return end(401, '', { 'www-authenticate': `Bearer realm="http://${host}/token",service="registry",scope="repository:token/app:pull"` });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

const ask = (repository: string, tag = '1'): Promise<string> => askDigest(addressOf(`${host}/${repository}`, tag));

test('a digest is the one of the bytes that came, with or without a token', async () => {
  expect(await ask('open/app')).toBe(DIGEST);
  expect(await ask('token/app')).toBe(DIGEST);
});

test('whatever a registry does instead, no digest comes of it', async () => {
  await expect(ask('open/app', '2')).rejects.toThrow(`${host} has no open/app:2`);
  await expect(ask('lying/app')).rejects.toThrow(/states sha256:0+ and sends bytes of sha256:/);
  await expect(ask('page/app')).rejects.toThrow(`${host} sends something that is no image manifest`);
  await expect(ask('closed/app')).rejects.toThrow(`${host} does not show closed/app without a login`);
  await expect(askDigest(addressOf('localhost:59998/app', '1'))).rejects.toThrow('localhost:59998 cannot be reached (ECONNREFUSED)');
});

test('names are read as container engines read them', () => {
  expect(addressOf('redis', '7')).toEqual({ host: 'docker.io', repository: 'library/redis', tag: '7' });
  expect(addressOf('docker.io/library/redis', '7')).toEqual({ host: 'docker.io', repository: 'library/redis', tag: '7' });
  expect(addressOf('quay.io/keycloak/keycloak', '26')).toEqual({ host: 'quay.io', repository: 'keycloak/keycloak', tag: '26' });
  expect(addressOf('localhost:5000/app', '1')).toEqual({ host: 'localhost:5000', repository: 'app', tag: '1' });
});
