import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';

interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly envoyCpuMs: number;
  readonly processorCpuMs: number;
  readonly failed: number;
}
type Rounds = { readonly [step: string]: readonly Measured[] };
interface Verdict {
  readonly what: string;
  readonly value: number;
  readonly budget: number;
  readonly atLeast?: boolean;
}

// Scripts are plain JavaScript, so their shapes are told here.
const load = async <T>(file: string) => (await import(join(packageRoot(), 'scripts/bench', file))) as T;
interface Figures {
  percentile(sorted: readonly number[], percent: number): number;
  ratio(rounds: Rounds, step: string, base: string, pick: (each: Measured) => number): number;
  difference(rounds: Rounds, step: string, base: string, pick: (each: Measured) => number): number;
  moderateRate(rounds: Rounds): number;
  orders(steps: readonly string[], rounds: number): readonly (readonly string[])[];
  row(step: string, title: string, full: Rounds, calm: Rounds, memory: object): { readonly [column: string]: number | string };
  budgets(full: Rounds, calm: Rounds): readonly Verdict[];
}
let percentile: Figures['percentile'];
let ratio: Figures['ratio'];
let difference: Figures['difference'];
let moderateRate: Figures['moderateRate'];
let orders: Figures['orders'];
let row: Figures['row'];
let budgets: Figures['budgets'];
let kept: (verdict: Verdict) => boolean;
let ticksOf: (stat: string) => number;
beforeAll(async () => {
  ({ percentile, ratio, difference, moderateRate, orders, row, budgets } = await load<Figures>('gateway-figures.mjs'));
  ({ kept } = await load<{ kept: typeof kept }>('report.mjs'));
  ({ ticksOf } = await load<{ ticksOf: typeof ticksOf }>('gateway-processes.mjs'));
});

const measured = (perSecond: number, over: Partial<Measured> = {}): Measured => ({
  ...{ perSecond, p50Ms: 1, p99Ms: 2, envoyCpuMs: 0.1, processorCpuMs: 0, failed: 0 },
  ...over,
});

test('a percentile is a value that was measured, the smallest that enough do not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0, 1, 50, 99, 99.5, 100].map((percent) => percentile(hundred, percent))).toEqual([1, 1, 50, 99, 100, 100]);
  expect(percentile([7], 50)).toBe(7);
  expect(percentile([1, 2], 50)).toBe(1);
  expect(percentile([], 50)).toBeNaN();
});

test('ratios and differences compare within a round, so a slow round does not count against one side', () => {
  // The second round ran at a tenth of the speed for everybody.
  const rounds = { bare: [measured(1000), measured(100), measured(1000)], hit: [measured(500), measured(50), measured(510)] };
  expect(ratio(rounds, 'hit', 'bare', (each) => each.perSecond)).toBe(0.5);
  expect(difference(rounds, 'hit', 'bare', (each) => each.perSecond)).toBe(-490);
});

test('the moderate rate is a quarter of what the slowest step carries, in tens', () => {
  expect(moderateRate({ bare: [measured(9000)], miss: [measured(1010), measured(1000), measured(10)] })).toBe(250);
  expect(moderateRate({ miss: [measured(12)] })).toBe(10);
});

test('every second round runs the steps backwards', () => {
  expect(orders(['a', 'b', 'c'], 3)).toEqual([
    ['a', 'b', 'c'],
    ['c', 'b', 'a'],
    ['a', 'b', 'c'],
  ]);
});

const FULL = {
  bare: [measured(1000)],
  jwt: [measured(800, { envoyCpuMs: 0.125 })],
  hit: [measured(600, { processorCpuMs: 0.2 })],
  miss: [measured(200, { processorCpuMs: 0.3 })],
};
const CALM = {
  bare: [measured(100)],
  jwt: [measured(100)],
  hit: [measured(100, { p50Ms: 1.4, p99Ms: 4.5 })],
  miss: [measured(100, { p50Ms: 2, p99Ms: 6, failed: 1 })],
};

test('a row gives ratios to the bare Envoy and to the one with tokens', () => {
  const line = row('hit', 'gateway', FULL, CALM, { envoyMb: 60, processorMb: 200 });
  expect(line).toMatchObject({ what: 'gateway', 'calls/s': 600, '÷ bare': 0.6, '÷ jwt': 0.75, 'p50 ms': 1.4, failed: 0 });
  expect(line['CPU ÷ bare']).toBeCloseTo(3);
  expect(line['CPU ÷ jwt']).toBeCloseTo(2.4);
});

test('budgets are kept at most or at least, as each says', () => {
  const verdicts = budgets(FULL, CALM);
  expect(verdicts.map((each) => [each.what, kept(each)])).toEqual([
    ['cache miss: median latency over bare Envoy', false],
    ['cache miss: p99 latency over bare Envoy', false],
    ['cache hit: median latency over bare Envoy', true],
    ['cache hit: p99 latency over bare Envoy', true],
    ['cache hit: median latency', true],
    ['cache hit: throughput ÷ Envoy with JWT and roles', true],
    ['cache miss: throughput ÷ Envoy with JWT and roles', false],
    ['failed calls', false],
  ]);
});

test('CPU ticks are found behind a name that holds blanks and brackets', () => {
  const fields = ['S', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '120', '30', '0', '0'];
  expect(ticksOf(`4711 (wrk:worker) (x y) ${fields.join(' ')}\n`)).toBe(150);
});
