// Pure arithmetic of the gateway benchmark: percentiles, ratios of rounds that ran side by side, what the budgets say.
import { median } from './measure.mjs';

/** Nearest rank: the smallest of `sorted` (ascending) that at least `percent` of them do not exceed. NaN of nothing. */
export function percentile(sorted, percent) {
  if (sorted.length === 0) return NaN;
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/**
 * Median over rounds of `step ÷ base` within the same round, so that what disturbed a round disturbed both sides.
 * `rounds`: step → one measurement a round.
 */
export function ratio(rounds, step, base, pick) {
  return median(rounds[step].map((each, round) => pick(each) / pick(rounds[base][round])));
}

/** As `ratio`, for `step − base`. */
export function difference(rounds, step, base, pick) {
  return median(rounds[step].map((each, round) => pick(each) - pick(rounds[base][round])));
}

/** A load that the slowest step carries with ease: a quarter of its median throughput, in whole tens, at least 10 a second. */
export function moderateRate(rounds) {
  const slowest = Math.min(...Object.values(rounds).map((each) => median(each.map(({ perSecond }) => perSecond))));
  return Math.max(10, Math.floor(slowest / 40) * 10);
}

/** Step orders of the rounds: there and back, so that no step always follows the same one. */
export function orders(steps, rounds) {
  return Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? [...steps] : [...steps].reverse()));
}

const perSecond = (each) => each.perSecond;
const p50 = (each) => each.p50Ms;
const p99 = (each) => each.p99Ms;
const envoyCpu = (each) => each.envoyCpuMs;
const processorCpu = (each) => each.processorCpuMs;
const allCpu = (each) => each.envoyCpuMs + each.processorCpuMs;

/** One line of the table: medians over rounds. `full`, `calm`: step → rounds at full and at moderate load. */
export function row(step, title, full, calm, memory) {
  const of = (rounds, pick) => median(rounds[step].map(pick));
  return {
    what: title,
    'calls/s': Math.round(of(full, perSecond)),
    '÷ bare': ratio(full, step, 'bare', perSecond),
    '÷ jwt': ratio(full, step, 'jwt', perSecond),
    'p50 ms': of(calm, p50),
    'p99 ms': of(calm, p99),
    'Envoy CPU ms': of(full, envoyCpu),
    'processor CPU ms': of(full, processorCpu),
    'CPU ÷ bare': ratio(full, step, 'bare', allCpu),
    'CPU ÷ jwt': ratio(full, step, 'jwt', allCpu),
    'Envoy MB': memory.envoyMb,
    'processor MB': memory.processorMb,
    failed: [...full[step], ...calm[step]].reduce((sum, each) => sum + each.failed, 0),
  };
}

/** The budgets of the gateway. `full`, `calm` as in `row`. */
export function budgets(full, calm) {
  const failed = [full, calm].flatMap((rounds) => Object.values(rounds).flat()).reduce((sum, each) => sum + each.failed, 0);
  const over = (step, pick) => difference(calm, step, 'bare', pick);
  return [
    { what: 'cache miss: median latency over bare Envoy', value: over('miss', p50), unit: ' ms', budget: 0.6 },
    { what: 'cache miss: p99 latency over bare Envoy', value: over('miss', p99), unit: ' ms', budget: 3 },
    { what: 'cache hit: median latency over bare Envoy', value: over('hit', p50), unit: ' ms', budget: 0.6 },
    { what: 'cache hit: p99 latency over bare Envoy', value: over('hit', p99), unit: ' ms', budget: 3 },
    { what: 'cache hit: median latency', value: median(calm.hit.map(p50)), unit: ' ms', budget: 1.5 },
    {
      what: 'cache hit: throughput ÷ Envoy with JWT and roles',
      value: ratio(full, 'hit', 'jwt', perSecond),
      unit: '',
      budget: 0.7,
      atLeast: true,
    },
    {
      what: 'cache miss: throughput ÷ Envoy with JWT and roles',
      value: ratio(full, 'miss', 'jwt', perSecond),
      unit: '',
      budget: 0.35,
      atLeast: true,
    },
    { what: 'failed calls', value: failed, unit: '', budget: 0 },
  ];
}
