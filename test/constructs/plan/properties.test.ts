import fc from 'fast-check';
import { planFiles } from '../../../constructs/plan/files';
import { layerNumber } from '../../../constructs/plan/layers';
import { objectKey, type PlanObject } from '../../../constructs/plan/plan-object';
import { referencesOf } from '../../../constructs/plan/references';
import { FRAMEWORKS } from '../../../core/contract/protocols';
import type { ResolvedModel, ResolvedPlatform, ResolvedVersion } from '../../../schema/resolved';
import { frameworkVersion, sampleContract, sampleModel, sampleStack } from '../../support/platforms';
import { modelsPlan } from '../../support/trees';

const GiB = 1024 ** 3;

const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,43}[a-z0-9])?$/);
const version = (model: string, major: number): fc.Arbitrary<ResolvedVersion> =>
  fc
    .record({
      framework: fc.constantFrom(...FRAMEWORKS),
      minor: fc.nat(20),
      patch: fc.nat(20),
      min: fc.integer({ min: 1, max: 5 }),
      more: fc.nat(5),
      load: fc.integer({ min: 1, max: 1800 }),
      cpu: fc.integer({ min: 1, max: 16000 }),
      memory: fc.integer({ min: 1, max: 64 * GiB }),
    })
    .map(({ framework, minor, patch, min, more, load, cpu, memory }) => {
      const base = frameworkVersion(model, framework);
      return {
        ...base,
        version: `${major}.${minor}.${patch}`,
        runtime: { ...base.runtime, loadSeconds: load },
        resources: { ...base.resources, cpuMillis: cpu, memoryBytes: memory },
        scaling: { ...base.scaling, min, max: min + more },
      };
    });

const model: fc.Arbitrary<ResolvedModel> = name.chain((given) =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })
    .chain((majors) =>
      fc.tuple(
        ...majors.map((major) =>
          fc
            .uniqueArray(version(given, major), { minLength: 1, maxLength: 3, selector: (each) => each.version })
            .map((versions) => ({ major, versions })),
        ),
      ),
    )
    .map((contracts) =>
      sampleModel(given, { contracts: contracts.map(({ major, versions }) => sampleContract(given, { contract: `v${major}`, versions })) }),
    ),
);

const platform: fc.Arbitrary<ResolvedPlatform> = fc
  .uniqueArray(model, { maxLength: 4, selector: (each) => each.name })
  .map((models) => ({ stack: sampleStack(), models }));

test('every valid platform gives a plan without findings: unique names, references that resolve, valid labels, sizes', () => {
  fc.assert(
    fc.property(platform, (given) => expect(modelsPlan(given).findings).toEqual([])),
    { numRuns: 60 },
  );
});

test('every object stands after the objects that it names', () => {
  fc.assert(
    fc.property(platform, (given) => {
      const { objects } = modelsPlan(given);
      const position = new Map(objects.map((object, index) => [`${object.kind}/${object.namespace ?? ''}/${object.name}`, index]));
      objects.forEach((object, index) => {
        for (const reference of referencesOf(object).names) {
          const target = position.get(`${reference.kind}/${reference.namespace ?? ''}/${reference.name}`);
          if (target !== undefined) expect(target).toBeLessThan(index);
        }
      });
      const layers = objects.map((object) => layerNumber(object.layer));
      expect(layers).toEqual([...layers].sort((a, b) => a - b));
    }),
    { numRuns: 30 },
  );
});

test('the same platform gives the same bytes, in whatever order its models come', () => {
  fc.assert(
    fc.property(platform, (given) => {
      const once = planFiles(modelsPlan(given));
      const again = planFiles(modelsPlan({ ...given, models: [...given.models].reverse() }));
      expect(again).toEqual(once);
    }),
    { numRuns: 20 },
  );
});

test("editing one model changes only that model's objects", () => {
  fc.assert(
    fc.property(platform, (given) => {
      const [first] = given.models;
      if (!first) return;
      const edited: ResolvedPlatform = {
        ...given,
        models: given.models.map((each) => (each === first ? { ...each, owner: 'other-team' } : each)),
      };
      const before = byIdentity(modelsPlan(given).objects);
      for (const [key, object] of byIdentity(modelsPlan(edited).objects)) {
        if (JSON.stringify(before.get(key)?.value) !== JSON.stringify(object.value)) expect(object.model).toBe(first.name);
      }
    }),
    { numRuns: 20 },
  );
});

function byIdentity(objects: readonly PlanObject[]): ReadonlyMap<string, PlanObject> {
  return new Map(objects.map((object) => [objectKey(object), object]));
}
