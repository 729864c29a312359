import type { BundleMethod, BundlePart } from '../../core/contract/bundle';
import { decodePart } from '../../core/contract/bundle-codec';
import { joinShards, pieceKey, type Shard, ShardMark } from '../../core/contract/bundle-shards';
import { contractName } from '../../core/contract/names';
import type { RouteSubject } from '../../core/contract/facts';
import { isJsonObject, type JsonObject, type JsonSchema } from '../../core/json';
import type { ResolvedPlatform } from '../../schema/resolved';
import type { JudgedPlan } from '../rule';

/** One contract as rules see it, whether it comes from model files or out of a gateway's own ConfigMaps. */
export interface JudgedContract extends RouteSubject {
  readonly model: string;
  readonly contract: string;
  readonly lifecycle: { readonly deprecated?: string; readonly sunset?: string; readonly retired: boolean };
  readonly methods: readonly JudgedMethod[];
  /** ConfigMaps that carry it. */
  readonly objects: readonly JsonObject[];
  /** Only where it was read out of them. */
  readonly routes?: readonly JsonObject[];
}

export interface JudgedMethod extends Omit<BundleMethod, 'requestSchema' | 'responseSchema' | 'call' | 'examples'> {
  readonly request: JsonSchema;
  readonly response: JsonSchema;
}

export interface Contracts {
  readonly contracts: readonly JudgedContract[];
  /** Pieces that are not what they say: a shard is missing, or bytes were changed. */
  readonly unreadable: readonly { readonly object: JsonObject; readonly reason: string }[];
}

const known = new WeakMap<JudgedPlan, Contracts>();

/** The contracts of a plan: of its platform where there is one, which costs nothing; else unpacked from the objects. */
export function contractsOf(plan: JudgedPlan): Contracts {
  const contracts = known.get(plan) ?? (plan.platform ? fromPlatform(plan.platform, plan.objects) : fromObjects(plan.objects));
  known.set(plan, contracts);
  return contracts;
}

function fromPlatform(platform: ResolvedPlatform, objects: readonly JsonObject[]): Contracts {
  const carriers = carriersByPiece(objects);
  const contracts = platform.models.flatMap((model) =>
    model.contracts.map((contract) => ({
      ...contract,
      model: model.name,
      classification: model.data.classification,
      objects: carriers.get(contractName(model.name, contract.contract)) ?? [],
    })),
  );
  return { contracts, unreadable: [] };
}

function fromObjects(objects: readonly JsonObject[]): Contracts {
  const contracts: JudgedContract[] = [];
  const unreadable: { object: JsonObject; reason: string }[] = [];
  for (const carriers of carriersByPiece(objects).values()) {
    try {
      contracts.push(contractOf(decode(carriers), carriers));
    } catch (error) {
      unreadable.push({ object: carriers[0] as JsonObject, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { contracts, unreadable };
}

/** ConfigMaps that carry parts, by the name of the part. */
function carriersByPiece(objects: readonly JsonObject[]): ReadonlyMap<string, readonly JsonObject[]> {
  const carriers = new Map<string, JsonObject[]>();
  for (const object of objects) {
    if (object['kind'] !== 'ConfigMap' || metadata(object, 'labels')[ShardMark.kind] !== 'part') continue;
    const piece = metadata(object, 'annotations')[ShardMark.piece] ?? '';
    carriers.set(piece, [...(carriers.get(piece) ?? []), object]);
  }
  return carriers;
}

function decode(carriers: readonly JsonObject[]): BundlePart {
  const shards = carriers.map(shardOf);
  const [first] = shards as [Shard];
  const bytes = joinShards(shards).get(pieceKey(first));
  if (bytes === undefined) throw new Error(`of ${first.count} shards only ${shards.length} are there`);
  return decodePart(bytes, first.digest);
}

function shardOf(object: JsonObject): Shard {
  const annotations = metadata(object, 'annotations');
  const data = isJsonObject(object['binaryData']) ? object['binaryData'][ShardMark.key] : undefined;
  const [number = 0, count = 1] = (annotations[ShardMark.shard] ?? '0/1').split('/').map(Number);
  return {
    kind: 'part',
    piece: annotations[ShardMark.piece] ?? '',
    digest: annotations[ShardMark.digest] ?? '',
    number,
    count,
    bytes: Buffer.from(typeof data === 'string' ? data : '', 'base64'),
  };
}

function contractOf(part: BundlePart, objects: readonly JsonObject[]): JudgedContract {
  const { methods, ...contract } = part.contract;
  return {
    ...contract,
    methods: methods.map((method) => ({
      ...method,
      request: part.schemas[method.requestSchema] ?? {},
      response: part.schemas[method.responseSchema] ?? {},
    })),
    objects,
    routes: part.routes,
  };
}

/** Labels or annotations of an object. */
export function metadata(object: JsonObject, map: 'labels' | 'annotations'): { readonly [key: string]: string } {
  const found = isJsonObject(object['metadata']) ? object['metadata'][map] : undefined;
  return isJsonObject(found) ? (found as { readonly [key: string]: string }) : {};
}
