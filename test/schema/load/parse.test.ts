import fc from 'fast-check';
import { parse as libraryParse, stringify } from 'yaml';
import { parseDocument, parseYaml } from '../../../schema/load/parse';
import { readPlainScalar } from '../../../schema/load/scalars';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const read = (text: string): unknown => parseYaml('x.yaml', bytes(text)).value;

test('plain values mean what YAML 1.2 says', () => {
  expect(read('a: 1\nb: -1.50\nc: true\nd: ~\ne:\nf: text with spaces\ng: 1.4.0\nh: "no"\ni: 10m\nj: 1.0e-6\nk: s3://a/b:c')).toEqual({
    a: 1,
    b: -1.5,
    c: true,
    d: null,
    e: null,
    f: 'text with spaces',
    g: '1.4.0',
    h: 'no',
    i: '10m',
    j: 1e-6,
    k: 's3://a/b:c',
  });
  expect(read("a: |\n  two\n  lines\nb: >-\n  one\n  line\nc: \"\\u00e4\"\nd: 'it''s'")).toEqual({
    a: 'two\nlines\n',
    b: 'one line',
    c: 'ä',
    d: "it's",
  });
  expect(read('x: &a [1, 2]\ny: *a')).toEqual({ x: [1, 2], y: [1, 2] });
});

test('values are frozen all the way down', () => {
  const value = read('a: [{ b: 1 }]') as { a: [{ b: number }] };
  expect([value, value.a, value.a[0]].map((each) => Object.isFrozen(each))).toEqual([true, true, true]);
});

test('places are those of keys, of values, and of the nearest ancestor', () => {
  const { document } = parseDocument('model', 'm.yaml', bytes('# first\nmethods:\n  score: { roles: [a, b] }\nowner: x\n'));
  expect(document.place(['methods', 'score', 'roles'])).toEqual({ file: 'm.yaml', line: 3, column: 12, path: 'methods.score.roles' });
  expect(document.valuePlace(['methods', 'score', 'roles', 1])).toEqual({
    file: 'm.yaml',
    line: 3,
    column: 23,
    path: 'methods.score.roles[1]',
  });
  expect(document.place(['methods', 'score', 'timeout'])).toEqual({ file: 'm.yaml', line: 3, column: 3, path: 'methods.score.timeout' });
  expect(document.valuePlace(['versions', '1.0.0'])).toEqual({ file: 'm.yaml', line: 2, column: 1, path: 'versions["1.0.0"]' });
  expect(document.place([])).toEqual({ file: 'm.yaml', line: 2, column: 1 });
});

test('carriage returns change nothing', () => {
  expect(read('a: 1\r\nb:\r\n  - x\r\n')).toEqual({ a: 1, b: ['x'] });
});

test('every JSON document is read as its own value', () => {
  const json = fc.jsonValue({ noUnicodeString: false, maxDepth: 4 });
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value);
      const parsed = parseYaml('x.yaml', bytes(text));
      // Exponents, reserved keys and the like are refused; what is accepted must be equal.
      if (parsed.findings.length === 0) expect(parsed.value).toEqual(JSON.parse(text));
    }),
  );
});

// Except for a lone y or n, which YAML 1.1 lists but hardly any reader takes as a boolean, and which are common names of tensors.
test('what is accepted means the same to the library in YAML 1.1 and in YAML 1.2', () => {
  const words = ['1', '0', '-0', '1.5', '1.', '.5', '+1', '1e3', '1.0e+3', '1.0e3', '0777', '0o17', '0x1F', '1_000', '12:30', '2027-01-01', 'no', 'On', 'true', 'True', 'null', '~', '', '.inf', '1.4.0', '10m', '1E5', '00', '08', '1:2:3', '0b11', '190:20:30.15', '-.5', '+.5', '1.5.', '12e03']; // prettier-ignore
  const shaped = fc.string({ unit: fc.constantFrom(...'0123456789.eE+-_:xobTZ'), minLength: 1, maxLength: 12 });
  const judge = (word: string): void => {
    const ours = readPlainScalar(word);
    if (ours.trap) return;
    for (const version of ['1.1', '1.2'] as const) {
      let theirs: unknown;
      try {
        theirs = libraryParse(`- ${word}`, { version, merge: false, logLevel: 'silent' });
      } catch {
        return; // Not a plain scalar at all.
      }
      const value: unknown = Array.isArray(theirs) ? theirs[0] : undefined;
      // The library takes a lone point for a number in YAML 1.1, and then has none.
      if ((typeof value === 'object' && value !== null) || Number.isNaN(value)) return;
      expect([word, version, ours.value === 0 ? 0 : ours.value]).toEqual([word, version, value === 0 ? 0 : value]);
    }
  };
  words.forEach(judge);
  fc.assert(fc.property(shaped, judge), { numRuns: 3000 });
});

test('what the library writes is read back', () => {
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
  const value = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 3 })), { maxKeys: 5 });
  fc.assert(
    fc.property(value, (given) => {
      const parsed = parseYaml('x.yaml', bytes(stringify(given)));
      if (parsed.findings.length === 0) expect(parsed.value).toEqual(given);
    }),
  );
});
