import { gzipSync } from 'node:zlib';
import { connect as connectHttp2 } from 'node:http2';
import { method, model } from '../../constructs/gateway/platform';
import { LiveGateway } from '../envoy/gateway';

// Groups 4 and 5: sizes, encodings and media types, whichever way the body travels.

const gateway = new LiveGateway('real');
const path = '/models/credit/v1/score';
const LIMIT = 1000;
let authorization: string;

beforeAll(async () => {
  await gateway.start([model('credit', { methods: [method('credit', 'score', { maxBodyBytes: LIMIT, timeoutMs: 1500 })] })], {
    maxBodyBytes: 5000,
  });
  authorization = `Bearer ${gateway.tokens.token({ roles: ['credit:score'] })}`;
}, 40_000);
afterAll(() => gateway.stop());

/** `{"x":1}` with blanks up to the size. */
const sized = (bytes: number): string => `{"x":1${' '.repeat(bytes - 7)}}`;
const chunked = (body: string, piece = 97): string =>
  `${(body.match(new RegExp(`[^]{1,${piece}}`, 'g')) ?? []).map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join('')}0\r\n\r\n`;
const request = (headers: readonly string[], body: string): string =>
  [`POST ${path} HTTP/1.1`, 'host: x', 'connection: close', `authorization: ${authorization}`, ...headers, '', body].join('\r\n');
const json = 'content-type: application/json';

function http2(body: string | undefined): Promise<number> {
  const session = connectHttp2(`http://127.0.0.1:${gateway.edgePort}`);
  return new Promise<number>((resolve, reject) => {
    const stream = session.request(
      { ':method': 'POST', ':path': path, authorization, 'content-type': 'application/json' },
      { endStream: body === undefined },
    );
    stream.on('response', (headers) => resolve(Number(headers[':status']))).on('error', reject);
    stream.resume();
    if (body !== undefined) stream.end(body);
  }).finally(() => session.destroy());
}

test.each([
  ['exactly the limit', LIMIT, 200],
  ['one byte more', LIMIT + 1, 413],
  ['beyond the gateway’s own limit', 6000, 413],
])('%s is the same by length, in chunks and over HTTP/2', async (_what, size, status) => {
  const body = sized(size);
  const answers = [
    (await gateway.raw(request([json, `content-length: ${size}`], body))).status,
    (await gateway.raw(request([json, 'transfer-encoding: chunked'], chunked(body)))).status,
    (await gateway.raw(request([json, 'transfer-encoding: chunked'], chunked(body, 1)))).status,
    await http2(body),
  ];
  expect(answers).toEqual([status, status, status, status]);
});

test('no body, an empty one and a late one are answered', async () => {
  expect((await gateway.raw(request([json, 'content-length: 0'], ''))).status).toBe(400);
  expect((await gateway.raw(request([json, 'transfer-encoding: chunked'], '0\r\n\r\n'))).status).toBe(400);
  expect((await gateway.raw(request([json], ''))).status).toBe(400);
  expect(await http2(undefined)).toBe(400);
  expect(await http2('')).toBe(400);
});

test('a body that is promised and never comes is 408', async () => {
  const { status, text } = await gateway.raw(request([json, 'content-length: 7'], '{"x"'), 5000);
  expect([status, text.includes('problems/request-timeout')]).toEqual([408, true]);
}, 10_000);

test('a caller that waits for "100 Continue" gets it only for a body that may come', async () => {
  const small = await gateway.raw(request([json, 'content-length: 7', 'expect: 100-continue'], '{"x":1}'));
  expect(small.text).toMatch(/HTTP\/1\.1 (100 Continue[^]*HTTP\/1\.1 )?200/);
  const large = await gateway.raw(request([json, 'content-length: 6000', 'expect: 100-continue'], ''));
  expect(large.text).not.toContain('200 OK');
});

test.each([
  ['gzip', ['content-encoding: gzip'], gzipSync('{"x":1}').toString('latin1')],
  ['br', ['content-encoding: br'], '{"x":1}'],
  ['deflate, gzip', ['content-encoding: deflate, gzip'], '{"x":1}'],
  ['a text type', ['content-type: text/plain'], '{"x":1}'],
  ['a form', ['content-type: application/x-www-form-urlencoded'], 'x=1'],
  ['multipart', ['content-type: multipart/form-data; boundary=a'], '--a--'],
  ['UTF-16 by name', ['content-type: application/json; charset=utf-16'], '{"x":1}'],
  ['a JSON type of another kind', ['content-type: application/ld+json'], '{"x":1}'],
  ['two types', [json, 'content-type: text/plain'], '{"x":1}'],
  ['no type', [], '{"x":1}'],
  ['an empty type', ['content-type:'], '{"x":1}'],
])('%s is 415', async (_what, headers, body) => {
  const types = headers.some((each) => each.startsWith('content-type')) || _what.includes('type') ? headers : [json, ...headers];
  const { status, text } = await gateway.raw(request([...types, `content-length: ${Buffer.byteLength(body, 'latin1')}`], body));
  expect([status, text.includes('problems/unsupported-media-type')]).toEqual([415, true]);
});

test.each([
  ['identity', ['content-encoding: identity', json]],
  ['UTF-8 by name', ['content-type: application/json; charset=utf-8']],
  ['another spelling', ['Content-Type: Application/JSON;charset="UTF-8"']],
])('%s is taken', async (_what, headers) => {
  expect((await gateway.raw(request([...headers, 'content-length: 7'], '{"x":1}'))).status).toBe(200);
});

test.each([
  ['a byte-order mark', '\u00ef\u00bb\u00bf{"x":1}'],
  ['UTF-16', '\u0000{\u0000"\u0000x'],
  ['broken UTF-8', '{"x":"\u00ff"}'],
  ['something behind', '{"x":1}{"x":2}'],
  ['lines of JSON', '{"x":1}\n{"x":1}'],
  ['the same key twice', '{"x":1,"x":2}'],
  ['a prototype', '{"__proto__":{"x":1}}'],
  ['no number', '{"x":NaN}'],
  ['infinity', '{"x":1e400}'],
  ['half a letter', '{"x":1,"\\ud800":1}'],
  ['a deep one', '['.repeat(400)],
])('%s is 400', async (_what, body) => {
  const { status, text } = await gateway.raw(request([json, `content-length: ${Buffer.byteLength(body, 'latin1')}`], body));
  expect([status, text.includes('problems/malformed-request')]).toEqual([400, true]);
});

test.each([
  ['a chunk longer than it says', 'transfer-encoding: chunked', '3\r\n{"x":1}\r\n0\r\n\r\n'],
  ['a chunk length that is none', 'transfer-encoding: chunked', 'zz\r\n{"x":1}\r\n0\r\n\r\n'],
  ['a negative chunk', 'transfer-encoding: chunked', '-7\r\n{"x":1}\r\n0\r\n\r\n'],
  ['a chunk length beyond all numbers', 'transfer-encoding: chunked', 'fffffffffffffffff\r\n{"x":1}\r\n0\r\n\r\n'],
  ['two transfer encodings', 'transfer-encoding: chunked, identity', '7\r\n{"x":1}\r\n0\r\n\r\n'],
  ['a hidden transfer encoding', 'transfer-encoding:\tchunked\r\ncontent-length: 5', '0\r\n\r\n'],
  ['two lengths', 'content-length: 7\r\ncontent-length: 8', '{"x":1} '],
  ['a signed length', 'content-length: +7', '{"x":1}'],
  ['two lengths in one', 'content-length: 7, 7', '{"x":1}'],
  ['a blank before the colon', 'content-length : 7', '{"x":1}'],
  ['a zero byte', 'x-a: \u0000\r\ncontent-length: 7', '{"x":1}'],
])('%s is no request, and nothing behind it becomes one', async (_what, headers, body) => {
  const smuggled = `GET /models HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`;
  const { text } = await gateway.raw(request([json, headers], body + smuggled).replace('connection: close\r\n', ''));
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
  expect(statuses).toEqual([expect.stringMatching(/^(400|501)$/)]);
  expect(text).not.toContain('"models"');
});

test.each([
  ['a folded header', 'x-a: 1\r\n content-length: 9\r\ncontent-length: 7'],
  ['a bare line feed', 'x-a: 1\ncontent-length: 7'],
])('%s is read in one way: the processor gets a request written anew', async (_what, headers) => {
  expect([200, 400]).toContain((await gateway.raw(request([json, headers], '{"x":1}'))).status);
});
