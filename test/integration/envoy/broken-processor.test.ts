import { renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { model, version } from '../../constructs/gateway/platform';
import { RecordingModel } from '../../support/recording-model';
import { until } from '../../support/until';
import { LiveGateway } from './gateway';

// Group 1: whatever the processor does to a call, a request that it did not finish judging never reaches the model.

const seen = new RecordingModel();
const gateway = new LiveGateway('real', seen.listener);
const path = '/models/credit/v1/score';
let token: string;

beforeAll(async () => {
  await gateway.start([model('credit', { versions: [version('1.0.0', { framework: 'container' })] })]);
  token = gateway.tokens.token({ roles: ['credit:score'] });
}, 40_000);
afterAll(() => gateway.stop(), 20_000);
beforeEach(() => seen.reset());

const call = () => gateway.call('POST', path, { token, body: '{"x":1}' });
const serving = async (): Promise<boolean> => (await gateway.status()).workers.every(({ state }) => state === 'serving');
const head = (length: number): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

/** A call whose body stops in the middle; its bytes are at a worker when this resolves. */
async function half(): Promise<{ readonly socket: Socket; readonly text: () => string; readonly closed: Promise<void> }> {
  let text = '';
  const before = await gateway.envoy.stat('cluster.processor.upstream_rq_active');
  const socket = connect(gateway.edgePort, '127.0.0.1', () => socket.write(`${head(7)}{"x"`));
  socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await until(async () => (await gateway.envoy.stat('cluster.processor.upstream_rq_active')) > before);
  return { socket, text: () => text, closed };
}

test('killed in the middle of a body: 503, and the model saw nothing', async () => {
  const { socket, text } = await half();
  const killed = (await gateway.status()).workers.map(({ pid }) => pid);
  for (const pid of killed) process.kill(pid ?? 0, 'SIGKILL');
  await until(() => text().includes('\r\n\r\n'));
  expect(text()).toMatch(/^HTTP\/1\.1 503 [^]*problems\/processor-unavailable/);
  // The rest of the body comes too late to be anything.
  socket.end(':1}');
  await until(async () => (await serving()) && (await gateway.status()).workers.every(({ pid }) => !killed.includes(pid)));
  expect(seen.began).toBe(0);
  await until(async () => (await call()).status === 200);
}, 40_000);

test('told to leave in the middle of a body: it judges what it has begun', async () => {
  const good = await half();
  const bad = await half();
  const before = (await gateway.status()).workers.map(({ pid }) => pid);
  for (const pid of before) process.kill(pid ?? 0, 'SIGTERM');
  await until(async () => (await gateway.envoy.stat('cluster.processor.membership_total')) === 2);
  good.socket.write(':1}');
  bad.socket.write(':[}');
  await until(() => good.text().includes('\r\n\r\n') && bad.text().includes('\r\n\r\n'));
  expect([good.text().slice(9, 12), bad.text().slice(9, 12)]).toEqual(['200', '400']);
  expect(seen.calls).toEqual([{ path: '/score', body: '{"x":1}' }]);
  for (const { socket } of [good, bad]) socket.destroy();
  await until(async () => (await serving()) && (await gateway.status()).workers.every(({ pid }) => !before.includes(pid)), 15_000);
}, 30_000);

test('a caller that leaves in the middle of a body leaves nothing behind', async () => {
  const { socket, closed } = await half();
  socket.destroy();
  await closed;
  await until(async () => (await gateway.envoy.stat('cluster.processor.upstream_rq_active')) === 0);
  expect(seen.began).toBe(0);
});

// Something else behind the processor's sockets: the edge has no way to the model but through a processor that asks for it.
describe('one that speaks nonsense', () => {
  let rogues: Server[] = [];
  let behave: (socket: Socket) => void;

  beforeAll(async () => {
    const { workers } = await gateway.status();
    gateway.supervisor?.kill('SIGSTOP');
    for (const { pid } of workers) process.kill(pid ?? 0, 'SIGKILL');
    rogues = await Promise.all(
      [0, 1].map(async (index) => {
        const own = join(gateway.folder, `rogue-${index}.sock`);
        const server = createServer((socket) => {
          socket.on('error', () => undefined);
          socket.once('data', (chunk) => {
            if (chunk.toString().includes('x-kea-route')) behave(socket);
            else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}');
          });
        });
        await new Promise<void>((resolve) => server.listen(own, resolve));
        renameSync(own, join(gateway.folder, 'sockets', `worker-${index}.sock`));
        return server;
      }),
    );
  }, 20_000);
  afterAll(async () => {
    for (const server of rogues) server.close();
    for (const index of [0, 1]) rmSync(join(gateway.folder, 'sockets', `worker-${index}.sock`), { force: true });
    gateway.supervisor?.kill('SIGCONT');
    await until(serving, 20_000);
  }, 25_000);

  test.each([
    ['hangs up at once', (socket: Socket) => socket.destroy(), /^(HTTP\/1\.1 503 [^]*problems\/processor-unavailable|$)/],
    ['resets after the status line', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\n'), /^HTTP\/1\.1 503 /],
    ['answers no HTTP', (socket: Socket) => socket.end('SSH-2.0-x\r\n\r\n'), /^HTTP\/1\.1 50[23] /],
    [
      'breaks off its answer',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{"y":'),
      /^HTTP\/1\.1 (200|503) (?![^]*"y":1)/,
    ],
    ['says only "continue"', (socket: Socket) => socket.end('HTTP/1.1 100 Continue\r\n\r\n'), /HTTP\/1\.1 50\d /],
    [
      'switches protocols',
      (socket: Socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'),
      /^HTTP\/1\.1 (101|50\d) (?![^]*"y")/,
    ],
  ])(
    '%s: an error or a broken answer, never one of the model',
    async (_what, misbehave, expected) => {
      behave = misbehave;
      const { text } = await gateway.raw(`${head(7)}{"x":1}`, 3000);
      expect(text).toMatch(expected);
      expect(seen.began).toBe(0);
    },
    15_000,
  );
});
