import { redisConf } from '../../../constructs/cache/render/redis-conf';

test('the managed cache keeps nothing on disk and lets the least used answers go', () => {
  const lines = redisConf(128 * 1024 * 1024).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining(['save ""', 'appendonly no', 'maxmemory-policy allkeys-lru', 'maxmemory 100663296', 'protected-mode yes']),
  );
});
