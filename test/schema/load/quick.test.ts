import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { packageRoot } from '../../../core/package-root';
import { readFully } from '../../../schema/load/parse';
import { readQuickly } from '../../../schema/load/quick';

const samples = [
  'models/risk/credit-score/v1.yaml',
  'models/risk/credit-score/model.yaml',
  'models/iris/model.yaml',
  'stacks/prod.yaml',
  'stacks/dev.yaml',
].map((path) => readFileSync(join(packageRoot(), path), 'utf8'));

/** Where the quick reader answers, the library has no complaint and reads the same. */
function agree(text: string): void {
  const quick = readQuickly(text);
  if (!quick) return;
  const full = readFully('x.yaml', text);
  expect(full.findings).toEqual([]);
  expect(quick.value).toEqual(full.value);
}

test('the sample files are plain enough, and read the same', () => {
  const quick = samples.filter((text) => readQuickly(text) !== undefined);
  quick.forEach(agree);
  expect(quick.length).toBeGreaterThanOrEqual(2);
});

test('what is not plain, or wrong, is left to the library', () => {
  const left = [
    'a: &x 1',
    'a: *x',
    'a: |\n  b',
    'a: b\n  c',
    'a: [b,\n  c]',
    'a: no',
    'a: 0777',
    'a: 1\na: 2',
    '- a\nb: c',
    'a: "\\n"',
    'a: {b}',
    'a:\n- b',
    '<<: a',
    'a: !x b',
    'a: b: c',
    '---\na: b',
    'a: {b: 1e3}',
    'a: [b: c]',
    "a: 'it''s'",
    '__proto__: 1',
    '{a: b}',
    'a: @b',
    '',
  ];
  expect(left.filter((text) => readQuickly(text) !== undefined)).toEqual([]);
});

// A no-break space behind a value was trimmed away by the quick reader, and was part of the value to the library.
test('spaces other than the plain one are left to the library', () => {
  for (const space of ['\u00a0', '\u2028', '\u3000', '\t', '\r']) expect(readQuickly(`a: b${space}`)).toBeUndefined();
});

test('any text on which the quick reader answers reads the same by the library', () => {
  const text = fc.string({
    unit: fc.constantFrom(
      'a',
      'b',
      ': ',
      ':',
      '\n',
      '\n  ',
      '\n    ',
      '- ',
      ' ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      ',',
      '"',
      "'",
      '#',
      ' #',
      '1',
      '.',
      '-',
      '0',
      '/',
      'é',
      '\\',
      '~',
      'a: ',
      'b: [',
      'c: {',
      'd:\n  ',
    ),
    maxLength: 40,
  });
  fc.assert(fc.property(text, agree), { numRuns: 10_000 });
});

test('any mutation of a sample reads the same by both', () => {
  const piece = fc.constantFrom(
    '',
    ' ',
    '  ',
    '\n',
    '\n  ',
    ':',
    ': ',
    '- ',
    '#',
    ' # x',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ',',
    'x',
    '1.0',
    'no',
    '&a',
    '*a',
    '!',
    '|',
    '>',
    '%',
    '?',
    '---\n',
    '...\n',
    '\u2028',
    '\u00a0',
  );
  const edit = fc.tuple(fc.nat(), fc.nat({ max: 6 }), piece);
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 3 }), (sample, edits) => {
      agree(
        edits.reduce((before, [at, cut, insert]) => {
          const start = at % (before.length + 1);
          return before.slice(0, start) + insert + before.slice(start + cut);
        }, sample),
      );
    }),
    { numRuns: 2000 },
  );
});
