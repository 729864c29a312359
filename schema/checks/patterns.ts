import { contractFindings as kind } from '../../core/findings/contract';
import type { Finding } from '../../core/findings/finding';
import { pointerOf } from '../../core/pointer';
import { patternsOf, slowness } from '../../core/slow-pattern';
import { isBroken } from './broken';
import type { ContractSubject } from './subject';

/** No pattern that a crafted text could keep busy. */
export function patternsFast({ full, report }: ContractSubject): readonly Finding[] {
  return Object.entries(full.methods).flatMap(([name, method]) =>
    (['request', 'response'] as const).flatMap((side) => {
      const schema = method[side];
      if (schema === undefined || isBroken(schema)) return [];
      return patternsOf(schema, []).flatMap(({ path, pattern }) => {
        const slow = slowness(pattern);
        if (slow === undefined) return [];
        return [
          report(kind.slowPattern, ['methods', name, side, ...path], {
            message: `"${pattern}" ${slow}, at ${pointerOf(path)} of the schema`,
          }),
        ];
      });
    }),
  );
}
