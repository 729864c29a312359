import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundle } from '../../../constructs/gateway/render/bundle';
import { writeBundle } from '../../../cli/run/bundle-folder';
import { Problem } from '../../../core/contract/problems';
import { packageRoot } from '../../../core/package-root';
import { html } from '../../../services/portal/html';
import { parseOptions } from '../../../services/portal/options';
import { portalServer } from '../../../services/portal/server';
import { contract, method, model, platform } from '../../schema/openapi/platform';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

let folder: string;
let portal: FastifyInstance;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kea-portal-'));
  const assets = join(folder, 'assets');
  portal = portalServer(
    { bundle: join(folder, 'bundle'), host: '127.0.0.1', port: 0, assets, client: 'kea-portal' },
    join(packageRoot(), 'services/portal'),
  );
});
afterEach(async () => {
  await portal.close();
  rmSync(folder, { recursive: true });
});

function publish(...models: Parameters<typeof platform>[0] & object): void {
  writeBundle(join(folder, 'bundle'), buildBundle(platform(models)));
}

interface Page {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request as the edge would send it; the path goes out as it is written. */
async function get(path: string, roles: readonly string[] = [], subject = 'ada'): Promise<Page> {
  if (!portal.server.listening) await portal.listen({ host: '127.0.0.1', port: 0 });
  const { port } = portal.server.address() as AddressInfo;
  const headers = { 'x-kea-roles': Buffer.from(JSON.stringify(roles)).toString('base64'), 'x-kea-subject': subject };
  const [answer] = (await once(request({ host: '127.0.0.1', port, path, headers, agent: false }).end(), 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { statusCode: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() };
}

test('the index lists what the roles admit to, and nothing of the rest', async () => {
  publish(model(), model({ name: 'secret-model', contracts: [contract({ methods: [method('score', { roles: ['boss'] })] })] }));
  const page = await get('/docs', ['credit-score:score']);
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('href="/docs/models/credit-score/v1"');
  expect(page.body).not.toContain('secret-model');
  expect((await get('/docs', [])).body).toContain('Your roles admit to no method yet');
});

test.each(['', '/openapi.json', '/reference.js'])(
  'a contract that the caller may not use looks like one that is not there: %s',
  async (suffix) => {
    publish(model());
    const hidden = await get(`/docs/models/credit-score/v1${suffix}`, ['other']);
    const missing = await get(`/docs/models/no-such/v1${suffix}`, ['other']);
    expect([hidden.statusCode, missing.statusCode]).toEqual([404, 404]);
    expect(hidden.body).toBe(missing.body);
  },
);

test('a contract page runs scripts of its own only, and its document holds what the caller may call', async () => {
  publish(model({ contracts: [contract({ methods: [method('read'), method('write', { roles: ['teacher'] })] })] }));
  const page = await get('/docs/models/credit-score/v1', ['credit-score:read']);
  expect(page.headers['content-security-policy']).toContain("script-src 'self';");
  expect(page.headers['content-security-policy']).toContain("connect-src 'self' http://localhost:8081;");
  expect(page.body).not.toMatch(/<script(?! src="\/docs\/)/);
  expect(page.body).not.toMatch(/https?:\/\/(?!kea\.dev)/);
  const document = JSON.parse((await get('/docs/models/credit-score/v1/openapi.json', ['credit-score:read'])).body) as { paths: object };
  expect(Object.keys(document.paths)).toEqual(['/models/credit-score/v1/read']);
});

test('what a model says of itself cannot become markup', async () => {
  publish(model({ description: '<script>alert(1)</script> & "quotes"' }));
  const page = await get('/docs', ['credit-score:score'], '<b>ada</b>');
  expect(page.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;');
  expect(page.body).toContain('&lt;b&gt;ada&lt;/b&gt;');
  expect(html`<p title="${'"><i>'}">${html`<b>kept</b>`}</p>`.text).toBe('<p title="&quot;&gt;&lt;i&gt;"><b>kept</b></p>');
});

test.each(Object.keys(Problem))('there is a page about the problem %s', async (name) => {
  const page = await get(`/docs/problems/${name}`);
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain(`https://kea.dev/problems/${name}`);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect((await get('/docs/problems')).body).toContain(`/docs/problems/${name}`);
});

test('an unknown page, also one with the name of an object property, is a plain 404', async () => {
  for (const path of ['/docs/problems/constructor', '/docs/nothing', '/docs/assets/../main.js', '/docs/%2e%2e/main.js'])
    expect((await get(path)).statusCode).toBe(404);
});

test('a new bundle is seen with the next request; a broken one leaves the last', async () => {
  publish(model());
  expect((await get('/docs', ['credit-score:score'])).body).toContain('Probability');
  publish(model({ description: 'Another text.' }));
  expect((await get('/docs', ['credit-score:score'])).body).toContain('Another text.');
  writeFileSync(join(folder, 'bundle/index.json'), '{"format":1');
  expect((await get('/docs', ['credit-score:score'])).body).toContain('Another text.');
});

test('it is ready once there is a bundle', async () => {
  expect((await get('/-/ready')).statusCode).toBe(503);
  publish(model());
  expect((await get('/-/ready')).statusCode).toBe(200);
});

test.each([
  [[], '--bundle is missing'],
  [['--bundle', 'x', '--port', '70000'], '--port is "70000", allowed: 0 to 65535'],
])('the call %j is refused', (args, problem) => {
  expect(parseOptions(args, '/assets')).toEqual({ problem });
});
