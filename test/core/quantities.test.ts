import fc from 'fast-check';
import { formatBytes, formatCpu, formatDuration, parseBytes, parseCpu, parseDuration, parsePercent } from '../../core/quantities';

const value = <T>(parsed: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }): T | string =>
  parsed.ok ? parsed.value : parsed.reason;

test('processor time is read in millicores and in cores', () => {
  expect(value(parseCpu('500m'))).toBe(500);
  expect(value(parseCpu(2))).toBe(2000);
  expect(value(parseCpu('0.5'))).toBe(500);
  expect(value(parseCpu(0))).toMatch(/millicores/);
  expect(value(parseCpu('2 cores'))).toMatch(/millicores/);
});

test('sizes need a unit', () => {
  expect(value(parseBytes('64Ki'))).toBe(65_536);
  expect(value(parseBytes('1Gi'))).toBe(2 ** 30);
  for (const wrong of ['1024', '1G', '1.5Gi', '-1Gi', '1 Gi', '']) expect(value(parseBytes(wrong))).toMatch(/unit/);
  expect(value(parseBytes('999999999999Ti'))).toBe('is too large');
});

test('durations need a unit', () => {
  expect(value(parseDuration('250ms'))).toBe(250);
  expect(value(parseDuration('400d'))).toBe(34_560_000_000);
  for (const wrong of ['30', '30 s', '1h30m', '0.5s', '-1s']) expect(value(parseDuration(wrong))).toMatch(/duration/);
});

test('percentages may carry their sign', () => {
  expect(value(parsePercent(70))).toBe(70);
  expect(value(parsePercent('99.9%'))).toBe(99.9);
  expect(value(parsePercent('101%'))).toMatch(/percentage/);
});

test('what is written is the shortest text that reads as the same', () => {
  expect([formatCpu(500), formatCpu(2000), formatBytes(65_536), formatBytes(1000), formatDuration(90_000), formatDuration(0)]).toEqual([
    '500m',
    '2',
    '64Ki',
    '1000',
    '90s',
    '0s',
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 ** 11 }), (amount) => {
      expect(value(parseDuration(formatDuration(amount)))).toBe(amount);
      expect(value(parseBytes(formatBytes(amount * 1024)))).toBe(amount * 1024);
      expect(value(parseCpu(formatCpu((amount % 1_000_000) + 1)))).toBe((amount % 1_000_000) + 1);
    }),
  );
});
