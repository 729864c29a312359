import { readFileSync } from 'node:fs';
import type { ContractEvidence, VersionEvidence } from '../../../core/contract/canary';
import { candidateOf, canaryVerdict, mergeEvidence, quantile, type CanaryThresholds } from '../../../core/decide/canary-verdict';
import { shadowVersions } from '../../../core/decide/choose-version';
import { isPastSunset } from '../../../core/decide/sunset';

interface Vector {
  readonly name: string;
  readonly evidence: ContractEvidence;
  readonly thresholds: CanaryThresholds;
  readonly candidate: string | null;
  readonly verdict: { readonly verdict: string; readonly reasons: readonly string[] };
}

const vectors = JSON.parse(readFileSync('test/vectors/canary-verdict.json', 'utf8')) as readonly Vector[];

test.each(vectors)('$name', ({ evidence, thresholds, candidate, verdict }) => {
  expect(candidateOf(evidence) ?? null).toBe(candidate);
  const { facts: _, ...found } = canaryVerdict(evidence, candidate ?? '9.9.9', thresholds);
  expect(found).toEqual(verdict);
});

const latency = (counts: { readonly [le: string]: number }): Pick<VersionEvidence, 'latency'> => ({
  latency: { count: counts['+Inf'] ?? 0, seconds: 0, buckets: counts },
});

test('a quantile lies evenly between the bounds of its bucket; beyond the last bound it is that bound', () => {
  expect(quantile([latency({ '0.01': 50, '0.02': 100, '+Inf': 100 })], 0.5)).toBeCloseTo(0.01);
  expect(quantile([latency({ '0.01': 50, '0.02': 100, '+Inf': 100 })], 0.75)).toBeCloseTo(0.015);
  expect(quantile([latency({ '0.01': 10, '0.02': 10, '+Inf': 100 })], 0.5)).toBe(0.02);
  expect(quantile([latency({})], 0.5)).toBeUndefined();
});

test('gateways add up, and the count begins with the first of them', () => {
  const [one] = vectors.filter(({ name }) => name.includes('agree'));
  const merged = mergeEvidence([one!.evidence, { ...one!.evidence, since: '2020-01-01T00:00:00.000Z' }]);
  expect(merged?.since).toBe('2020-01-01T00:00:00.000Z');
  const [a, b] = [one!.evidence.versions.at(-1)!, merged!.versions.at(-1)!];
  expect([b.shadowed.agreed, b.calls.answered, b.latency.count]).toEqual([
    2 * a.shadowed.agreed,
    2 * a.calls.answered,
    2 * a.latency.count,
  ]);
  expect(b.weight).toBe(a.weight);
  expect(mergeEvidence([])).toBeUndefined();
});

test('a copy goes to ready versions only, never to the one that answered, and as often as the percent says', () => {
  const routing = { weights: { '1.0.0': 100 }, sticky: 'principal' as const, match: [], shadow: { '1.1.0': 30, '1.2.0': 0, '1.3.0': 100 } };
  const question = { contract: 'c-v1', routing, ready: ['1.0.0', '1.1.0', '1.2.0', '1.3.0'] };
  const chosen = Array.from({ length: 1000 }, (_, index) => shadowVersions({ ...question, requestId: `r-${index}` }, '1.0.0'));
  const count = chosen.filter((versions) => versions.includes('1.1.0')).length;
  expect(chosen.every((versions) => versions.includes('1.3.0') && !versions.includes('1.2.0'))).toBe(true);
  // 300 expected; six standard deviations around it.
  expect(Math.abs(count - 300)).toBeLessThan(90);
  expect(shadowVersions({ ...question, ready: ['1.0.0'], requestId: 'r' }, '1.0.0')).toEqual([]);
  expect(shadowVersions({ ...question, requestId: 'r-0' }, '1.3.0')).not.toContain('1.3.0');
});

test('a contract is answered until the day of its sunset is over, UTC', () => {
  const lifecycle = { sunset: '2027-06-30' };
  expect(isPastSunset(lifecycle, Date.parse('2027-06-30T23:59:59.999Z'))).toBe(false);
  expect(isPastSunset(lifecycle, Date.parse('2027-07-01T00:00:00.000Z'))).toBe(true);
  expect(isPastSunset({}, Date.parse('2999-01-01'))).toBe(false);
});
