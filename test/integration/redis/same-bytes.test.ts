import { Agent, request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { canonicalJson } from '../../../core/canonical';
import type { JsonValue } from '../../../core/json';
import { method, model, version } from '../../constructs/gateway/platform';
import { RecordingModel, sendJson } from '../../support/recording-model';
import { RedisServer, sealFile } from '../../support/redis';
import { until } from '../../support/until';
import { LiveGateway } from '../envoy/gateway';

// Group 7: what was validated is what the model gets and what the answer's key is made of, through the edge, two workers, Redis and the
// inner listener. The model's parser is `JSON.parse`: independent of the processor's.

const seen = new RecordingModel();
seen.answer = (call, response) => sendJson(response, JSON.stringify({ heard: call.body }));
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
let redis: RedisServer;
let gateway: LiveGateway;
let token: string;

/** The schema that a validated value fits, and `fits` in other words. */
const request = {
  type: 'object',
  properties: { n: { type: 'number', maximum: 1000 }, s: { type: 'string', maxLength: 4 } },
  additionalProperties: { type: ['boolean', 'null', 'array'] },
};

beforeAll(async () => {
  redis = await RedisServer.start();
  gateway = new LiveGateway('real', seen.listener, {
    kind: 'redis',
    addresses: [redis.address],
    mode: 'single',
    tls: false,
    prefix: 'kea:',
    sealFile: sealFile(),
  });
  const common = { request, response: {}, retries: 0 };
  await gateway.start([
    model('credit', {
      versions: [version('1.0.0', { framework: 'container' })],
      methods: [method('credit', 'plain', common), method('credit', 'shared', { ...common, cache: { scope: 'shared', ttlSeconds: 600 } })],
    }),
  ]);
  token = gateway.tokens.token({ roles: ['credit:plain', 'credit:shared'] });
  // Redis knows the epoch of all gateways only a moment after the start.
  await until(async () => String((await send('shared', '{"n":1}')).cache).includes('hit'));
}, 60_000);
afterAll(async () => {
  agent.destroy();
  await gateway.stop();
  await redis.stop();
}, 20_000);

function send(
  name: string,
  body: string,
): Promise<{ readonly status: number; readonly cache: unknown; readonly heard: string | undefined }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const target = { host: '127.0.0.1', port: gateway.edgePort, method: 'POST', path: `/models/credit/v1/${name}`, headers, agent };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(target, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const { heard } = JSON.parse(text) as { readonly heard?: string };
        resolve({ status: response.statusCode ?? 0, cache: response.headers['cache-status'], heard });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const number = fc.oneof(
  fc.integer({ min: -2000, max: 2000 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('1.0', '1e2', '-0', '0.10', '9007199254740993', '1e-400', '1000.00', '1000.0000000000000001', '1e400', '01', 'NaN'),
);
const string = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u0061"', '"\\/"', '"\\ud83d\\ude00"', '"\\ud800"', '"\u00e9"', '"e\u0301"'),
);
const scalar = fc.oneof(number, string, fc.constantFrom('true', 'false', 'null'));
const space = fc.constantFrom('', ' ', '\n', '\t ', '\r\n');
const list = fc.tuple(fc.array(scalar, { maxLength: 3 }), space).map(([items, gap]) => `[${items.join(`${gap},`)}]`);
const key = fc.constantFrom('"n"', '"\\u006e"', '"s"', '"a"', '"toString"', '"\u00e9"');
const text = fc
  .tuple(fc.array(fc.tuple(key, space, fc.oneof(scalar, scalar, list)), { maxLength: 4 }), space)
  .map(([pairs, gap]) => `{${pairs.map(([name, inner, value]) => `${name}${inner}:${gap}${value}`).join(`,${gap}`)}}${gap}`);

/** What the schema says, told by another than the processor's own validator. */
function fits(value: JsonValue): boolean {
  return Object.entries(value as { readonly [name: string]: JsonValue }).every(([name, each]) => {
    if (name === 'n') return typeof each === 'number' && each <= 1000;
    if (name === 's') return typeof each === 'string' && [...each].length <= 4;
    return typeof each === 'boolean' || each === null || Array.isArray(each);
  });
}

function parsed(raw: string): JsonValue | undefined {
  try {
    return JSON.parse(raw) as JsonValue;
  } catch {
    return undefined;
  }
}

test('without a cache the model gets the very bytes, and only bytes that fit', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (raw) => {
      seen.calls = [];
      const { status } = await send('plain', raw);
      const value = parsed(raw);
      if (value === undefined) expect(status).toBe(400);
      if (status !== 200) return expect([[400, 422].includes(status), seen.calls]).toEqual([true, []]);
      expect(seen.calls.map(({ body }) => body)).toEqual([raw]);
      return expect(fits(value as JsonValue)).toBe(true);
    }),
    { numRuns: 300 },
  );
}, 20_000);

test('with a shared cache an answer was made from exactly the bytes of its key, for whoever asks', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (raw) => {
      seen.calls = [];
      const { status, cache, heard } = await send('shared', raw);
      if (status !== 200) return expect([[400, 422].includes(status), seen.calls]).toEqual([true, []]);
      const value = parsed(raw) as JsonValue;
      expect(fits(value)).toBe(true);
      // What no number of JavaScript holds has no key, and goes on as it came.
      if (String(cache).includes('bypass')) return expect([heard, seen.calls.length]).toEqual([raw, 1]);
      expect(heard).toBe(canonicalJson(value));
      return expect(seen.calls.length).toBe(String(cache).includes('hit') ? 0 : 1);
    }),
    { numRuns: 300 },
  );
}, 20_000);

test('two spellings of one value share an answer, two values never do', async () => {
  const first = await send('shared', '{"n":7,"s":"a"}');
  expect(first.heard).toBe('{"n":7,"s":"a"}');
  await until(async () => String((await send('shared', ' {"s":"\\u0061", "n":7.0}')).cache).includes('hit'));
  const before = seen.calls.length;
  // The next double, the other zero, a letter in another form, a number as text, a member that is null.
  const others = ['{"n":7.000000000000001,"s":"a"}', '{"n":7,"s":"A"}', '{"n":7}', '{"n":7,"s":"a","a":null}'];
  for (const other of others) expect((await send('shared', other)).heard).toBe(canonicalJson(parsed(other) as JsonValue));
  for (const pair of ['{"s":"\u00e9"}', '{"s":"e\u0301"}']) expect((await send('shared', pair)).heard).toBe(pair);
  expect(seen.calls.length).toBeGreaterThanOrEqual(before + 4);
});
