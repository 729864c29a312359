import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { ProcessorConfig } from '../../../core/contract/processor-config';
import { freePort, RedisServer, sealFile } from '../../support/redis';
import { json } from '../../support/stand-in-inner';
import { until } from '../../support/until';
import { makePart, WorkerFixture, type Reply } from '../../support/worker-fixture';

type RedisConfig = Extract<ProcessorConfig['cache'], { kind: 'redis' }>;

const part = makePart({
  methods: [{ method: 'score', cache: { scope: 'shared', ttlSeconds: 60 }, rateLimit: { requests: 100_000, per: 'minute', by: 'client' } }],
});
const body = (amount: number) => ({ body: { income: 1, age: 1, amount } });
const hit = (reply: Reply): boolean => String(reply.headers['cache-status']).includes('hit');

let folder: string;
const cleanups: (() => Promise<void> | void)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kea-topology-'));
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  rmSync(folder, { recursive: true, force: true });
});

async function server(...args: string[]): Promise<RedisServer> {
  const made = await RedisServer.start(...args);
  cleanups.push(() => made.stop());
  return made;
}

async function gateway(more: Partial<RedisConfig> & Pick<RedisConfig, 'addresses' | 'mode'>): Promise<WorkerFixture> {
  const made = await WorkerFixture.start([part], { cache: { kind: 'redis', tls: false, prefix: 'kea:', sealFile: sealFile(), ...more } });
  cleanups.push(() => made.stop());
  made.inner.answer = (call, response) => json(response, 200, { score: Number(/"amount":(\d+)/.exec(call.body)?.[1]) / 100_000 });
  return made;
}

/** Answers are right at every moment; how many came from the cache. */
async function calls(at: WorkerFixture, from: number, count: number): Promise<number> {
  let hits = 0;
  for (let amount = from; amount < from + count; amount++) {
    const started = performance.now();
    const reply = await at.call(body(amount));
    expect([reply.status, reply.json]).toEqual([200, { score: amount / 100_000 }]);
    expect(performance.now() - started).toBeLessThan(1000);
    if (hit(reply)) hits++;
  }
  return hits;
}

const shared = async (one: WorkerFixture, other: WorkerFixture, amount: number): Promise<boolean> => {
  await one.call(body(amount));
  return hit(await other.call(body(amount)));
};

test('sentinels: answers are shared, and again after the master was killed and a replica took over', async () => {
  const master = await server();
  const replica = await server('--replicaof', '127.0.0.1', String(master.port));
  const sentinels: number[] = [];
  for (let index = 0; index < 3; index++) {
    const port = await freePort();
    const file = join(folder, `sentinel-${index}.conf`);
    writeFileSync(
      file,
      `port ${port}\nbind 127.0.0.1\nsentinel monitor cache 127.0.0.1 ${master.port} 2\nsentinel down-after-milliseconds cache 800\nsentinel failover-timeout cache 3000\n`,
    );
    const child = spawn(process.env['KEA_REDIS'] ?? 'redis-server', [file, '--sentinel', '--dir', folder], { stdio: 'ignore' });
    cleanups.push(() => ended(child));
    sentinels.push(port);
  }
  const watch = new Redis(sentinels[0] as number, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
  watch.on('error', () => undefined);
  cleanups.push(() => watch.disconnect());
  await until(async () => {
    const found = (await watch.call('SENTINEL', 'MASTER', 'cache')) as string[];
    const value = (name: string): string | undefined => found[found.indexOf(name) + 1];
    return value('num-other-sentinels') === '2' && value('num-slaves') === '1';
  }, 20_000);

  const places = { mode: 'sentinel', master: 'cache', addresses: sentinels.map((port) => `127.0.0.1:${port}`) } as const;
  const [first, second] = [await gateway(places), await gateway(places)];
  await until(() => shared(first, second, 0));
  await master.kill();
  await calls(first, 1000, 20);
  await until(
    async () => ((await watch.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'cache')) as string[])[1] === String(replica.port),
    20_000,
  );
  let amount = 2000;
  await until(() => shared(first, second, amount++), 15_000);
  expect(await calls(second, amount - 1, 1)).toBe(1);
}, 60_000);

test('a cluster of three: answers stand on all nodes; one that dies takes only its own', async () => {
  const nodes: RedisServer[] = [];
  for (let index = 0; index < 3; index++)
    nodes.push(await server('--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--cluster-require-full-coverage', 'no'));
  await joined(nodes);
  const places = { mode: 'cluster', addresses: nodes.map(({ address }) => address) } as const;
  const [first, second] = [await gateway(places), await gateway(places)];
  await until(() => shared(first, second, 0), 15_000);
  await calls(first, 1, 60);
  await until(async () => (await calls(second, 1, 60)) === 60);
  for (const node of nodes) {
    const client = node.client();
    expect((await client.keys('kea:{*')).length).toBeGreaterThan(5);
    client.disconnect();
  }
  // The epochs stand on one of the nodes; a gateway that knows them goes on without it.
  await nodes[0]?.kill();
  await calls(second, 100, 20);
  let left = 0;
  await until(async () => (left = await calls(second, 1, 60)) > 20);
  expect(left).toBeLessThan(60);
}, 60_000);

test('TLS: a certificate of the named authority is taken, any other is not, and calls go on', async () => {
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { stdio: 'pipe', cwd: folder });
  for (const authority of ['ca', 'other'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${authority}`,
      '-keyout',
      `${authority}.key`,
      '-out',
      `${authority}.crt`,
    );
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=redis',
    '-keyout',
    'redis.key',
    '-out',
    'redis.csr',
  );
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  openssl(
    'x509',
    '-req',
    '-in',
    'redis.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'redis.crt',
  );
  const tlsPort = await freePort();
  await server(
    '--tls-port',
    String(tlsPort),
    '--tls-cert-file',
    file('redis.crt'),
    '--tls-key-file',
    file('redis.key'),
    '--tls-ca-cert-file',
    file('ca.crt'),
    '--tls-auth-clients',
    'no',
  );
  const places = { mode: 'single', addresses: [`localhost:${tlsPort}`], tls: true } as const;
  const [first, second] = [await gateway({ ...places, caFile: file('ca.crt') }), await gateway({ ...places, caFile: file('ca.crt') })];
  await until(() => shared(first, second, 0));
  for (const wrong of [{ ...places, caFile: file('other.crt') }, places]) {
    const stranger = await gateway(wrong);
    await calls(stranger, 0, 3);
    expect(await calls(stranger, 0, 3)).toBe(0);
    expect(stranger.worker.services.cache.epochs).toBeUndefined();
  }
}, 60_000);

test('evicting all the time: answers are right, and limits hold as well as they are remembered', async () => {
  const small = await server('--maxmemory', '2mb', '--maxmemory-policy', 'allkeys-lru');
  const one = await gateway({ mode: 'single', addresses: [small.address] });
  await until(() => one.worker.services.cache.epochs !== undefined);
  const filler = small.client();
  const filling = (async () => {
    for (let index = 0; index < 200; index++) await filler.set(`filler-${index}`, 'x'.repeat(20_000));
  })();
  await calls(one, 0, 100);
  await filling;
  await calls(one, 0, 100);
  filler.disconnect();
}, 30_000);

/** Makes one cluster of servers: a third of the slots each, and everybody knows the first. */
async function joined(nodes: readonly RedisServer[]): Promise<void> {
  const clients = nodes.map((node) => node.client());
  const share = Math.ceil(16_384 / nodes.length);
  for (const [index, client] of clients.entries()) {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(index * share), String(Math.min(16_384, (index + 1) * share) - 1));
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  }
  for (const client of clients.slice(1)) await client.call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[0]?.port));
  await until(async () => {
    const states = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO') as Promise<string>));
    return states.every((state) => state.includes('cluster_state:ok') && state.includes(`cluster_known_nodes:${nodes.length}`));
  }, 20_000);
  for (const client of clients) client.disconnect();
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
