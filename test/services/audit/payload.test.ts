import { payloadHash, redact } from '../../../services/audit/payload';

const pii = { type: 'string', 'x-kea-pii': true };

test.each([
  ['a marked field', { name: 'Ada', age: 36 }, { properties: { name: pii, age: { type: 'integer' } } }, { name: '[redacted]', age: 36 }],
  ['a field that the schema does not name', { note: 'x' }, { properties: {} }, { note: '[redacted]' }],
  ['additional properties with a schema', { note: 'x' }, { additionalProperties: { type: 'string' } }, { note: 'x' }],
  ['pattern properties', { n1: 'x', n2: 1 }, { patternProperties: { '^n1$': pii, '^n2$': {} } }, { n1: '[redacted]', n2: 1 }],
  [
    'elements',
    { list: [{ id: 1, name: 'Ada' }] },
    { properties: { list: { items: { properties: { id: {}, name: pii } } } } },
    { list: [{ id: 1, name: '[redacted]' }] },
  ],
  ['positions', [1, 'Ada'], { prefixItems: [{}, pii] }, [1, '[redacted]']],
  ['elements without a schema', ['Ada'], {}, ['[redacted]']],
  [
    'a whole object',
    { address: { city: 'x' } },
    { properties: { address: { 'x-kea-pii': true, properties: { city: {} } } } },
    { address: '[redacted]' },
  ],
  [
    'a mark in one branch of a union',
    { name: 'Ada' },
    { oneOf: [{ properties: { name: pii } }, { properties: { name: { type: 'string' } } }] },
    { name: '[redacted]' },
  ],
  [
    'a reference',
    { who: { name: 'Ada' } },
    { properties: { who: { $ref: '#/$defs/who' } }, $defs: { who: { properties: { name: pii } } } },
    { who: { name: '[redacted]' } },
  ],
  ['a reference to nothing', { who: 1 }, { properties: { who: { $ref: '#/$defs/none' } } }, { who: '[redacted]' }],
  [
    'a schema that refers to itself',
    { next: { next: { name: 'Ada', n: 1 } } },
    { $ref: '#/$defs/n', $defs: { n: { properties: { next: { $ref: '#/$defs/n' }, name: pii, n: {} } } } },
    { next: { next: { name: '[redacted]', n: 1 } } },
  ],
  ['a reference in a circle', { a: 1 }, { $ref: '#' }, '[redacted]'],
])('redacts %s', (_name, value, schema, expected) => {
  expect(redact(value as never, schema as never)).toEqual(expected);
});

test('a hash depends on key and bytes', () => {
  const hash = payloadHash(Buffer.from('key'), Buffer.from('body'));
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(payloadHash(Buffer.from('key'), Buffer.from('body'))).toBe(hash);
  expect(payloadHash(Buffer.from('other'), Buffer.from('body'))).not.toBe(hash);
  expect(payloadHash(Buffer.from('key'), Buffer.from('body2'))).not.toBe(hash);
});
