import { isPlainlyFast, slowness } from '../../core/slow-pattern';

test('plain patterns are not judged at length', () => {
  for (const pattern of ['^[a-z]{1,40}$', '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$', '^\\d{4}-\\d{2}-\\d{2}$', 'abc', '^s-[0-9]{4}$']) {
    expect([pattern, isPlainlyFast(pattern)]).toEqual([pattern, true]);
  }
});

test('whatever could be slow is judged', () => {
  for (const pattern of ['^(a+)+$', '(a|a)*', 'a+b', '^a*a*$', '^(ab)?$', '^[a-z]+[a-z]+$', '^a+?b+$'])
    expect([pattern, isPlainlyFast(pattern)]).toEqual([pattern, false]);
});

test('exponential and steep patterns are refused, harmless ones are not', () => {
  expect(slowness('^(a+)+$')).toBe('takes time that grows exponentially');
  expect(slowness('^(a|a)*$')).toBe('takes time that grows exponentially');
  expect(slowness('^a*a*a*a*$')).toMatch(/^takes time that grows with the power [345] of the length$/);
  expect(slowness('^[^@]{1,64}@[a-z0-9.-]{1,200}$')).toBeUndefined();
  expect(slowness('^([a-z0-9]+(-[a-z0-9]+)*)$')).toBeUndefined();
});
