import { connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http';
import { method, model } from '../../constructs/gateway/platform';
import { type Answer, LiveGateway } from '../envoy/gateway';

// What no list foresees: headers that name headers, names that end lines, tokens that say things twice, trailers, ranges, null origins.

const seen: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
const gateway = new LiveGateway(
  'real',
  (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ headers: request.headers, body });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"y":0.5}');
    });
  },
  { kind: 'memory', maxBytes: 1 << 20 },
);
const path = '/models/credit/v1/score';
let token: string;
const { tokens } = gateway;
beforeAll(async () => {
  await gateway.start(
    [
      model(
        'credit',
        { methods: [method('credit', 'score'), method('credit', 'kept', { cache: { scope: 'principal', ttlSeconds: 60 } })] },
        { cors: { origins: ['https://app.example.com'] } },
      ),
      model('secret'),
    ],
    { perAddress: { perSecond: 10_000, burst: 10_000 } },
  );
  token = tokens.token({ roles: ['credit:score', 'credit:kept'] });
}, 40_000);
afterAll(() => gateway.stop());

const score = (given: string, headers: { readonly [name: string]: string } = {}, body = '{"x":1}', at = path): Promise<Answer> =>
  gateway.call('POST', at, { token: given, headers, body });

test.each([
  ['the caller', 'close, x-kea-subject, x-kea-issuer'],
  ['the roles and the route', 'x-kea-roles, x-kea-route, x-kea-part, close'],
  ['the token', 'authorization, close'],
  ['the length', 'content-length, content-type, close'],
  ['the id', 'x-request-id, x-envoy-expected-rq-timeout-ms, close'],
  ['another protocol', 'Upgrade, HTTP2-Settings'],
])('a "Connection" that names %s takes nothing away', async (_what, connection) => {
  const refused = await gateway.call('POST', '/models/secret/v1/score', { token, headers: { connection }, body: '{"x":1}' });
  expect([401, 403]).toContain(refused.status);
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\nconnection: ${connection}\r\n`;
  const before = seen.length;
  const { status } = await gateway.raw(`${head}content-length: 7\r\n\r\n{"x":1}`);
  // Served as the caller that it is, or refused; never served as nobody or with another body.
  expect([200, 400, 401, 403, 415]).toContain(status);
  for (const { body, headers } of seen.slice(before)) {
    expect(body).toBe('{"x":1}');
    expect(headers['authorization']).toBeUndefined();
  }
});

const inject = (name: string): string => `x\r\nx-kea-roles: ${Buffer.from('["secret:score"]').toString('base64')}\r\n${name}: y`;
test.each([
  ['the subject', { sub: inject('x-a') }],
  ['the client', { azp: inject('x-a') }],
  ['the id of the token', { jti: inject('x-a') }],
  ['a role', { roles: ['credit:score', inject('x-a')] }],
  ['the client, with a zero byte', { azp: 'a\u0000b' }],
])('%s that ends a line says nothing of its own', async (_what, claims) => {
  const odd = tokens.token({ roles: ['credit:score'], ...claims });
  const answer = await gateway.call('GET', '/models', { token: odd });
  expect(answer.text).not.toContain('secret');
  expect([200, 400, 401, 403, 503]).toContain(answer.status);
  expect((await score(odd, {}, '{"x":1}', '/models/secret/v1/score')).status).not.toBe(200);
  // The gateway lives on.
  expect((await score(token)).status).toBe(200);
});

const half = (text: object): string => Buffer.from(JSON.stringify(text)).toString('base64url');
test.each<[string, () => string, readonly number[]]>([
  ['a critical extension', () => tokens.token({ roles: ['credit:score'] }, { crit: ['b64'], b64: false }), [200, 401]],
  ['a key beside a path', () => tokens.token({ roles: ['credit:score'] }, { kid: '../../../../dev/null' }), [401]],
  ['a key as a query', () => tokens.token({ roles: ['credit:score'] }, { kid: "one' OR '1'='1" }), [401]],
  ['a name of a key of 4 KB', () => tokens.token({ roles: ['credit:score'] }, { kid: 'one'.repeat(1400) }), [401]],
  ['a place for keys', () => tokens.forged('otherKey', { roles: ['credit:score'] }), [401]],
  ['an end as a text', () => tokens.token({ roles: ['credit:score'], exp: '99999999999' }), [401]],
  ['an end of 1e300', () => tokens.token({ roles: ['credit:score'], exp: 1e300 }), [200, 401]],
  ['a negative end', () => tokens.token({ roles: ['credit:score'], exp: -1 }), [401]],
  ['an end of null', () => tokens.token({ roles: ['credit:score'], exp: null }), [401]],
  ['an audience among others', () => tokens.token({ roles: ['credit:score'], aud: ['x', 'kea'] }), [200]],
  ['an audience inside another', () => tokens.token({ roles: ['credit:score'], aud: 'kea-admin' }), [401]],
  ['an audience as an object', () => tokens.token({ roles: ['credit:score'], aud: { kea: true } }), [401]],
  ['roles as a text', () => tokens.token({ roles: 'credit:score' }), [403]],
  ['roles as an object', () => tokens.token({ roles: { 'credit:score': true } }), [403]],
  ['roles in a list in a list', () => tokens.token({ roles: [['credit:score']] }), [403]],
  ['a role with a blank', () => tokens.token({ roles: ['credit:score '] }), [403]],
  ['a role in another spelling', () => tokens.token({ roles: ['Credit:Score'] }), [403]],
  ['a role as a pattern', () => tokens.token({ roles: ['.*', '*', 'credit:*'] }), [403]],
  ['a subject as a number', () => tokens.token({ roles: ['credit:score'], sub: 7 }), [401, 403]],
  ['an empty subject', () => tokens.token({ roles: ['credit:score'], sub: '' }), [401, 403]],
  ['no claims at all', () => `${half({ alg: 'RS256', kid: 'one' })}.${half([])}.AAAA`, [401]],
])('a token with %s', async (_what, make, statuses) => {
  expect(statuses).toContain((await score(make())).status);
});

test.each([
  ['overlong UTF-8', '/models/credit/v1/%c0%afscore'],
  ['an overlong letter', '/models/credit/v1/%c1%b3core'],
  ['a fullwidth slash', '/models/secret%ef%bc%8f..%ef%bc%8fcredit/v1/score'],
  ['a twice escaped slash', '/models%252fcredit/v1/score'],
  ['a half escape', '/models/credit/v1/score%'],
  ['a wrong escape', '/models/credit/v1/%zzscore'],
  ['a letter that joins', '/models/credit/v1/sco\u00adre'],
  ['a raw byte', '/models/credit/v1/score\u00ff'],
  ['a question mark escaped', '/models/credit/v1/score%3fx'],
  ['an encoded dot segment', '/models/secret/v1/%2e%2e/%2e%2e/credit/v1/score%2f'],
])('%s in a path opens nothing', async (_what, odd) => {
  const before = seen.length;
  const text = `POST ${odd} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{"x":1}`;
  expect([400, 403, 404]).toContain((await gateway.raw(text)).status);
  expect(seen.length).toBe(before);
});

let asked = 0;
test.each<[string, { readonly [name: string]: string }]>([
  ['a part of it', { range: 'bytes=0-1' }],
  ['only what changed', { 'if-none-match': '*', 'if-modified-since': 'Mon, 23 Nov 2026 00:00:00 GMT' }],
  ['only what did not', { 'if-match': '"x"', 'if-unmodified-since': 'Mon, 23 Nov 1970 00:00:00 GMT' }],
  ['no kept one', { 'cache-control': 'no-cache, no-store', pragma: 'no-cache' }],
  ['only a kept one', { 'cache-control': 'only-if-cached' }],
  ['another form', { accept: 'text/html', 'accept-language': 'de', 'accept-charset': 'utf-16' }],
  ['another method', { 'x-http-method-override': 'DELETE', 'x-method-override': 'GET', 'x-http-method': 'PUT' }],
  ['another host', { 'x-forwarded-host': 'evil.example.com', 'x-host': 'evil.example.com', 'x-original-host': 'evil.example.com' }],
  ['another version', { 'x-kea-version': '9.9.9', 'kea-model-version': '9.9.9', 'x-canary': 'always' }],
  ['what another asked', { 'x-kea-subject': 'eve', 'x-forwarded-user': 'eve', 'x-auth-request-user': 'eve' }],
])('who asks for %s gets the same whole answer, and leaves nothing for others', async (_what, headers) => {
  const at = '/models/credit/v1/kept';
  const body = `{"x":${++asked}}`;
  for (let turn = 0; turn < 4; turn++) {
    const answer = await score(token, headers, body, at);
    expect([answer.status, answer.text]).toEqual([200, '{"y":0.5}']);
    for (const name of ['location', 'set-cookie', 'content-range', 'etag']) expect(answer.headers[name]).toBeUndefined();
  }
  const eve = await score(tokens.token({ sub: 'eve', roles: ['credit:kept'] }), {}, body, at);
  expect([eve.status, eve.text, eve.headers['cache-status']?.includes('hit') ?? false]).toEqual([200, '{"y":0.5}', false]);
});

test('trailers name no caller, no route and no length', async () => {
  const trailers = `x-kea-subject: root\r\nx-kea-route: secret/v1/score\r\ncontent-length: 1\r\nauthorization: Bearer x\r\n`;
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nte: trailers\r\ntrailer: x-kea-subject\r\n\r\n`;
  const before = seen.length;
  expect([200, 400]).toContain((await gateway.raw(`${head}7\r\n{"x":1}\r\n0\r\n${trailers}\r\n`)).status);
  for (const { headers } of seen.slice(before))
    expect(Object.keys(headers).filter((name) => /^x-kea|authorization/.test(name))).toEqual([]);
});

test.each(['null', 'https://app.example.com.evil.example', 'http://app.example.com', 'https://APP.example.com/', 'file://'])(
  'the origin %s is not that of the declared page',
  async (origin) => {
    const preflight = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
    const asked = await gateway.call('OPTIONS', path, { headers: preflight });
    const called = await score(token, { origin });
    for (const { headers } of [asked, called]) {
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
  },
);

function http2(headers: OutgoingHttpHeaders): Promise<number> {
  const session = connectHttp2(`http://127.0.0.1:${gateway.edgePort}`);
  return new Promise<number>((resolve) => {
    session.on('error', () => resolve(0));
    const json = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const stream = session.request({ ':method': 'POST', ':path': path, ...json, ...headers });
    stream.on('response', (answer) => resolve(Number(answer[':status']))).on('error', () => resolve(0));
    stream.on('close', () => resolve(0)).resume();
    stream.end('{"x":1}');
  }).finally(() => session.destroy());
}

test.each<[string, OutgoingHttpHeaders, readonly number[]]>([
  ['a path without a slash', { ':path': 'models/credit/v1/score' }, [0, 400, 403, 404]],
  ['a whole address as its path', { ':path': 'http://evil.example.com/models/secret/v1/score' }, [0, 400, 403, 404]],
  ['a path of another host', { ':path': '//evil.example.com/models/credit/v1/score' }, [0, 400, 403, 404]],
  ['a line end in its path', { ':path': `${path}?a=%0d%0ax-kea-route:%20secret/v1/score` }, [200]],
  ['a host beside the authority', { ':authority': 'a.example.com', host: 'b.example.com' }, [0, 200, 400]],
  ['an authority with a name in it', { ':authority': 'root:x@models.example.com' }, [0, 200, 400]],
  ['a method that nobody knows', { ':method': 'PROPFIND' }, [0, 400, 403, 404, 405]],
  ['a method in small letters', { ':method': 'post' }, [0, 400, 403, 404, 405]],
  ['a scheme that nobody knows', { ':scheme': 'javascript' }, [0, 200, 400]],
  ['a wrong length', { 'content-length': '3' }, [0, 400]],
  ['a forged caller', { 'x-kea-subject': 'root', 'x-kea-roles': 'W10=' }, [200]],
])('over HTTP/2 %s', async (_what, headers, statuses) => {
  expect(statuses).toContain(await http2(headers));
  expect(await http2({})).toBe(200);
});
