import { readFileSync, renameSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { method, model, version } from '../../constructs/gateway/platform';
import { startEnvoy } from '../../support/envoy';
import { RecordingModel } from '../../support/recording-model';
import { until } from '../../support/until';
import { LiveGateway, type Answer } from './gateway';

// Group 2: no processor, a slow one, one without its socket, and every order of starting and ending.

const seen = new RecordingModel();
const gateway = new LiveGateway('real', seen.listener);
const path = '/models/credit/v1/score';
let token: string;

beforeAll(async () => {
  await gateway.start([
    model('credit', {
      versions: [version('1.0.0', { framework: 'container' })],
      methods: [method('credit', 'score', { timeoutMs: 1500 })],
    }),
  ]);
  token = gateway.tokens.token({ roles: ['credit:score'] });
}, 40_000);
afterAll(() => gateway.stop(), 20_000);
beforeEach(() => seen.reset());

const call = () => gateway.call('POST', path, { token, body: '{"x":1}' });
const serves = () => until(async () => (await call()).status === 200, 20_000);
const pids = async (): Promise<readonly number[]> => (await gateway.status()).workers.flatMap(({ pid }) => (pid === null ? [] : [pid]));
const signal = (all: readonly number[], name: NodeJS.Signals): void => all.forEach((pid) => process.kill(pid, name));
const unavailable = { status: 503, type: 'https://kea.dev/problems/processor-unavailable' };

function expectUnavailable(answer: Answer): void {
  expect(answer.json).toMatchObject(unavailable);
  expect([answer.status, answer.headers['retry-after'], answer.headers['content-type']]).toEqual([503, '1', 'application/problem+json']);
}

test('dead: 503 that says when to come again, the model sees nothing, and strangers learn nothing', async () => {
  const workers = await pids();
  gateway.supervisor?.kill('SIGSTOP');
  signal(workers, 'SIGKILL');
  try {
    await until(async () => (await call()).status === 503);
    expectUnavailable(await call());
    expect(seen.began).toBe(0);
    // What the edge judges itself it judges as before.
    expect((await gateway.call('POST', path, { body: '{"x":1}' })).status).toBe(401);
    expect((await gateway.call('POST', path, { token: gateway.tokens.token({ roles: [] }), body: '{"x":1}' })).status).toBe(403);
  } finally {
    gateway.supervisor?.kill('SIGCONT');
  }
  await serves();
}, 30_000);

test('paused: an answer in time, and once it goes on the late call is not made twice', async () => {
  const workers = await pids();
  signal(workers, 'SIGSTOP');
  const began = performance.now();
  try {
    expectUnavailable(await call());
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(seen.began).toBe(0);
  } finally {
    signal(workers, 'SIGCONT');
  }
  await serves();
  expect(await pids()).toEqual(workers);
}, 30_000);

test('half open: a socket that takes connections and says nothing is left by the deadline', async () => {
  const workers = await pids();
  signal(workers, 'SIGSTOP');
  try {
    const all = await Promise.all(Array.from({ length: 20 }, call));
    expect(all.map(({ status }) => status)).toEqual(Array(20).fill(503));
  } finally {
    signal(workers, 'SIGCONT');
  }
  await serves();
}, 30_000);

test('a socket that is gone for a while costs no more than that while', async () => {
  const sockets = [0, 1].map((index) => join(gateway.folder, 'sockets', `worker-${index}.sock`));
  for (const each of sockets) renameSync(each, `${each}.away`);
  for (const answer of await Promise.all(Array.from({ length: 10 }, call))) {
    // Connections that stand are as good as before; new ones are refused in words.
    if (answer.status !== 200) expectUnavailable(answer);
  }
  for (const each of sockets) renameSync(`${each}.away`, each);
  await serves();
}, 30_000);

test('the inner listener is gone: said as such, and the model is not asked', async () => {
  const socket = join(gateway.folder, 'sockets', 'inner.sock');
  renameSync(socket, `${socket}.away`);
  // The supervisor asks each worker whether the whole way is open.
  await until(async () => (await gateway.management('/-/ready')).status === 503);
  renameSync(`${socket}.away`, socket);
  await until(async () => (await gateway.management('/-/ready')).status === 200, 15_000);
  await serves();
}, 30_000);

describe('orders', () => {
  async function endSupervisor(): Promise<void> {
    const child = gateway.supervisor;
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    child?.kill('SIGTERM');
    await ended;
  }
  async function startEdge(): Promise<void> {
    gateway.envoy = await startEnvoy(JSON.parse(readFileSync(join(gateway.folder, 'envoy.json'), 'utf8')) as object, gateway.folder);
  }
  const closed = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(gateway.edgePort, '127.0.0.1', () => (socket.destroy(), resolve(false)));
      socket.on('error', () => resolve(true));
    });

  test('the processor ends first: the edge answers 503 until there is one again', async () => {
    await endSupervisor();
    expectUnavailable(await call());
    expect(seen.began).toBe(0);
    gateway.startSupervisor();
    await gateway.untilReady();
    await serves();
  }, 40_000);

  test('the edge starts first: it takes no call before it knows what is allowed', async () => {
    await endSupervisor();
    await gateway.envoy.stop();
    await startEdge();
    // Without a configuration there is nothing that could be open: not listening, or refusing.
    if (!(await closed())) expect([401, 403, 404, 503]).toContain((await call()).status);
    expect(seen.began).toBe(0);
    gateway.startSupervisor();
    await gateway.untilReady();
    await serves();
  }, 40_000);

  test('the processor starts first, and the edge is exchanged under it', async () => {
    await gateway.envoy.stop();
    expect((await gateway.management('/-/ready')).status).toBe(503);
    await startEdge();
    await gateway.untilReady();
    await serves();
  }, 40_000);
});
