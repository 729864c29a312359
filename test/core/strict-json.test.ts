import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { canonicalJson } from '../../core/canonical';
import { DEFAULT_JSON_LIMITS, parseStrictJson } from '../../core/strict-json';

interface Vector {
  readonly name: string;
  /** The text; or its bytes in hex. */
  readonly text?: string;
  readonly hex?: string;
  readonly expect: {
    readonly ok: boolean;
    readonly exact?: boolean;
    readonly rule?: string;
    readonly pointer?: string;
    readonly inexact?: object;
  };
}
const vectors = JSON.parse(readFileSync('test/vectors/strict-json.json', 'utf8')) as readonly Vector[];

const bytesOf = (vector: Vector): Buffer => (vector.hex === undefined ? Buffer.from(vector.text ?? '') : Buffer.from(vector.hex, 'hex'));

test.each(vectors)('$name', (vector) => {
  const result = parseStrictJson(bytesOf(vector), { maxBytes: 4096, maxDepth: 5, maxKeys: 6 });
  const seen = result.ok
    ? { ok: true, exact: result.exact, ...(result.exact ? {} : { inexact: Object.fromEntries(result.inexact) }) }
    : { ok: false, rule: result.rule, ...(result.pointer ? { pointer: result.pointer } : {}) };
  expect(seen).toEqual(vector.expect);
});

describe('against JSON.parse', () => {
  test('gives the same value for everything that JSON.stringify writes', () => {
    const keys = fc.string().filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key));
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'grapheme' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        tie('array'),
        tie('object'),
      ),
      array: fc.array(tie('value'), { maxLength: 6 }),
      object: fc.dictionary(keys, tie('value'), { maxKeys: 6 }),
    })).value;
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const result = parseStrictJson(Buffer.from(text));
        expect(result).toMatchObject({ ok: true, exact: true });
        if (result.ok) expect(result.value).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test('takes nothing that JSON.parse refuses, and where both take a text the value is the same', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '"',
      '\\',
      '\\u12',
      '\\ud83d\\ude00',
      '1',
      '-',
      '.5',
      'e3',
      '0',
      '01',
      'true',
      'null',
      'NaN',
      ' ',
      '\n',
      '\u00a0',
      '\ufeff',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          let parsed: unknown;
          let native = true;
          try {
            parsed = JSON.parse(text);
          } catch {
            native = false;
          }
          const result = parseStrictJson(text);
          if (result.ok) {
            expect(native).toBe(true);
            expect(result.value).toEqual(parsed);
          } else if (native) {
            expect(['duplicate-key', 'forbidden-key', 'lone-surrogate', 'number-out-of-range']).toContain(result.rule);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('never throws, whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof parseStrictJson(bytes).ok === 'boolean'));
  });
});

describe('exactness', () => {
  test('exact means that the canonical text has the same decimal value as the original', () => {
    const literal = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.bigInt({ min: 0n, max: 10n ** 25n }),
        fc.option(fc.stringMatching(/^[0-9]{1,20}$/)),
        fc.option(fc.integer({ min: -30, max: 30 })),
      )
      .map(([sign, whole, fraction, power]) => ({
        text: `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${power === null ? '' : `e${power}`}`,
        sign,
        whole,
        fraction: fraction ?? '',
        power: power ?? 0,
      }));
    const scaled = (text: string): bigint => {
      const [, sign = '', whole = '0', fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
      return BigInt(`${sign}${whole}${fraction}`) * 10n ** BigInt(400 + Number(power) - fraction.length);
    };
    fc.assert(
      fc.property(literal, ({ text }) => {
        const result = parseStrictJson(text);
        if (!result.ok) throw new Error(result.reason);
        const negativeZero = Object.is(result.value, -0);
        expect(result.exact).toBe(!negativeZero && scaled(canonicalJson(result.value)) === scaled(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('prototypes are never touched', () => {
    expect(parseStrictJson('{"__proto__":{"admin":true}}')).toMatchObject({ ok: false, rule: 'forbidden-key', pointer: '/__proto__' });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    const result = parseStrictJson('{"toString":1}');
    expect(result).toMatchObject({ ok: true, value: { toString: 1 } });
  });
});

test('10,000 levels of nesting end at the limit, not at the stack', () => {
  expect(parseStrictJson('['.repeat(10_000), DEFAULT_JSON_LIMITS)).toMatchObject({ ok: false, rule: 'too-deep' });
});
