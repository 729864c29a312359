/** Weights of one zone's full share; integers, so that Envoy takes them. */
const SCALE = 1_000_000;
/** As Envoy's own `min_cluster_size`: with fewer instances one busy connection would have too small a part of them. */
const LEAST_ENDPOINTS = 6;
/** This part of the calls goes to all instances alike: a retry then finds another zone, and a zone that dies leaves its calls to all others evenly. */
const SPREAD = 1 / 16;

/**
 * How a gateway in zone `own` weighs the zones of one version's instances, 1 to 1,000,000 each.
 * Summed over all gateways, of which each takes as many calls as another, every instance gets the same load; within that (and `SPREAD`) as many calls as possible stay in their zone:
 * all of them where the zone has at least the share of instances that it has of gateways; otherwise what its instances can carry, and the rest goes where zones have instances to spare.
 *
 * @param gateways zone → pods; an empty name: unknown
 * @param endpoints zone → ready instances, 1 or more
 * @returns undefined: no preference, because a zone is unknown, gateways or instances stand in one zone, or there are too few instances
 */
export function zoneWeights(
  gateways: ReadonlyMap<string, number>,
  endpoints: ReadonlyMap<string, number>,
  own: string | undefined,
): ReadonlyMap<string, number> | undefined {
  const [pods, instances] = [total(gateways), total(endpoints)];
  if (own === undefined || !gateways.has(own) || gateways.has('') || endpoints.has('')) return undefined;
  if (gateways.size < 2 || endpoints.size < 2 || instances < LEAST_ENDPOINTS) return undefined;
  // In units of 1 / (pods × instances) of all calls: exact.
  const carries = (zone: string): number => (endpoints.get(zone) ?? 0) * pods;
  const receives = (zone: string): number => (gateways.get(zone) ?? 0) * instances;
  const spare = (zone: string): number => Math.max(0, carries(zone) - receives(zone));
  const stays = Math.min(1, carries(own) / receives(own));
  const allSpare = [...endpoints.keys()].reduce((sum, zone) => sum + spare(zone), 0);
  const near = (zone: string): number => (zone === own ? stays : stays === 1 ? 0 : ((1 - stays) * spare(zone)) / allSpare);
  return new Map(
    [...endpoints].map(([zone, count]) => {
      const share = (1 - SPREAD) * near(zone) + SPREAD * (count / instances);
      return [zone, Math.max(1, Math.round(SCALE * share))];
    }),
  );
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
