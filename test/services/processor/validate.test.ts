import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import formats from 'ajv-formats';
import fc from 'fast-check';
import type { JsonSchema, JsonValue } from '../../../core/json';
import { compileSchema, faultsOf } from '../../../services/processor/validate/compile';

const ajv = (): Ajv2020 =>
  formats.default(
    new Ajv2020({ strict: false, validateSchema: false, allErrors: true, ownProperties: true, logger: false, discriminator: true }),
  );

const keys = fc.constantFrom('a', 'b', 'c', 'd', 'a/b');
const texts = fc.oneof(
  fc.constantFrom('', 'a', 'ab', 'abc', '😀', 'é', '2020-01-01', 'x@example.com', '127.0.0.1', '1', 'https://example.com/a'),
  fc.string({ maxLength: 6 }),
);
const numbers = fc.oneof(fc.constantFrom(0, -0, 1, 1.5, 2, 3, 0.3, 1e15, -7, 2 ** 53), fc.double({ noNaN: true, min: -1e15, max: 1e15 }));

const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    texts,
    numbers,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
  ),
})).value;

const small = fc.integer({ min: 0, max: 4 });
const type = fc.constantFrom('string', 'number', 'integer', 'boolean', 'null', 'array', 'object');
const leaves = {
  type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
  const: value,
  enum: fc.array(value, { minLength: 1, maxLength: 4 }),
  minimum: numbers,
  maximum: numbers,
  exclusiveMinimum: numbers,
  exclusiveMaximum: numbers,
  multipleOf: fc.constantFrom(1, 2, 0.1, 0.5),
  minLength: small,
  maxLength: small,
  pattern: fc.constantFrom('^a', 'b$', '^\\p{L}+$', '^.{2}$'),
  format: fc.constantFrom('date', 'email', 'ipv4', 'uri', 'uuid', 'date-time', 'int32', 'byte', 'no-such-format'),
  minItems: small,
  maxItems: small,
  uniqueItems: fc.boolean(),
  required: fc.uniqueArray(keys, { maxLength: 3 }),
  dependentRequired: fc.dictionary(keys, fc.uniqueArray(keys, { maxLength: 2 }), { maxKeys: 2 }),
  minProperties: small,
  maxProperties: small,
  title: fc.constant('a title'),
  'x-kea-pii': fc.constant(true),
};

function schemaOf(depth: number): fc.Arbitrary<JsonSchema> {
  const sub = depth === 0 ? (fc.boolean() as unknown as fc.Arbitrary<JsonSchema>) : schemaOf(depth - 1);
  const nested = {
    items: sub,
    prefixItems: fc.array(sub, { minLength: 1, maxLength: 2 }),
    contains: sub,
    properties: fc.dictionary(keys, sub, { maxKeys: 3 }),
    patternProperties: fc.dictionary(fc.constantFrom('^a', 'b'), sub, { maxKeys: 2 }),
    additionalProperties: sub,
    propertyNames: sub,
    allOf: fc.array(sub, { minLength: 1, maxLength: 2 }),
    anyOf: fc.array(sub, { minLength: 1, maxLength: 3 }),
    oneOf: fc.array(sub, { minLength: 1, maxLength: 3 }),
    not: sub,
    if: sub,
    then: sub,
    else: sub,
  };
  const all: { readonly [keyword: string]: fc.Arbitrary<unknown> } = { ...leaves, ...nested };
  // A schema of a few keywords finds more than one of all of them, which nothing fits.
  return fc
    .subarray(Object.keys(all), { maxLength: 4 })
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, all[name] as fc.Arbitrary<unknown>]))))
    .map((made) => withoutLoneBranches(made as JsonSchema));
}

/** Ajv looks at them only beside `if`. */
function withoutLoneBranches(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => (key !== 'then' && key !== 'else') || 'if' in schema));
}

const copy = (of: JsonValue): JsonValue => JSON.parse(JSON.stringify(of)) as JsonValue;

/** Ajv 8 itself throws where `patternProperties` stands beside `anyOf` with `additionalProperties`, and where a key is called `toString`. */
function verdictOf(validate: ValidateFunction, of: JsonValue): boolean | undefined {
  try {
    return validate(of);
  } catch {
    return undefined;
  }
}

test('judges as Ajv does, whatever the schema and the value', () => {
  fc.assert(
    fc.property(schemaOf(2), fc.array(value, { minLength: 5, maxLength: 20 }), (given, values) => {
      const written = copy(given) as JsonSchema;
      const check = compileSchema(written);
      if (check === undefined) throw new Error('the schema holds only keywords that are known');
      const validate = ajv().compile(written);
      for (const each of values.map(copy)) {
        const expected = verdictOf(validate, each);
        if (expected === undefined) continue;
        expect({ written, each, fits: check(each, '', undefined) }).toEqual({ written, each, fits: expected });
        expect(faultsOf(check, each, 100).length === 0).toBe(expected);
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);

test.each([
  [{ type: 'object', required: ['a'], properties: { a: { minimum: 3 } }, additionalProperties: false }, { b: 1 }],
  [{ properties: { a: { type: ['string', 'null'], maxLength: 1 }, b: { items: { exclusiveMaximum: 2 } } } }, { a: 'xy', b: [1, 3] }],
  [{ minProperties: 2, propertyNames: { maxLength: 1 } }, { abc: 1 }],
  [{ items: { enum: [1, 'a'] }, minItems: 3 }, ['b', 1]],
  [{ pattern: '^a', format: 'email', minLength: 5 }, 'b'],
  [{ anyOf: [{ type: 'string' }, { const: 1 }] }, 2],
  [{ prefixItems: [{ type: 'string' }], items: false }, ['a', 1]],
  [{ multipleOf: 2, not: { minimum: 1 } }, 3],
  [{ dependentRequired: { a: ['b'] } }, { a: 1 }],
  [{ if: { type: 'number' }, then: { minimum: 5 } }, 1],
])('%j tells of %j what Ajv tells', (given, wrong) => {
  const check = compileSchema(given as unknown as JsonSchema);
  const validate = ajv().compile(given);
  validate(wrong);
  const told = (validate.errors ?? []).map(({ keyword }) => keyword);
  expect(
    check &&
      faultsOf(check, wrong as JsonValue, 20)
        .map(({ rule }) => rule)
        .sort(),
  ).toEqual(told.sort());
});

test('keys that every object inherits are keys like others', () => {
  const check = compileSchema({ const: {}, required: ['toString'] });
  expect([check?.({}, '', undefined), check?.({ toString: 1 }, '', undefined)]).toEqual([false, false]);
  expect(compileSchema({ enum: [{ toString: 1 }] })?.({ toString: 1 }, '', undefined)).toBe(true);
  expect(compileSchema({ properties: { toString: { type: 'number' } } })?.({ toString: 'x' }, '', undefined)).toBe(false);
});

test('what looks beyond a value is left to Ajv', () => {
  for (const given of [{ $ref: '#' }, { unevaluatedProperties: false }, { properties: { a: { nullable: true } } }])
    expect(compileSchema(given as unknown as JsonSchema)).toBeUndefined();
});

test('a large list of objects is found unique in no time', () => {
  const check = compileSchema({ uniqueItems: true });
  const list = Array.from({ length: 50_000 }, (_, index) => ({ index }));
  const started = performance.now();
  expect(check?.(list, '', undefined)).toBe(true);
  expect(performance.now() - started).toBeLessThan(2000);
});
