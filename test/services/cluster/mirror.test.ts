import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BundleFile } from '../../../core/contract/bundle-files';
import { cutShards } from '../../../core/contract/bundle-shards';
import { assemble, readEndpoints, readShard, readZones, writeBundle } from '../../../services/processor/cluster/mirror';

const partDigest = '11'.repeat(32);
const documentDigest = '44'.repeat(32);
const index = {
  format: 1,
  digest: '22'.repeat(32),
  stack: 'dev',
  parts: [{ name: 'iris-v1', digest: partDigest }],
  openapi: documentDigest,
};
const indexShards = cutShards('index', 'index', index.digest, gzipSync(JSON.stringify(index)));
const partShards = cutShards('part', 'iris-v1', partDigest, gzipSync('{}'));
const documentShards = cutShards('openapi', 'openapi', documentDigest, gzipSync('{}'));

test('a shard is read from its ConfigMap; a stray ConfigMap is passed over', () => {
  const object = {
    metadata: {
      labels: { 'kea.dev/bundle': 'part' },
      annotations: { 'kea.dev/piece': 'iris-v1', 'kea.dev/digest': partDigest, 'kea.dev/shard': '0/1' },
    },
    binaryData: { shard: Buffer.from('abc').toString('base64') },
  };
  expect(readShard(object)).toMatchObject({ kind: 'part', piece: 'iris-v1', number: 0, count: 1 });
  expect(readShard({ ...object, metadata: { ...object.metadata, annotations: {} } })).toBeUndefined();
  expect(readShard({})).toBeUndefined();
});

test('endpoints are the ready addresses of each Service, by its port named http', () => {
  const slice = {
    metadata: { labels: { 'kubernetes.io/service-name': 'iris-v1-0-0' } },
    addressType: 'IPv4',
    ports: [
      { name: 'metrics', port: 9100 },
      { name: 'http', port: 8080 },
    ],
    endpoints: [
      { addresses: ['10.0.0.2'], zone: 'a', conditions: { ready: true } },
      { addresses: ['10.0.0.1'] },
      { addresses: ['10.0.0.3'], conditions: { ready: false } },
      { addresses: ['10.0.0.4'], conditions: { ready: true, terminating: true } },
    ],
  };
  expect(readEndpoints([slice])).toEqual({
    'iris-v1-0-0': [
      { address: '10.0.0.1', port: 8080 },
      { address: '10.0.0.2', port: 8080, zone: 'a' },
    ],
  });
});

test('the gateway’s zones are those of its ready pods, and its own', () => {
  const pod = (name: string, zone?: string, conditions = { ready: true }) => ({
    addresses: [`10.0.0.${name}`],
    targetRef: { name },
    conditions,
    ...(zone ? { zone } : {}),
  });
  const four = {
    addressType: 'IPv4',
    endpoints: [pod('1', 'a', { ready: false }), pod('2', 'b'), pod('3', 'b'), pod('4', 'c', { ready: false })],
  };
  const six = { addressType: 'IPv6', endpoints: [pod('2', 'b'), pod('3', 'b')] };
  expect(readZones([four, six], '1')).toEqual({ own: 'a', gateways: { a: 1, b: 2 } });
  expect(readZones([four], '2')).toEqual({ own: 'b', gateways: { b: 2 } });
  expect(readZones([four], 'not-listed')).toEqual({ gateways: {} });
  expect(readZones([{ endpoints: [pod('1', 'a'), pod('2')] }], '1')).toEqual({ gateways: {} });
});

test('the gRPC port of a Service is a cluster of its own', () => {
  const slice = {
    metadata: { labels: { 'kubernetes.io/service-name': 'iris-v1-0-0' } },
    ports: [
      { name: 'http', port: 8080 },
      { name: 'grpc', port: 8001 },
    ],
    endpoints: [{ addresses: ['10.0.0.1'] }],
  };
  expect(readEndpoints([slice])).toEqual({
    'iris-v1-0-0': [{ address: '10.0.0.1', port: 8080 }],
    'iris-v1-0-0-grpc': [{ address: '10.0.0.1', port: 8001 }],
  });
});

test('nothing is written while a part is missing or two indexes stand side by side', async () => {
  expect(await assemble([...indexShards, ...documentShards])).toEqual({ waiting: `part iris-v1 ${partDigest.slice(0, 12)}` });
  expect(await assemble([...indexShards, ...partShards])).toEqual({ waiting: `document openapi ${documentDigest.slice(0, 12)}` });
  expect(await assemble(partShards)).toEqual({ waiting: 'no complete index' });
  const other = cutShards('index', 'index', '33'.repeat(32), gzipSync(JSON.stringify({ ...index, digest: '33'.repeat(32) })));
  expect(await assemble([...indexShards, ...other, ...partShards, ...documentShards])).toEqual({ waiting: 'two indexes' });
});

test('a whole bundle is written parts first, and files that nothing names are removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kea-mirror-'));
  try {
    const first = await assemble([...indexShards, ...partShards, ...documentShards]);
    if ('waiting' in first) throw new Error(first.waiting);
    await writeBundle(folder, first);
    expect(JSON.parse(await readFile(join(folder, BundleFile.index), 'utf8'))).toEqual(index);
    expect(await readdir(join(folder, 'parts'))).toEqual([
      `iris-v1-${partDigest.slice(0, 16)}.json.gz`,
      `openapi-${documentDigest.slice(0, 16)}.json.gz`,
    ]);
    await writeBundle(folder, { index: { ...first.index, parts: [] }, files: new Map() });
    expect(await readdir(join(folder, 'parts'))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
