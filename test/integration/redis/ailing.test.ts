import { sendJson } from '../../support/recording-model';
import { RedisServer } from '../../support/redis';
import { until } from '../../support/until';
import { isHit, LiveCache } from './live';

// Group 10: whatever Redis does, callers of the edge get the right answer: a miss, never an error, never another's.

let live: LiveCache;
let next = 1000;

beforeAll(async () => {
  live = await LiveCache.start({
    shared: { cache: { scope: 'shared', ttlSeconds: 600 } },
    both: { cache: { scope: 'shared', ttlSeconds: 600 }, rateLimit: { requests: 100_000, per: 'hour', by: 'subject' } },
  });
  live.model.answer = ({ body }, response) => sendJson(response, `{"y":${(JSON.parse(body) as { x: number }).x}}`);
  await live.untilCaching();
}, 60_000);
afterAll(() => live.stop(), 20_000);

/** Fresh questions, and the same ones again: each answered, each rightly. */
async function answersRightly(count = 6): Promise<void> {
  const from = (next += 100);
  for (const turn of ['first', 'again']) {
    for (let x = from; x < from + count; x++) {
      const answer = await live.call(x % 2 === 0 ? 'shared' : 'both', x);
      expect([turn, answer.status, answer.json]).toEqual([turn, 200, { y: x }]);
    }
  }
}

const hitsAgain = async (): Promise<void> => {
  const x = (next += 100);
  await until(async () => {
    const answer = await live.call('shared', x);
    expect([answer.status, answer.json]).toEqual([200, { y: x }]);
    return isHit(answer);
  }, 15_000);
};

test('killed under calls, and started again empty', async () => {
  const running = Array.from({ length: 40 }, (_, index) => live.call('both', 500 + index));
  await live.redis.kill();
  expect((await Promise.all(running)).map(({ status, json }) => [status, json['y']])).toEqual(
    running.map((_, index) => [200, 500 + index]),
  );
  await answersRightly();
  await live.redis.up();
  await hitsAgain();
}, 30_000);

test('stopped without a word', async () => {
  live.redis.pause();
  try {
    await answersRightly();
  } finally {
    live.redis.resume();
  }
  await hitsAgain();
}, 30_000);

test('slow: every command waits for a second and more', async () => {
  const client = live.redis.client();
  await client.call('CLIENT', 'PAUSE', '1500', 'ALL');
  await answersRightly();
  await hitsAgain();
  client.disconnect();
}, 30_000);

test('full (-OOM), and read-only (-READONLY)', async () => {
  const client = live.redis.client();
  await client.config('SET', 'maxmemory', '1');
  await answersRightly();
  await client.config('SET', 'maxmemory', '0');
  await hitsAgain();
  await client.replicaof('127.0.0.1', '1');
  await answersRightly();
  await client.call('REPLICAOF', 'NO', 'ONE');
  await hitsAgain();
  client.disconnect();
}, 30_000);

test('busy with a script that does not end, refusing all commands', async () => {
  const [client, rescue] = [live.redis.client(), live.redis.client()];
  await rescue.ping();
  await client.config('SET', 'busy-reply-threshold', '1');
  const busy = client.eval('while true do end', 0).catch((error: Error) => error.message);
  await answersRightly();
  await rescue.call('SCRIPT', 'KILL');
  expect(String(await busy)).toContain('killed');
  await hitsAgain();
  await rescue.call('ACL', 'SETUSER', 'default', '-@all', '+acl');
  await answersRightly();
  await rescue.call('ACL', 'SETUSER', 'default', '+@all');
  await hitsAgain();
  client.disconnect();
  rescue.disconnect();
}, 40_000);

test('values that are cut, changed, exchanged, of another type, or gone', async () => {
  const client = live.redis.client();
  const from = (next += 100);
  const ask = async (): Promise<void> => {
    for (let x = from; x < from + 8; x++) expect((await live.call('shared', x)).json).toEqual({ y: x });
  };
  await ask();
  const entries = async (): Promise<string[]> => (await client.keys('kea:{*}')).sort();
  await until(async () => (await entries()).length >= 8);
  const keys = await entries();
  const values = (await Promise.all(keys.map((key) => client.getBuffer(key)))).map((value) => value ?? Buffer.alloc(0));
  const harms: readonly ((key: string, index: number) => Promise<unknown>)[] = [
    (key, index) => client.set(key, values[index]?.subarray(0, -1) ?? ''),
    (key, index) => client.set(key, Buffer.from(values[index]?.map((byte, at, all) => (at === all.length - 2 ? byte ^ 1 : byte)) ?? [])),
    (key, index) => client.set(key, values[(index + 1) % keys.length] ?? ''),
    (key) => client.set(key, '{"y":666}'),
    (key) => client.set(key, ''),
    async (key) => (await client.del(key), client.lpush(key, '{"y":666}')),
    (key) => client.del(key),
  ];
  for (const harm of harms) {
    await Promise.all(keys.map(harm));
    await ask();
  }
  // Also the one key beside the answers.
  await client.del('kea:epochs');
  await ask();
  await client.set('kea:epochs', 'nonsense');
  await ask();
  await client.del('kea:epochs');
  client.disconnect();
  await hitsAgain();
}, 40_000);

test('away at the start: the gateway starts without it and finds it later', async () => {
  const away = await RedisServer.start();
  await away.kill();
  const other = await LiveCache.start({ shared: { cache: { scope: 'shared', ttlSeconds: 600 } } }, {}, away);
  other.model.answer = ({ body }, response) => sendJson(response, `{"y":${(JSON.parse(body) as { x: number }).x}}`);
  try {
    for (const x of [1, 1, 2]) {
      const answer = await other.call('shared', x);
      expect([answer.status, answer.json, isHit(answer)]).toEqual([200, { y: x }, false]);
    }
    await away.up();
    await until(async () => isHit(await other.call('shared', 1)), 15_000);
  } finally {
    await other.stop();
  }
}, 60_000);
