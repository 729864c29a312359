import type { ModelSelection, ResolvedModel, ResolvedStack } from '../resolved';

/** Whether a model fits every key of the selection that is given. */
export function fitsSelection(model: Pick<ResolvedModel, 'name' | 'owner' | 'tags'>, selection: ModelSelection): boolean {
  const { owner, tags, name } = selection;
  return (
    (owner === undefined || owner.includes(model.owner)) &&
    (tags === undefined || tags.some((tag) => model.tags.includes(tag))) &&
    (name === undefined || name.includes(model.name))
  );
}

/** Shards that take the model's pods; a sound stack has one at most. */
export function shardsOf(model: Pick<ResolvedModel, 'name' | 'owner' | 'tags'>, stack: Pick<ResolvedStack, 'shards'>): readonly string[] {
  return Object.entries(stack.shards ?? {}).flatMap(([shard, selection]) => (fitsSelection(model, selection) ? [shard] : []));
}

/** Stack and shard of a Pulumi stack's name: `prod`, `prod.risk`. */
export function splitStackName(name: string): { readonly stack: string; readonly shard?: string } {
  const dot = name.indexOf('.');
  return dot < 0 ? { stack: name } : { stack: name.slice(0, dot), shard: name.slice(dot + 1) };
}
