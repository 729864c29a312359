import { connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { method, model } from '../../constructs/gateway/platform';
import { until } from '../../support/envoy';
import { LiveGateway } from '../envoy/gateway';

// Group 25: callers that hold connections, drip headers, reset streams or send too much. The gateway answers others meanwhile.

const gateway = new LiveGateway();
const CONNECTIONS = 60;
const path = '/models/credit/v1/score';
let token: string;

beforeAll(async () => {
  await gateway.start([model('credit', { methods: [method('credit', 'score')] })], {
    maxConnections: CONNECTIONS,
    perAddress: { perSecond: 400, burst: 800 },
  });
  token = gateway.tokens.token({ roles: ['credit:score'] });
}, 40_000);
afterAll(() => gateway.stop());

const ok = async (): Promise<boolean> =>
  (await gateway.call('POST', path, { token, body: '{"x":1}' }).catch(() => undefined))?.status === 200;

/** Opens a connection that sends what it is told; resolves with all that came when it ends or the time is over. */
function slow(first: string, piece: string, everyMs: number, patienceMs: number): Promise<{ readonly text: string; readonly ms: number }> {
  const began = Date.now();
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(gateway.edgePort, '127.0.0.1', () => socket.write(first));
    const drip = setInterval(() => socket.write(piece), everyMs);
    const end = (): void => {
      clearInterval(drip);
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, ms: Date.now() - began });
    };
    const timer = setTimeout(end, patienceMs);
    socket
      .on('data', (chunk: Buffer) => (text += chunk.toString()))
      .on('end', end)
      .on('close', end)
      .on('error', end);
  });
}

test('headers that drip are cut off after ten seconds, and others are served meanwhile', async () => {
  const drips = Array.from({ length: 10 }, () => slow(`GET ${path} HTTP/1.1\r\nhost: x\r\n`, 'x-a: 1\r\n', 500, 14_000));
  expect(await ok()).toBe(true);
  for (const { text, ms } of await Promise.all(drips)) {
    expect(ms).toBeGreaterThan(8000);
    expect(ms).toBeLessThan(13_500);
    expect(text === '' || text.startsWith('HTTP/1.1 4')).toBe(true);
  }
}, 20_000);

test.each([
  ['a hundred thousand headers', 'x-a: 1\r\n'.repeat(100_000)],
  ['a hundred and one small headers', Array.from({ length: 101 }, (_, index) => `x-${index}: 1\r\n`).join('')],
  ['one header of 60 KiB', `x-a: ${'y'.repeat(60 * 1024)}\r\n`],
  ['a path of 60 KiB', ''],
])('%s are refused', async (what, headers) => {
  const target = what.startsWith('a path') ? `/${'a'.repeat(60 * 1024)}` : path;
  const { status } = await gateway.raw(`GET ${target} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);
  // The connection may be closed before all of it was read.
  expect([0, 400, 431]).toContain(status);
  expect(await ok()).toBe(true);
});

test('streams that are opened and reset at once end the connection, not the gateway', async () => {
  const session = connectHttp2(`http://127.0.0.1:${gateway.edgePort}`);
  let closed = false;
  session
    .on('close', () => (closed = true))
    .on('goaway', () => (closed = true))
    .on('error', () => undefined);
  for (let turn = 0; turn < 5000 && !closed && !session.destroyed; turn++) {
    const stream = session.request({ ':method': 'POST', ':path': path, authorization: `Bearer ${token}` });
    stream.on('error', () => undefined);
    stream.close(constants.NGHTTP2_CANCEL);
    if (turn % 200 === 0) await new Promise(setImmediate);
  }
  await until(async () => Promise.resolve(closed), 'the connection is closed', 10_000);
  session.destroy();
  expect(await ok()).toBe(true);
}, 20_000);

test('more streams at once than a connection may have wait or are refused', async () => {
  const session = connectHttp2(`http://127.0.0.1:${gateway.edgePort}`);
  await new Promise<void>((resolve) => session.once('remoteSettings', () => resolve()));
  expect(session.remoteSettings.maxConcurrentStreams).toBe(100);
  expect(session.remoteSettings.initialWindowSize).toBe(65_536);
  session.destroy();
});

test('beyond the bound new connections are closed at once, and those that are there go on', async () => {
  const held: Socket[] = [];
  const first = connect(gateway.edgePort, '127.0.0.1');
  let closed = 0;
  for (let each = 0; each < CONNECTIONS + 20; each++) {
    const socket = connect(gateway.edgePort, '127.0.0.1');
    socket.on('close', () => (closed += 1)).on('error', () => undefined);
    held.push(socket);
  }
  await until(async () => Promise.resolve(closed >= 15), 'connections are closed', 10_000);
  const answered = new Promise<string>((resolve) => first.on('data', (chunk: Buffer) => resolve(chunk.toString())));
  first.write('GET /-/health HTTP/1.1\r\nhost: x\r\n\r\n');
  expect(await answered).toContain('HTTP/1.1 200');
  for (const socket of [first, ...held]) socket.destroy();
  await until(ok, 'calls are taken again', 10_000);
}, 30_000);

test('one address that asks too often is told to wait, before its token is looked at', async () => {
  const session = connectHttp2(`http://127.0.0.1:${gateway.edgePort}`);
  session.on('error', () => undefined);
  const ask = (): Promise<number> =>
    new Promise((resolve) => {
      const stream = session.request({ ':method': 'GET', ':path': '/models' });
      stream.on('response', (headers) => resolve(Number(headers[':status']))).on('error', () => resolve(0));
      stream.resume();
      stream.end();
    });
  const statuses: number[] = [];
  for (let round = 0; round < 30; round++) statuses.push(...(await Promise.all(Array.from({ length: 80 }, ask))));
  session.destroy();
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  await until(ok, 'the bucket fills again', 5000);
}, 20_000);
