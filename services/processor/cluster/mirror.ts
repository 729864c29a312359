import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { BundleIndex } from '../../../core/contract/bundle';
import { BundleFile } from '../../../core/contract/bundle-files';
import { joinShards, pieceKey, ShardMark, type Shard } from '../../../core/contract/bundle-shards';
import { DENY_LIST, type DenyList } from '../../../core/contract/deny-list';
import type { Endpoint, Endpoints, GatewayZones } from '../../../core/contract/endpoints';
import { GRPC_SUFFIX } from '../../../core/contract/names';

const unzip = promisify(gunzip);

/** Largest index that is unpacked, in bytes: 2,000 models need about 0.3 MiB. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;

/** The fields of a ConfigMap that carry a shard. */
export interface ShardObject {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** The fields of an EndpointSlice that matter here. */
export interface SliceObject {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly addressType?: string;
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly zone?: string;
    readonly targetRef?: { readonly name?: string };
    readonly conditions?: { readonly ready?: boolean; readonly terminating?: boolean };
  }[];
}

/** A ConfigMap's shard; undefined when its marks are absent or wrong, so that a stray object is passed over. */
export function readShard(object: ShardObject): Shard | undefined {
  const kind = object.metadata?.labels?.[ShardMark.kind];
  const { [ShardMark.piece]: piece, [ShardMark.digest]: digest, [ShardMark.shard]: place } = object.metadata?.annotations ?? {};
  const data = object.binaryData?.[ShardMark.key];
  const counted = /^(\d{1,4})\/(\d{1,4})$/.exec(place ?? '');
  if ((kind !== 'index' && kind !== 'part' && kind !== 'openapi') || !piece || !digest || !counted || data === undefined) return undefined;
  return { kind, piece, digest, number: Number(counted[1]), count: Number(counted[2]), bytes: Buffer.from(data, 'base64') };
}

/** Ready instances by Service name, which is the Envoy cluster's name. A slice without a port or a Service is passed over. */
export function readEndpoints(slices: readonly SliceObject[]): Endpoints {
  const clusters = new Map<string, Endpoint[]>();
  for (const slice of slices) {
    const service = slice.metadata?.labels?.['kubernetes.io/service-name'];
    const http = (slice.ports?.find((each) => each.name === 'http') ?? slice.ports?.[0])?.port;
    const grpc = slice.ports?.find((each) => each.name === 'grpc')?.port;
    if (!service || slice.addressType === 'FQDN') continue;
    for (const [cluster, port] of [
      [service, http],
      [`${service}${GRPC_SUFFIX}`, grpc],
    ] as const) {
      if (port === undefined) continue;
      clusters.set(cluster, [...(clusters.get(cluster) ?? []), ...readyInstances(slice, port)]);
    }
  }
  return Object.fromEntries(
    [...clusters]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, endpoints]) => [name, [...endpoints].sort((a, b) => (`${a.address}:${a.port}` < `${b.address}:${b.port}` ? -1 : 1))]),
  );
}

function readyInstances({ endpoints = [] }: SliceObject, port: number): readonly Endpoint[] {
  return endpoints.flatMap(({ addresses: [address], conditions, zone }) =>
    // An absent `ready` means unknown, which the API asks to read as ready.
    !address || conditions?.ready === false || conditions?.terminating === true ? [] : [{ address, port, ...(zone ? { zone } : {}) }],
  );
}

/** Zones of the gateway's ready pods and of the one called `pod`, which counts before it is ready. Nothing when the zone of one is not known. */
export function readZones(slices: readonly SliceObject[], pod: string): GatewayZones {
  const zoneOf = new Map<string, string>();
  for (const { addresses, conditions, targetRef, zone = '' } of slices.flatMap(({ endpoints = [] }) => endpoints)) {
    const name = targetRef?.name ?? addresses[0] ?? '';
    // A pod with two addresses stands in two slices and counts once.
    if (name === pod || (conditions?.ready !== false && conditions?.terminating !== true)) zoneOf.set(name, zone);
  }
  const own = zoneOf.get(pod);
  const zones = [...zoneOf.values()].sort();
  if (!own || zones.includes('')) return { gateways: {} };
  return { own, gateways: Object.fromEntries(zones.map((zone) => [zone, zones.filter((each) => each === zone).length])) };
}

/** What of a cluster's shards can be applied: an index all of whose pieces are there. */
export interface WholeBundle {
  readonly index: BundleIndex;
  /** File name → bytes: parts, and the platform's OpenAPI document. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The whole bundle, or the reason why there is none yet. While an apply is under way, shards of two bundles stand side by side. */
export async function assemble(shards: readonly Shard[]): Promise<WholeBundle | { readonly waiting: string }> {
  const pieces = joinShards(shards);
  const indexes = [...pieces].filter(([key]) => key.startsWith('index/'));
  const only = indexes[0];
  if (indexes.length !== 1 || !only) return { waiting: indexes.length === 0 ? 'no complete index' : 'two indexes' };
  const index = JSON.parse((await unzip(only[1], { maxOutputLength: MAX_INDEX_BYTES })).toString('utf8')) as BundleIndex;
  const files = new Map<string, Uint8Array>();
  const wanted = [
    { kind: 'openapi' as const, name: 'openapi', digest: index.openapi, file: BundleFile.openapi(index.openapi) },
    ...index.parts.map(({ name, digest }) => ({ kind: 'part' as const, name, digest, file: BundleFile.part(name, digest) })),
  ];
  for (const { kind, name, digest, file } of wanted) {
    const bytes = pieces.get(pieceKey({ kind, piece: name, digest }));
    if (!bytes) return { waiting: `${kind === 'part' ? 'part' : 'document'} ${name} ${digest.slice(0, 12)}` };
    files.set(file, bytes);
  }
  return { index, files };
}

/** Writes a whole bundle into the folder that the supervisor watches: pieces first, the index by rename, then files that nothing names are removed. */
export async function writeBundle(folder: string, bundle: WholeBundle): Promise<void> {
  await mkdir(join(folder, 'parts'), { recursive: true });
  const there = new Set((await readdir(join(folder, 'parts'))).map((name) => `parts/${name}`));
  for (const [file, bytes] of bundle.files) if (!there.has(file)) await replaceFile(join(folder, file), bytes);
  await replaceFile(join(folder, BundleFile.index), JSON.stringify(bundle.index));
  for (const file of there) if (!bundle.files.has(file)) await rm(join(folder, file), { force: true });
}

/** The ConfigMap's deny list; an empty one when there is none. Whether it is a good one the supervisor judges. */
export function readDenyList(objects: readonly { readonly data?: Readonly<Record<string, string>> }[]): string {
  return objects[0]?.data?.[DENY_LIST.key] ?? JSON.stringify({ format: 1, entries: [] } satisfies DenyList);
}

/** Writes the deny list by rename. */
export async function writeDenyList(folder: string, text: string): Promise<void> {
  await replaceFile(join(folder, BundleFile.deny), text);
}

/** Writes the endpoints by rename. */
export async function writeEndpoints(folder: string, endpoints: Endpoints): Promise<void> {
  await replaceFile(join(folder, BundleFile.endpoints), JSON.stringify(endpoints));
}

/** Writes the zones by rename. */
export async function writeZones(folder: string, zones: GatewayZones): Promise<void> {
  await replaceFile(join(folder, BundleFile.zones), JSON.stringify(zones));
}

async function replaceFile(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.tmp`;
  await writeFile(draft, bytes);
  await rename(draft, file);
}
