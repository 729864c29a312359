import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { aclFile, redisConf } from '../../../constructs/cache/render/redis-conf';
import { RedisCache } from '../../../services/processor/worker/cache/redis';
import { MemoryRateLimiter, RedisRateLimiter } from '../../../services/processor/worker/limiter';
import { RedisConnection } from '../../../services/processor/worker/redis/connection';
import { RedisServer } from '../../support/redis';
import { until } from '../../support/until';

const PASSWORD = 'correct horse battery staple';
const SECRET = Buffer.alloc(32, 7);

let folder: string;
let server: RedisServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kea-acl-'));
  const acl = join(folder, 'users.acl');
  writeFileSync(acl, aclFile('kea:', createHash('sha256').update(PASSWORD).digest('hex')));
  // The plan's own file, but for its port and paths.
  const conf = join(folder, 'redis.conf');
  writeFileSync(conf, redisConf(64 * 1024 * 1024).replace(/^(bind|port|aclfile|dir) .*$/gm, ''));
  server = await RedisServer.start('--include', conf, '--aclfile', acl);
}, 20_000);

afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function gateway(password = PASSWORD): { readonly cache: RedisCache; readonly connection: RedisConnection; close(): Promise<void> } {
  const file = (name: string, text: string): string => {
    const path = join(folder, `${name}-${password.length}`);
    writeFileSync(path, `${text}\n`);
    return path;
  };
  const connection = new RedisConnection({
    kind: 'redis',
    addresses: [server.address],
    mode: 'single',
    tls: false,
    prefix: 'kea:',
    usernameFile: file('username', 'kea'),
    passwordFile: file('password', password),
  });
  const cache = new RedisCache(connection, SECRET);
  return { cache, connection, close: () => cache.close().then(() => connection.close()) };
}

const later = Date.now() + 60_000;
const entry = { body: Buffer.from('{"score":1}'), version: '1.0.0', storedAt: Date.now(), expiresAt: later, staleUntil: later };

test('with the managed Redis’ own users, gateways share answers, one epoch, leadership and limits', async () => {
  const [first, second] = [gateway(), gateway()];
  try {
    await until(() => first.cache.epochs !== undefined && second.cache.epochs !== undefined);
    expect(first.cache.epochs).toEqual(second.cache.epochs);
    const found = await first.cache.look('a');
    expect(found.kind).toBe('lead');
    expect((await second.cache.look('a')).kind).toBe('wait');
    if (found.kind === 'lead') found.lease.store(entry);
    await until(async () => (await second.cache.look('a')).kind === 'entry');
    expect(await second.cache.look('a')).toMatchObject({ kind: 'entry', entry: { body: entry.body } });
    const limit = { requests: 3, tokens: 100, per: 'minute', by: 'client' } as const;
    const limiters = [first, second].map(({ connection }) => new RedisRateLimiter(connection, new MemoryRateLimiter(1)));
    const taken = [];
    for (const limiter of [...limiters, ...limiters]) taken.push(await limiter.take('ada', limit));
    expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, true, false]);
    expect(taken[0]?.headers).toEqual({
      ratelimit: '"default";r=2;t=20, "tokens";r=100;t=0',
      'ratelimit-policy': '"default";q=3;w=60, "tokens";q=100;w=60;qu="tokens"',
    });
  } finally {
    await first.close();
    await second.close();
  }
});

test('the gateway’s user reaches no other key and no other command; nobody else gets in', async () => {
  const options = {
    host: '127.0.0.1',
    port: server.port,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    retryStrategy: () => null,
  };
  const own = new Redis({ ...options, username: 'kea', password: PASSWORD });
  const stranger = new Redis(options);
  try {
    await own.connect();
    await expect(own.get('other')).rejects.toThrow(/NOPERM|permissions/i);
    await expect(own.keys('*')).rejects.toThrow(/NOPERM|permissions/i);
    await expect(own.flushall()).rejects.toThrow(/NOPERM|permissions/i);
    await expect(own.config('GET', '*')).rejects.toThrow(/NOPERM|permissions/i);
    stranger.on('error', () => undefined);
    await expect(stranger.connect().then(() => stranger.get('kea:a'))).rejects.toThrow(/NOAUTH|closed/);
  } finally {
    own.disconnect();
    stranger.disconnect();
  }
});

test('with a wrong password there is no epoch, no entry and no error', async () => {
  const wrong = gateway('wrong');
  try {
    const found = await wrong.cache.look('a');
    expect(found.kind).toBe('lead');
    if (found.kind === 'lead') found.lease.store(entry);
    expect(wrong.cache.epochs).toBeUndefined();
  } finally {
    await wrong.close();
  }
});
