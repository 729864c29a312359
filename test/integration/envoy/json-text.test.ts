import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { method, model, version } from '../../constructs/gateway/platform';
import { RecordingModel, sendJson } from '../../support/recording-model';
import { LiveGateway } from './gateway';

// Group 6: texts that two parsers could read in two ways. Each is refused before the model, or the model gets its very bytes;
// by a known length, in chunks and over HTTP/2 alike.

const seen = new RecordingModel();
seen.answer = (call, response) => sendJson(response, JSON.stringify({ heard: call.body }));
const gateway = new LiveGateway('real', seen.listener);
const path = '/models/credit/v1/score';
let session: ClientHttp2Session;
let authorization: string;

beforeAll(async () => {
  await gateway.start([
    model('credit', {
      versions: [version('1.0.0', { framework: 'container' })],
      methods: [method('credit', 'score', { request: {}, response: {}, maxBodyBytes: 3_000_000 })],
    }),
  ]);
  authorization = `Bearer ${gateway.tokens.token({ roles: ['credit:score'] })}`;
  session = connectHttp2(`http://127.0.0.1:${gateway.edgePort}`);
}, 40_000);
afterAll(() => {
  session.destroy();
  return gateway.stop();
}, 20_000);
beforeEach(() => (seen.calls = []));

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Over HTTP/2 without a length, in pieces. */
function overHttp2(body: Buffer, type = 'application/json', piece = 65_536): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ':path': path, authorization, 'content-type': type });
    let status = 0;
    let text = '';
    stream
      .on('response', (headers) => (status = Number(headers[':status'])))
      .on('data', (chunk: Buffer) => (text += chunk.toString()))
      .on('end', () => resolve({ status, text }))
      .on('error', reject);
    for (let at = 0; at < body.length; at += piece) stream.write(body.subarray(at, at + piece));
    stream.end();
  });
}

function overHttp1(body: Buffer, chunked: boolean, type = 'application/json'): Promise<Reply> {
  const length = chunked ? 'transfer-encoding: chunked' : `content-length: ${body.length}`;
  const bytes = body.toString('latin1');
  const framed = chunked ? `${body.length.toString(16)}\r\n${bytes}\r\n0\r\n\r\n` : bytes;
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: x',
    'connection: close',
    `authorization: ${authorization}`,
    `content-type: ${type}`,
    length,
  ];
  return gateway.raw([...head, '', framed].join('\r\n'), 5000);
}

async function everyWay(body: Buffer): Promise<readonly Reply[]> {
  return [await overHttp1(body, false), await overHttp1(body, true), await overHttp2(body), await overHttp2(body, undefined, 3)];
}

const REFUSED: readonly (readonly [string, string | Buffer])[] = [
  ['a key twice', '{"x":1,"x":2}'],
  ['a key twice, one escaped', '{"x":1,"\\u0078":2}'],
  ['a key twice, deep', '{"a":[{"b":1,"b":1}]}'],
  ['65 levels of lists', `${'['.repeat(65)}${']'.repeat(65)}`],
  ['65 levels of objects', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
  ['ten thousand levels that never close', '['.repeat(10_000)],
  ['1e400', '{"x":1e400}'],
  ['-1e400', '[-1e400]'],
  ['a number of 400 digits', `{"x":${'9'.repeat(400)}}`],
  ['NaN', '{"x":NaN}'],
  ['-Infinity', '{"x":-Infinity}'],
  ['+1', '{"x":+1}'],
  ['01', '{"x":01}'],
  ['.5', '{"x":.5}'],
  ['5.', '{"x":5.}'],
  ['0x10', '{"x":0x10}'],
  ['1_000', '{"x":1_000}'],
  ['undefined', '{"x":undefined}'],
  ['a lone high surrogate', '{"x":"\\ud800"}'],
  ['a lone low surrogate', '{"x":"\\udc00a"}'],
  ['surrogates in the wrong order', '{"x":"\\udc00\\ud800"}'],
  ['a surrogate as bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['an overlong byte form', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['a letter beyond Unicode', Buffer.from([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22])],
  ['half a letter', Buffer.from([0x22, 0xe2, 0x82, 0x22])],
  ['__proto__', '{"__proto__":{"admin":true}}'],
  ['__proto__, escaped', '{"\\u005f_proto__":1}'],
  ['__proto__, deep', '[{"a":{"__proto__":[]}}]'],
  ['constructor', '{"constructor":{"prototype":1}}'],
  ['something behind', '{"x":1} {"x":2}'],
  ['a comma behind', '{"x":1},'],
  ['a zero byte behind', '{"x":1}\u0000'],
  ['lines of JSON', '{"x":1}\n{"x":2}\n'],
  ['a record separator', '\u001e{"x":1}\n'],
  ['a comma too many', '{"x":[1,2,]}'],
  ['a comment', '{"x":1/* one */}'],
  ['single quotes', "{'x':1}"],
  ['a tab inside a text', '{"x":"\t"}'],
  ['a byte-order mark', '\ufeff{"x":1}'],
  ['a blank that is none of JSON', '{"x":\u00a01}'],
  ['blanks only', '   '],
  ['a script guard', ")]}',\n{}"],
  ['more members than are taken', `[${'0,'.repeat(100_000)}0${']'}`.replace(/0/gu, '{"a":0}')],
];

test.each(REFUSED)(
  '%s is 400 in every framing, and the model sees nothing',
  async (_what, text) => {
    for (const { status, text: answer } of await everyWay(Buffer.from(text as string))) {
      expect([status, answer.includes('problems/malformed-request')]).toEqual([400, true]);
    }
    expect(seen.calls).toEqual([]);
  },
  15_000,
);

const TAKEN: readonly (readonly [string, string])[] = [
  ['-0', '{"x":-0}'],
  ['2^53+1', '{"x":9007199254740993}'],
  ['-2^63', '{"x":-9223372036854775808}'],
  ['a number too small to be one', '{"x":1e-400}'],
  ['1.0 and 1e0', '[1.0,1e0,1E+0]'],
  ['64 levels', `${'['.repeat(64)}${']'.repeat(64)}`],
  ['a pair of surrogates', '{"x":"\\ud83d\\ude00"}'],
  ['escapes', '{"\\u0078":"\\/\\b\\u0000"}'],
  ['names of Object', '{"toString":2,"hasOwnProperty":3,"valueOf":4}'],
  ['blanks all around', ' \r\n\t{ "x" : 1 }\n'],
  ['no object', '"x"'],
  ['null', 'null'],
];

test.each(TAKEN)('%s reaches the model as the same bytes in every framing', async (_what, text) => {
  for (const { status } of await everyWay(Buffer.from(text))) expect(status).toBe(200);
  expect(seen.calls.map(({ body }) => body)).toEqual([text, text, text, text]);
});

test.each([
  ['utf-16', 415],
  ['latin1', 415],
  ['iso-8859-1', 415],
  ['utf-7', 415],
  ['"utf-8"', 200],
  ['UTF-8', 200],
] as const)('charset=%s is %d', async (charset, status) => {
  const type = `application/json; charset=${charset}`;
  const body = Buffer.from('{"x":1}');
  expect([(await overHttp1(body, false, type)).status, (await overHttp2(body, type)).status]).toEqual([status, status]);
});

test('a length that is a lie over HTTP/2 ends that stream alone', async () => {
  const lie = await new Promise<number>((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      authorization,
      'content-type': 'application/json',
      'content-length': '20',
    });
    stream
      .on('response', (headers) => resolve(Number(headers[':status'])))
      .on('error', () => resolve(0))
      .on('close', () => resolve(0));
    stream.end('{"x":1}');
  });
  expect([0, 400]).toContain(lie);
  expect(seen.calls).toEqual([]);
  expect((await overHttp2(Buffer.from('{"x":1}'))).status).toBe(200);
});
