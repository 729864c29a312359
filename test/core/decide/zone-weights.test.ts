import fc from 'fast-check';
import { zoneWeights } from '../../../core/decide/zone-weights';

// Rounding moves a share of the calls by less than one in a million and each zone.
const ROUNDING = 1e-5;
const SPREAD = 1 / 16;
const ZONES = ['a', 'b', 'c', 'd', 'e'];

const counts = fc
  .array(fc.nat({ max: 40 }), { minLength: ZONES.length, maxLength: ZONES.length })
  .map((pods) => new Map(ZONES.map((zone, at) => [zone, pods[at] ?? 0] as const).filter(([, count]) => count > 0)));
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

/** Zone of a gateway → zone of an instance → part of all calls that goes this way. */
function calls(gateways: ReadonlyMap<string, number>, endpoints: ReadonlyMap<string, number>) {
  const pods = sum(gateways.values());
  return new Map(
    [...gateways].map(([zone, count]) => {
      const weights = zoneWeights(gateways, endpoints, zone);
      if (!weights) return [zone, undefined] as const;
      const whole = sum(weights.values());
      return [zone, new Map([...weights].map(([to, weight]) => [to, ((count / pods) * weight) / whole]))] as const;
    }),
  );
}

test('over all gateways every instance gets the same load, and no fair way keeps more calls in their zone', () => {
  fc.assert(
    fc.property(counts, counts, (gateways, endpoints) => {
      const flow = calls(gateways, endpoints);
      const [pods, instances] = [sum(gateways.values()), sum(endpoints.values())];
      const prefers = gateways.size > 1 && endpoints.size > 1 && instances >= 6;
      for (const [zone, to] of flow) {
        expect(to !== undefined).toBe(prefers);
        if (!to) continue;
        // Of a zone's calls no more can stay than it has, and than its instances may carry.
        const [share, carries] = [(gateways.get(zone) ?? 0) / pods, (endpoints.get(zone) ?? 0) / instances];
        const stay = (1 - SPREAD) * Math.min(share, carries) + SPREAD * share * carries;
        expect(Math.abs((to.get(zone) ?? 0) - stay)).toBeLessThan(ROUNDING);
      }
      if (!prefers) return;
      for (const [zone, count] of endpoints) {
        const load = sum([...flow.values()].map((to) => to?.get(zone) ?? 0));
        expect(Math.abs(load - count / instances)).toBeLessThan(ROUNDING);
      }
    }),
    { numRuns: 500 },
  );
});
