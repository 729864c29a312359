import { KnownBodies } from '../../../services/processor/worker/known-bodies';

describe('bodies that are remembered', () => {
  const body = (bodies: KnownBodies, bytes: Buffer, schema = 's') => ({
    bytes,
    value: null,
    exact: true,
    inexact: new Map<string, string>(),
    form: undefined,
    name: bodies.name(schema, bytes),
    canonical: undefined,
    keyed: undefined,
  });

  test('are told apart by every byte and by their schema', () => {
    const bodies = new KnownBodies();
    for (let byte = 0; byte < 256; byte++) bodies.add(body(bodies, Buffer.from([byte])));
    expect(bodies.size).toBe(256);
    for (let byte = 0; byte < 256; byte++)
      expect(bodies.find(bodies.name('s', Buffer.from([byte])) as string)?.bytes).toEqual(Buffer.from([byte]));
    expect(bodies.find(bodies.name('other', Buffer.from([1])) as string)).toBeUndefined();
  });

  test('are bounded in number and bytes, each and together', () => {
    const few = new KnownBodies(1_000_000, 3);
    for (const letter of 'abc') few.add(body(few, Buffer.from(letter)));
    few.find(few.name('s', Buffer.from('a')) as string);
    few.add(body(few, Buffer.from('d')));
    expect([...'abcd'].filter((letter) => few.find(few.name('s', Buffer.from(letter)) as string) !== undefined)).toEqual(['a', 'c', 'd']);
    const small = new KnownBodies(20_000);
    for (let index = 0; index < 100; index++) small.add(body(small, Buffer.from(`${index}`.padStart(500, '0'))));
    expect(small.bytes).toBeLessThanOrEqual(20_000);
    expect(small.size).toBeGreaterThan(1);
    expect(small.name('s', Buffer.alloc(4097))).toBeUndefined();
  });
});
