import { fromHalf, toHalf } from '../../../services/model-server/half';

test('every half that is a number survives the way there and back', () => {
  for (let half = 0; half < 0x10000; half++) {
    const value = fromHalf(half);
    if (!Number.isNaN(value)) expect([half, toHalf(value)]).toEqual([half, half]);
  }
});

test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65520, 0x7c00],
  [1e9, 0x7c00],
  [2 ** -24, 0x0001],
  [2 ** -26, 0x0000],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2047.9999, 0x6800],
])('%p rounds to the nearest half, ties to even', (value, half) => {
  expect(toHalf(value)).toBe(half);
});

test('NaN stays NaN', () => {
  expect(fromHalf(toHalf(NaN))).toBeNaN();
});
