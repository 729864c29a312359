import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { canonicalJson, sharedJson } from '../../core/canonical';
import type { JsonValue } from '../../core/json';

const vectors = JSON.parse(readFileSync('test/vectors/canonical-json.json', 'utf8')) as readonly {
  readonly name: string;
  readonly value: JsonValue;
  readonly canonical: string;
}[];

describe('RFC 8785', () => {
  test.each(vectors)('$name', ({ value, canonical }) => {
    expect(canonicalJson(value)).toBe(canonical);
  });

  test('parsing the canonical text gives the value back, and the same text again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
        const text = canonicalJson(plain);
        expect(JSON.parse(text)).toEqual(plain);
        expect(canonicalJson(JSON.parse(text) as JsonValue)).toBe(text);
      }),
    );
  });

  test('the order in which keys were written does not matter', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
      }),
    );
  });

  test.each([
    ['NaN', NaN],
    ['infinity', -Infinity],
    ['a lone surrogate', 'a\ud800b'],
    ['a lone surrogate in a key', { '\udc00': 1 }],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalJson(value as JsonValue)).toThrow(TypeError);
  });

  test('drops members that are undefined', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  test('writes negative zero as zero', () => {
    expect(canonicalJson(-0)).toBe('0');
  });
});

test('a value that stands in many places is written as ever, and cannot change any more', () => {
  const rule = sharedJson({ b: [1, { d: 'x', c: null }], a: true });
  expect(canonicalJson({ z: rule, y: [rule] })).toBe(
    '{"y":[{"a":true,"b":[1,{"c":null,"d":"x"}]}],"z":{"a":true,"b":[1,{"c":null,"d":"x"}]}}',
  );
  expect(() => Object.assign(rule.b[1] as object, { c: 1 })).toThrow(TypeError);
  expect(canonicalJson(Object.freeze({ e: 1 }))).toBe('{"e":1}');
});
