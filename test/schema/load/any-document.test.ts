import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { isJsonObject, type JsonValue } from '../../../core/json';
import { loadPlatform } from '../../../schema/load';
import { readDocuments } from '../../../schema/load/read';
import { fullSample, withFullSample } from '../../support/mutations';

/** Values that people write by mistake, and some that nobody would. */
const odd = fc.oneof(
  fc.constantFrom<JsonValue>(
    0,
    -1,
    1e9,
    0.1,
    '',
    'a',
    '0s',
    '0Ki',
    '1.0.0',
    'nowhere.json',
    true,
    null,
    [],
    {},
    ['a', 'a'],
    { a: 1 },
    '1000000000000d',
    's3://a',
    '../a',
    '{}',
    'x'.repeat(300),
  ),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>,
);

/** Takes keys away, puts odd values in, and copies one key's value to another. */
function damaged(value: JsonValue, pick: (most: number) => number, value2: () => JsonValue): JsonValue {
  if (pick(12) === 0) return value2();
  if (Array.isArray(value)) return value.map((each: JsonValue) => damaged(each, pick, value2));
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(() => pick(12) !== 0);
  return Object.fromEntries(kept.map(([key, member]) => [pick(25) === 0 ? 'other' : key, damaged(member as JsonValue, pick, value2)]));
}

test(
  'documents damaged at random end in findings, never in an exception',
  () =>
    withFullSample(async (root) => {
      const { models, stack } = await readDocuments({ root, stack: 'prod' });
      const values = new Map<string, unknown>([
        ...models.flatMap((each) => [each.model, ...each.contracts.values()]).map((each): [string, unknown] => [each.file, each.value]),
        ['stacks/prod.yaml', stack?.value],
      ]);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...fullSample.filter(({ file }) => values.has(file))), fc.gen(), async ({ file }, g) => {
          const before = readFileSync(join(root, file), 'utf8');
          const changed = damaged(
            values.get(file) as JsonValue,
            (most) => g(fc.nat, { max: most }),
            () => g(() => odd),
          );
          writeFileSync(join(root, file), stringify(changed));
          try {
            const { platform, findings, origins } = await loadPlatform({ root, stack: 'prod' });
            for (const each of platform?.models ?? []) expect(origins.model(each.name)?.name).toBe(each.name);
            for (const each of findings)
              expect(each).toMatchObject({ code: expect.stringMatching(/^KEA\d{4}$/) as string, message: expect.any(String) as string });
          } finally {
            writeFileSync(join(root, file), before);
          }
        }),
        { numRuns: 300 },
      );
    }),
  120_000,
);
