import fc from 'fast-check';
import { byBytes, sortedEntries, sortedObject } from '../../core/order';

test('texts are ordered by their UTF-8 bytes, whatever the machine speaks', () => {
  expect(['b', 'a', 'Z', 'ä', 'a-b', 'a.b', '\u{1f600}', '\uffee'].sort(byBytes)).toEqual([
    'Z',
    'a',
    'a-b',
    'a.b',
    'b',
    'ä',
    '\uffee',
    '\u{1f600}',
  ]);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(byBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('entries come in order of key and keep their values', () => {
  expect(sortedEntries({ b: 1, a: 2 })).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
  expect(JSON.stringify(sortedObject({ b: 1, a: 2 }))).toBe('{"a":2,"b":1}');
});
