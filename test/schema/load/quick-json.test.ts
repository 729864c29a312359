import fc from 'fast-check';
import type { JsonValue } from '../../../core/json';
import { readFully } from '../../../schema/load/parse';
import { readIndentedJson } from '../../../schema/load/quick-json';

/** Where the quick reader answers, the library has no complaint and reads the same. */
function agree(text: string): boolean {
  const quick = readIndentedJson(text);
  if (!quick) return false;
  const full = readFully('x.yaml', text);
  expect(full.findings).toEqual([]);
  expect(quick.value).toEqual(full.value);
  return true;
}

const written = (value: JsonValue): string => `${JSON.stringify(value, null, 2)}\n`;

test('what a program wrote is read, frozen', () => {
  const text = written({ kea: 'v1', list: [1, -2.5, 1.5e-7, true, null, {}, []], nested: { text: 'a: "b" # c\n\\', empty: '' } });
  expect(agree(text)).toBe(true);
  const { value } = readIndentedJson(text) as { readonly value: { readonly nested: object } };
  expect(Object.isFrozen(value) && Object.isFrozen(value.nested)).toBe(true);
});

test('what is spelled otherwise, or deserves a finding, is left to the library', () => {
  const left = [
    '{\n  "a": 1,\n  "a": 2\n}',
    '{\n  "a": 1.0\n}',
    '{\n  "a": -0\n}',
    '{\n  "a": 1e999\n}',
    '{\n  "a": 1e+21\n}',
    '{\n  "a": 9007199254740993\n}',
    '{\n  "a": "\\ud800"\n}',
    '{\n  "__proto__": 1\n}',
    '{\n  "a": { "constructor": 1 }\n}',
    '{\n\t"a": 1\n}',
    '{\n  "a": 1,\n}',
    '{\n  "a": 1\n}\n---\n{}',
    '{\n  "a": 1\n} # x',
    '[\n  1\n]',
    written({ ['k'.repeat(1100)]: 1 }),
    '',
  ];
  expect(left.filter((text) => readIndentedJson(text) !== undefined)).toEqual([]);
});

test('any JSON on which the quick reader answers reads the same by the library', () => {
  const cutOrChanged = fc.tuple(
    fc.object({ maxDepth: 4 }),
    fc.nat(),
    fc.nat({ max: 2 }),
    fc.constantFrom('', '"', ',', ':', ' ', '\n', '1', '-', '{', '\u00a0'),
  );
  fc.assert(
    fc.property(cutOrChanged, ([value, at, cut, insert]) => {
      const text = written(JSON.parse(JSON.stringify(value)) as JsonValue);
      agree(text);
      const start = at % (text.length + 1);
      agree(text.slice(0, start) + insert + text.slice(start + cut));
    }),
    { numRuns: 3000 },
  );
});
