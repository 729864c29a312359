import { buildBundle } from '../../../constructs/gateway/render/bundle';
import type { ResolvedContract, ResolvedModel } from '../../../schema/resolved';
import { method, model, version } from '../../constructs/gateway/platform';
import { RedisServer, sealFile } from '../../support/redis';
import { until } from '../../support/until';
import { LiveGateway } from '../envoy/gateway';
import { SteadyLoad } from './steady-load';

// The real Envoy, the real processor, a real Redis. A client without retries must not see one failed call, whatever changes; and what a killed process
// had under way is all that may be lost with it.
let redis: RedisServer;
let gateway: LiveGateway;
let token: string;

const versions = ['1.0.0', '1.1.0'].map((number) => version(number, { framework: 'container' }));
const methods = (name: string) => [method(name, 'score', { timeoutMs: 10_000, cache: { scope: 'shared', ttlSeconds: 60 } })];
const routed = (name: string, weights: { readonly [version: string]: number }, more: Partial<ResolvedContract> = {}): ResolvedModel =>
  model(name, {
    versions: versions.filter((each) => each.version in weights),
    routing: { weights, sticky: 'request', match: [], shadow: {} },
    methods: methods(name),
    ...more,
  });
const credit = (weights: { readonly [version: string]: number }): ResolvedModel => routed('credit', weights);

beforeAll(async () => {
  redis = await RedisServer.start();
  gateway = new LiveGateway('real', undefined, {
    kind: 'redis',
    addresses: [redis.address],
    mode: 'single',
    tls: false,
    prefix: 'kea:',
    sealFile: sealFile(),
  });
  await gateway.start([credit({ '1.0.0': 100 })]);
  token = gateway.tokens.token({ roles: ['credit:score', 'iris:score'] });
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await redis.stop();
}, 30_000);

/** A third of the bodies come again, so that cache, single flight and models all have their part. */
function load(name = 'credit', perSecond = 60): SteadyLoad {
  return new SteadyLoad({
    port: gateway.edgePort,
    path: `/models/${name}/v1/score`,
    token,
    perSecond,
    body: (serial) => JSON.stringify({ x: serial % 3 === 0 ? serial % 30 : serial + Math.random() }),
  });
}

async function serve(...models: readonly ResolvedModel[]): Promise<void> {
  const bundle = buildBundle(gateway.platformOf(models));
  const names = models.flatMap((each) =>
    each.contracts.flatMap((one) => one.versions.map((v) => `${each.name}-v${v.version.replaceAll('.', '-')}`)),
  );
  gateway.writeEndpoints(Object.fromEntries(names.map((name) => [name, [{ address: '127.0.0.1', port: gateway.modelPort }]])));
  gateway.writeBundle(bundle);
  await gateway.untilServing(bundle);
}

async function workersServe(but: readonly (number | null)[] = []): Promise<void> {
  await until(async () => {
    const { workers } = await gateway.status();
    return workers.every(({ state, pid }) => state === 'serving' && !but.includes(pid));
  }, 20_000);
}

const pids = async (): Promise<readonly (number | null)[]> => (await gateway.status()).workers.map(({ pid }) => pid);

test('models come, are promoted step by step, rolled back, retired and removed, and workers are restarted: no call fails', async () => {
  const calls = load();
  await calls.more(30);
  await serve(credit({ '1.0.0': 100 }), routed('iris', { '1.0.0': 100 }));
  const others = load('iris', 20);
  for (const share of [1, 10, 50]) {
    await serve(credit({ '1.0.0': 100 - share, '1.1.0': share }), routed('iris', { '1.0.0': 100 }));
    await calls.more(40);
  }
  await serve(credit({ '1.0.0': 0, '1.1.0': 100 }), routed('iris', { '1.0.0': 100 }));
  await calls.more(40);
  await serve(credit({ '1.0.0': 100, '1.1.0': 0 }), routed('iris', { '1.0.0': 100 }));
  await calls.more(40);
  // Whoever retires a contract has moved its callers before.
  expect(await others.stop()).toMatchObject({ failed: [] });
  await serve(credit({ '1.0.0': 100 }), routed('iris', { '1.0.0': 100 }, { lifecycle: { retired: true } }));
  expect((await gateway.call('POST', '/models/iris/v1/score', { token, body: '{"x":1}' })).status).toBe(410);
  await serve(credit({ '1.0.0': 100 }));
  expect((await gateway.call('POST', '/models/iris/v1/score', { token, body: '{"x":1}' })).status).toBe(403);
  for (const pid of await pids()) {
    process.kill(pid ?? 0, 'SIGTERM');
    await calls.more(60);
    await workersServe([pid]);
  }
  const { sent, answered, failed } = await calls.stop();
  expect({ failed, answered }).toEqual({ failed: [], answered: sent });
}, 90_000);

test('Redis killed and back: no call fails', async () => {
  const calls = load();
  await calls.more(30);
  await redis.kill();
  await calls.more(90);
  await redis.up();
  await calls.more(60);
  expect(await calls.stop()).toMatchObject({ failed: [] });
}, 40_000);

test('the supervisor killed and started again: Envoy and workers serve on, then make room for new ones; no call fails', async () => {
  const before = await pids();
  const calls = load();
  await calls.more(30);
  const ended = new Promise((resolve) => gateway.supervisor?.once('exit', resolve));
  gateway.supervisor?.kill('SIGKILL');
  await ended;
  await calls.more(90);
  gateway.startSupervisor();
  await gateway.untilReady();
  await workersServe(before);
  await until(() => before.every((pid) => !lives(pid ?? 0)), 20_000);
  await calls.more(60);
  expect(await calls.stop()).toMatchObject({ failed: [] });
}, 60_000);

test('a worker killed: only what it had under way is lost, and nothing that is sent later', async () => {
  const [victim] = await pids();
  const calls = load();
  await calls.more(60);
  const killedAt = calls.mark();
  process.kill(victim ?? 0, 'SIGKILL');
  await calls.more(240);
  await workersServe([victim ?? null]);
  const { failed } = await calls.stop();
  // On a busy machine a killed process keeps its sockets open for a while.
  expect(failed.filter(({ sentAt }) => sentAt > killedAt + 500)).toEqual([]);
  // What 60 calls a second have under way in one of two workers.
  expect(failed.length).toBeLessThanOrEqual(10);
}, 40_000);

test.each([
  ['the supervisor', async () => gateway.supervisor?.pid],
  ['Envoy', async () => gateway.envoy.process.pid],
  ['a worker', async () => (await pids())[0]],
])(
  '%s paused for two seconds: calls wait or go elsewhere, none fails',
  async (_who, pidOf) => {
    const pid = (await pidOf()) ?? 0;
    const calls = load('credit', 40);
    await calls.more(20);
    process.kill(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    process.kill(pid, 'SIGCONT');
    await calls.more(60);
    expect(await calls.stop()).toMatchObject({ failed: [] });
    await workersServe();
  },
  40_000,
);

test('a worker that stays paused is found out and replaced', async () => {
  const [victim] = await pids();
  process.kill(victim ?? 0, 'SIGSTOP');
  await until(async () => (await gateway.envoy.admin('/clusters')).includes('worker-0.sock::health_flags::/failed_active_hc'), 20_000);
  // Envoy sends it nothing any more, long before the supervisor gives it up.
  const calls = load('credit', 40);
  await calls.more(80);
  expect(await calls.stop()).toMatchObject({ failed: [] });
  await until(() => !lives(victim ?? 0), 30_000);
  await workersServe([victim ?? null]);
}, 60_000);

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
