import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { SHARD_BYTES, cutShards, joinShards, pieceKey, shardName } from '../../../core/contract/bundle-shards';

const digest = 'ab'.repeat(32);

test('a small piece is one shard with a plain name', () => {
  const [only, ...others] = cutShards('part', 'iris-v1', digest, Buffer.from('hello'));
  expect(others).toEqual([]);
  expect(only).toMatchObject({ number: 0, count: 1 });
  expect(shardName(only!)).toBe('kea-bundle-iris-v1');
  expect(shardName({ kind: 'index', piece: 'index', number: 2 })).toBe('kea-bundle-index-2');
});

test('base64 of a full shard leaves room for metadata below 240 KiB', () => {
  expect(Math.ceil(SHARD_BYTES / 3) * 4).toBeLessThan(240 * 1024 - 4 * 1024);
});

test('any piece comes back whole, whatever the order, and never from a part of its shards', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 300 }), fc.integer(), (bytes, size, seed) => {
      const shards = cutShards('part', 'iris-v1', digest, bytes, size);
      const shuffled = [...shards].sort((a, b) => ((a.number * 7919 + seed) % 13) - ((b.number * 7919 + seed) % 13));
      expect(Buffer.from(joinShards(shuffled).get(pieceKey(shards[0]!))!).equals(Buffer.from(bytes))).toBe(true);
      expect(joinShards(shards.slice(1)).size).toBe(0);
    }),
  );
});

test('shards of two digests do not mix', () => {
  const old = cutShards('index', 'index', '00'.repeat(32), gzipSync('old'), 4);
  const now = cutShards('index', 'index', digest, gzipSync('now'), 4);
  const joined = joinShards([...old.slice(1), ...now]);
  expect([...joined.keys()]).toEqual([`index/index/${digest}`]);
});
