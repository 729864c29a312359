import { connect as connectHttp2, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { ServerResponse } from 'node:http';
import { method, model, version } from '../../constructs/gateway/platform';
import { RecordingModel, sendJson } from '../../support/recording-model';
import { until } from '../../support/until';
import { LiveGateway } from './gateway';

// Group 3: more calls at once than Node's and Envoy's defaults take, streams that say nothing, a worker whose event loop stands.

const CALLS = 1400;
const STREAMS = 300;
const seen = new RecordingModel();
const gateway = new LiveGateway('real', seen.listener);
const runtime = { ...version('1.0.0').runtime, concurrency: 2000 };
const chat = {
  type: 'object',
  properties: { messages: { type: 'array' }, stream: { type: 'boolean' } },
  required: ['messages'],
} as const;
let sessions: ClientHttp2Session[] = [];
let authorization: string;

beforeAll(async () => {
  await gateway.start([
    model('credit', {
      versions: [version('1.0.0', { framework: 'container', runtime })],
      methods: [method('credit', 'score', { timeoutMs: 60_000, retries: 0 })],
    }),
    model('writer', {
      versions: [version('1.0.0', { framework: 'vllm', runtime })],
      methods: [method('writer', 'chat', { call: { kind: 'openai', operation: 'chat.completions' }, request: chat, response: {} })],
    }),
  ]);
  authorization = `Bearer ${gateway.tokens.token({ roles: ['credit:score', 'writer:chat'] })}`;
}, 40_000);
afterEach(() => {
  for (const session of sessions) session.destroy();
  sessions = [];
  seen.reset();
});
afterAll(() => gateway.stop(), 20_000);

function open(path: string, body: string): ClientHttp2Stream {
  const last = sessions.at(-1);
  const full = last === undefined || (opened.get(last) ?? 0) >= 100;
  const session = full ? connectHttp2(`http://127.0.0.1:${gateway.edgePort}`) : last;
  if (full) sessions.push(session.on('error', () => undefined));
  opened.set(session, (opened.get(session) ?? 0) + 1);
  const stream = session.request({ ':method': 'POST', ':path': path, authorization, 'content-type': 'application/json' });
  stream.on('error', () => undefined).end(body);
  return stream;
}
const opened = new WeakMap<ClientHttp2Session, number>();
const status = (stream: ClientHttp2Stream): Promise<number> =>
  new Promise((resolve) => {
    stream
      .on('response', (headers) => resolve(Number(headers[':status'])))
      .on('close', () => resolve(0))
      .resume();
  });
const score = (): Promise<number> => status(open('/models/credit/v1/score', '{"x":1}'));
const active = () => gateway.envoy.stat('cluster.processor.upstream_rq_active');
const serving = async (): Promise<boolean> => (await gateway.status()).workers.every(({ state }) => state === 'serving');

test('more than 1,024 calls at once are all at the model at once, and all are answered', async () => {
  const held: ServerResponse[] = [];
  seen.answer = (_call, response) => void held.push(response);
  const answers = Promise.all(Array.from({ length: CALLS }, score));
  await until(() => held.length === CALLS, 30_000);
  expect(await active()).toBe(CALLS);
  for (const response of held) sendJson(response, '{"y":1}');
  const found = await answers;
  expect(found.filter((each) => each !== 200)).toEqual([]);
  expect(seen.calls.length).toBe(CALLS);
}, 60_000);

test('many streams that say nothing hold nobody up, and end at the model when their callers leave', async () => {
  seen.answer = (call, response) => {
    if (call.path === '/score') return sendJson(response, '{"y":1}');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    return void response.write('data: {"choices":[]}\n\n');
  };
  const streams = Array.from({ length: STREAMS }, () => open('/models/writer/v1/chat', '{"messages":[],"stream":true}'));
  expect(new Set(await Promise.all(streams.map(status)))).toEqual(new Set([200]));
  expect(await active()).toBe(STREAMS);
  expect(await Promise.all(Array.from({ length: 20 }, score))).toEqual(Array(20).fill(200));
  const { text } = await gateway.management('/metrics');
  const memory = [...text.matchAll(/^kea_worker_buffered_bytes\S* (\d+)/gm)].map(([, bytes]) => Number(bytes));
  for (const bytes of memory) expect(bytes).toBeLessThan(STREAMS * 64 * 1024);
  for (const stream of streams) stream.close();
  await until(() => seen.left >= STREAMS, 20_000);
  await until(async () => (await active()) === 0);
}, 60_000);

test('a worker that stands still gets no further calls, is replaced, and the other one serves meanwhile', async () => {
  const [victim] = (await gateway.status()).workers;
  process.kill(victim?.pid ?? 0, 'SIGSTOP');
  try {
    await until(async () => (await gateway.envoy.stat('cluster.processor.membership_healthy')) === 1, 20_000);
    expect(await Promise.all(Array.from({ length: 100 }, score))).toEqual(Array(100).fill(200));
    await until(async () => (await serving()) && (await gateway.status()).workers[0]?.pid !== victim?.pid, 30_000);
  } finally {
    // It was killed; had it not been, it goes on.
    try {
      process.kill(victim?.pid ?? 0, 'SIGCONT');
    } catch {
      // Gone, as it should be.
    }
  }
  await until(async () => (await gateway.envoy.stat('cluster.processor.membership_healthy')) === 2, 20_000);
  expect(await Promise.all(Array.from({ length: 20 }, score))).toEqual(Array(20).fill(200));
}, 60_000);
