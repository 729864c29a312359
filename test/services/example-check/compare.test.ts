import { difference } from '../../../services/example-check/compare';

test.each([
  [{ score: 0.84 }, { score: 0.86 }, 0.02],
  [0.3, 0.2, 0.1],
  [[1, 'a', null, true], [1, 'a', null, true], 0],
  [{ a: { b: [] } }, { a: { b: [] } }, 0],
])('%j accepts %j within %p', (expected, actual, tolerance) => {
  expect(difference(expected, actual, tolerance)).toBeUndefined();
});

test.each([
  [{ score: 0.84 }, { score: 0.87 }, 0.02, '/score', 'is 0.87, not 0.84 ± 0.02'],
  [{ a: 1 }, {}, 0, '/a', 'is missing'],
  [{ a: 1 }, { a: 1, b: 2 }, 0, '/b', 'is not in the example'],
  [[1, 2], [1], 0, '', 'has 1 elements, not 2'],
  [{ 'a/b': ['x'] }, { 'a/b': ['y'] }, 5, '/a~1b/0', 'is "y", not "x"'],
  [1, '1', 5, '', 'is "1", not 1'],
  [{}, [], 0, '', 'is [], not {}'],
  [{ toString: 1 }, {}, 0, '/toString', 'is missing'],
])('%j refuses %j within %p', (expected, actual, tolerance, pointer, reason) => {
  expect(difference(expected as never, actual as never, tolerance)).toEqual({ pointer, reason });
});
