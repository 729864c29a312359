import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { aclFile, redisConf } from '../../../constructs/cache/render/redis-conf';
import { RedisCache } from '../../../services/processor/worker/cache/redis';
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

function cache(password = PASSWORD): RedisCache {
  return new RedisCache({ address: server.address, tls: false, username: 'kea', password, prefix: 'kea:', secret: SECRET });
}

const entry = { body: Buffer.from('{"score":1}'), version: '1.0.0', storedAt: Date.now(), expiresAt: Date.now() + 60_000 };

test('with the managed Redis’ own users, gateways share answers and one epoch', async () => {
  const [first, second] = [cache(), cache()];
  try {
    await until(() => first.epoch !== undefined && second.epoch !== undefined);
    expect(first.epoch).toBe(second.epoch);
    first.set('a', entry);
    await until(async () => (await second.get('a')) !== undefined);
    expect((await second.get('a'))?.body.toString()).toBe('{"score":1}');
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
  const wrong = cache('wrong');
  try {
    expect(await wrong.get('a')).toBeUndefined();
    wrong.set('a', entry);
    expect(wrong.epoch).toBeUndefined();
  } finally {
    await wrong.close();
  }
});
