/**
 * How one gzipped piece of the bundle (an index or a part) travels in ConfigMaps: in shards that every tool can apply.
 * Client-side apply and Argo CD's default refuse objects above 262,144 bytes, so a shard's base64 stays below 240 KiB with room for metadata.
 */
export const SHARD_BYTES = 172 * 1024;

/** Labels, annotations and the data key of a shard's ConfigMap. */
export const ShardMark = {
  /** Label: `index`, `part` or `openapi`. */
  kind: 'kea.dev/bundle',
  /** Annotation: name of the piece: `index`, `openapi`, or `contractName(model, contract)`. */
  piece: 'kea.dev/piece',
  /** Annotation: sha256 (hex) of the piece. */
  digest: 'kea.dev/digest',
  /** Annotation: `<number from 0>/<count>`. */
  shard: 'kea.dev/shard',
  /** Key in `binaryData`. */
  key: 'shard',
} as const;

/** One shard, whatever object carries it. */
export interface Shard {
  readonly kind: 'index' | 'part' | 'openapi';
  readonly piece: string;
  readonly digest: string;
  readonly number: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Name of the ConfigMap: the first shard has no number, so that a small piece has a plain name. */
export function shardName(shard: Pick<Shard, 'kind' | 'piece' | 'number'>): string {
  // No contract's piece is named so: those end with their major version.
  const base = `kea-bundle-${shard.kind === 'part' ? shard.piece : shard.kind}`;
  return shard.number === 0 ? base : `${base}-${shard.number}`;
}

/** Cuts one piece. */
export function cutShards(kind: Shard['kind'], piece: string, digest: string, bytes: Uint8Array, size: number = SHARD_BYTES): Shard[] {
  const count = Math.max(1, Math.ceil(bytes.length / size));
  return Array.from({ length: count }, (_, number) => ({
    kind,
    piece,
    digest,
    number,
    count,
    bytes: bytes.subarray(number * size, (number + 1) * size),
  }));
}

/** The pieces that are complete, by `<kind>/<piece>/<digest>`; shards of an older digest that linger do not disturb. */
export function joinShards(shards: readonly Shard[]): ReadonlyMap<string, Uint8Array> {
  const groups = new Map<string, Shard[]>();
  for (const shard of shards) {
    const key = pieceKey(shard);
    groups.set(key, [...(groups.get(key) ?? []), shard]);
  }
  const pieces = new Map<string, Uint8Array>();
  for (const [key, group] of groups) {
    const count = group[0]?.count ?? 0;
    const ordered = [...group].sort((a, b) => a.number - b.number);
    const complete = ordered.length === count && ordered.every((shard, index) => shard.number === index && shard.count === count);
    if (complete) pieces.set(key, Buffer.concat(ordered.map((shard) => shard.bytes)));
  }
  return pieces;
}

/** Key of a piece in `joinShards`' answer. */
export function pieceKey(piece: Pick<Shard, 'kind' | 'piece' | 'digest'>): string {
  return `${piece.kind}/${piece.piece}/${piece.digest}`;
}
