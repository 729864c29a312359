/** Part of every cache key: when it changes, what was stored before is never found again. */
export interface CacheEpochs {
  /** Of everything. A store without one gets a fresh random one, never 0. */
  readonly base: string;
  /** `*`, model, `model/v1` or `model/v1/1.4.0` → what was last purged there; a name that is not in it was not. */
  readonly purged: { readonly [what: string]: string | number };
}

/** Redis hash with the epochs of all gateways, below the prefix: `base`, how often something was purged (`count`), and what last was of each name. */
export const EpochField = { hash: 'epochs', base: 'base', count: 'count', purged: 'purged:' } as const;

/** The names under which answers of a version can be purged, widest first. */
export function purgeNames(model: string, contract: string, version: string): readonly string[] {
  return ['*', model, `${model}/${contract}`, `${model}/${contract}/${version}`];
}

/** The epoch of one version: all that was purged of it, in the store and in the bundle. */
export function cacheEpoch(epochs: readonly CacheEpochs[], model: string, contract: string, version: string): string {
  const names = purgeNames(model, contract, version);
  let text = '';
  for (const { base, purged } of epochs) {
    text += `${base};`;
    for (const name of names) if (Object.hasOwn(purged, name)) text += `${name}=${purged[name]};`;
  }
  return text;
}
