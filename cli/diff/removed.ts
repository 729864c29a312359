import { decodePart } from '../../core/contract/bundle-codec';
import type { BundleContract } from '../../core/contract/bundle';
import { joinShards, pieceKey, ShardMark, type Shard } from '../../core/contract/bundle-shards';
import { cliFindings } from '../../core/findings/cli';
import { finding, type Finding } from '../../core/findings/finding';
import { isJsonObject } from '../../core/json';
import type { PlanObject } from '../../constructs/plan/plan-object';

/**
 * Versions whose pods a change takes away while calls were still sent to them: removal takes two steps, because tools remove at a moment of their own
 * choosing, which may be before the gateway has let go.
 */
export function removedWhileRouted(before: readonly PlanObject[], after: readonly PlanObject[]): readonly Finding[] {
  const kept = new Set(after.filter(({ kind }) => kind === 'Deployment').map(({ name }) => name));
  return contractsOf(before).flatMap((contract) => {
    if (contract.lifecycle.retired) return [];
    return contract.versions
      .filter(({ version, cluster }) => !kept.has(cluster) && takesCalls(contract, version))
      .map(({ version }) =>
        finding(cliFindings.removedWhileRouted, {
          message: `version ${version} of "${contract.model}" is removed, and its contract ${contract.contract} still sends calls to it`,
          model: contract.model,
          fix: contract.versions.some(({ cluster }) => kept.has(cluster))
            ? 'first apply a change that gives it weight 0, then remove it'
            : 'first apply `lifecycle: { retired: true }`, then remove the file',
        }),
      );
  });
}

function takesCalls({ routing }: BundleContract, version: string): boolean {
  return (routing.weights[version] ?? 0) > 0 || routing.match.some((match) => match.version === version);
}

/** The contracts of a plan, as its gateway bundle has them. */
function contractsOf(objects: readonly PlanObject[]): readonly BundleContract[] {
  const shards = objects.flatMap((object) => shardOf(object) ?? []);
  const pieces = joinShards(shards);
  return [...new Set(shards.map(pieceKey))].flatMap((key) => {
    const bytes = pieces.get(key);
    return bytes ? [decodePart(bytes, key.slice(key.lastIndexOf('/') + 1)).contract] : [];
  });
}

function shardOf({ kind, value }: PlanObject): Shard | undefined {
  const { metadata, binaryData } = value;
  if (kind !== 'ConfigMap' || !isJsonObject(metadata) || !isJsonObject(metadata['labels']) || !isJsonObject(metadata['annotations']))
    return undefined;
  if (metadata['labels'][ShardMark.kind] !== 'part' || !isJsonObject(binaryData)) return undefined;
  const { [ShardMark.piece]: piece, [ShardMark.digest]: digest, [ShardMark.shard]: place } = metadata['annotations'];
  const [number, count] = String(place).split('/').map(Number);
  if (number === undefined || count === undefined) return undefined;
  return {
    kind: 'part',
    piece: String(piece),
    digest: String(digest),
    number,
    count,
    bytes: Buffer.from(String(binaryData[ShardMark.key]), 'base64'),
  };
}
