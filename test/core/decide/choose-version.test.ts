import fc from 'fast-check';
import { bucketOf, chooseVersion, weightedVersion } from '../../../core/decide/choose-version';

const ask = (weights: { [version: string]: number }, principal: string, contract = 'credit-score-v1') => {
  const versions = Object.keys(weights);
  const choice = chooseVersion({
    contract,
    routing: { weights, sticky: 'principal', match: [], shadow: {} },
    deployed: versions,
    ready: versions,
    headers: {},
    principal,
    requestId: Math.random().toString(),
  });
  return choice.kind === 'version' ? choice.version : choice.kind;
};

test('every bucket belongs to exactly the share of its weight', () => {
  const weights = { '1.2.0': 20, '1.10.0': 5, '1.9.3': 75 };
  const share: { [version: string]: number } = {};
  for (let bucket = 0; bucket < 100; bucket += 0.5) {
    const version = weightedVersion(weights, bucket) ?? 'none';
    share[version] = (share[version] ?? 0) + 0.5;
  }
  expect(share).toEqual(weights);
  expect(weightedVersion(weights, 4.999)).toBe('1.10.0');
  expect(weightedVersion(weights, 5)).toBe('1.9.3');
  expect(weightedVersion(weights, 79.999)).toBe('1.9.3');
  expect(weightedVersion(weights, 80)).toBe('1.2.0');
});

test('20,000 callers meet the weights within one percent', () => {
  let canary = 0;
  for (let caller = 0; caller < 20_000; caller++) if (ask({ '1.4.0': 90, '1.5.0': 10 }, `https://issuer\n${caller}`) === '1.5.0') canary++;
  expect(Math.abs(canary / 20_000 - 0.1)).toBeLessThan(0.01);
});

test('the same caller always meets the same version, whatever the request id', () => {
  fc.assert(
    fc.property(
      fc.string(),
      (caller) => ask({ '1.4.0': 50, '1.5.0': 50 }, `i\n${caller}`) === ask({ '1.4.0': 50, '1.5.0': 50 }, `i\n${caller}`),
    ),
  );
});

test('a canary of 1, 10, 50, 100 percent only ever takes callers over', () => {
  fc.assert(
    fc.property(fc.string(), (caller) => {
      const seen = [1, 10, 50, 100].map((weight) => ask({ '1.4.0': 100 - weight, '1.5.0': weight }, `i\n${caller}`));
      expect(seen.lastIndexOf('1.4.0')).toBeLessThan(seen.indexOf('1.5.0') === -1 ? 4 : seen.indexOf('1.5.0'));
      expect(seen[3]).toBe('1.5.0');
    }),
    { numRuns: 500 },
  );
});

test('the order in which weights are written does not matter', () => {
  fc.assert(
    fc.property(
      fc.string(),
      (caller) => ask({ '1.4.0': 30, '1.5.0': 70 }, `i\n${caller}`) === ask({ '1.5.0': 70, '1.4.0': 30 }, `i\n${caller}`),
    ),
  );
});

test('one caller is not in the canary of every contract', () => {
  const buckets = Array.from({ length: 200 }, (_, index) => bucketOf(`model-${index}-v1`, 'https://issuer\nada'));
  expect(buckets.filter((bucket) => bucket < 10).length).toBeGreaterThan(5);
  expect(buckets.filter((bucket) => bucket < 10).length).toBeLessThan(45);
});
