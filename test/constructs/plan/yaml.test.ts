import fc from 'fast-check';
import { parse } from 'yaml';
import { toYaml } from '../../../constructs/plan/yaml';
import type { JsonObject } from '../../../core/json';

const NASTY = [
  '',
  ' ',
  'no',
  'Yes',
  'null',
  '~',
  '1e3',
  'e0',
  'E12',
  'e+5',
  '0x1f',
  '012',
  '1:30',
  '12:30:45',
  '.inf',
  '-',
  '- a',
  '? b',
  'a: b',
  'a #b',
  '#a',
  '&a',
  '*a',
  '!a',
  '|',
  '>',
  '%a',
  '@a',
  '`a',
  "it's",
  '"q"',
  '{a}',
  '[a]',
  'a,b',
  'line\nline',
  'line\n',
  'line\n\n',
  '\nline',
  '  x\ny',
  'x\n  \ny',
  'x\n y',
  'tab\there',
  'x\n\ty',
  'cr\r\nlf',
  '\u0085',
  '\u2028',
  '\u00a0',
  '\ufeff',
  '\u007f',
  '---',
  '...',
  'x\n---\ny',
  'é',
  '😀',
  '2026-11-22',
  '<<',
  '=',
  'a:',
  'http://x:80/y',
  'x ',
  'sha256:ab',
];

test('text of several lines stays readable', () => {
  expect(toYaml({ data: { 'a.yaml': 'x: 1\ny:\n  - 2\n' } })).toBe('data:\n  a.yaml: |\n    x: 1\n    y:\n      - 2\n');
});

test('lists of objects are written the way people write them', () => {
  expect(toYaml({ ports: [{ name: 'http', port: 80 }], args: ['--a=b', ''], none: [], nothing: {} })).toBe(
    'ports:\n- name: http\n  port: 80\nargs:\n- "--a=b"\n- ""\nnone: []\nnothing: {}\n',
  );
});

const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string(),
  fc.string({ unit: 'binary' }).filter((value) => !/[\ud800-\udfff]/u.test(value)),
);
const json = fc.letrec<{ value: unknown; map: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('map'),
  ),
  map: fc.dictionary(
    text.filter((key) => key.length < 200 && key !== '__proto__'),
    tie('value'),
    { maxKeys: 4 },
  ) as fc.Arbitrary<JsonObject>,
})).map;

test.each(['1.2', '1.1'] as const)('an outside parser reads back what was written, as YAML %s', (version) => {
  fc.assert(
    fc.property(json, (value) => {
      expect(parse(toYaml(value), { version, merge: false })).toEqual(value);
    }),
    {
      numRuns: 500,
      examples: [
        [Object.fromEntries(NASTY.map((word, index) => [`k${index}`, word]))],
        [Object.fromEntries(NASTY.map((word) => [word, word]))],
      ],
    },
  );
});
