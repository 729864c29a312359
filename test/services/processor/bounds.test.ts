import { MemoryBudget, MemoryShare } from '../../../services/processor/worker/body';
import { MemoryRateLimiter } from '../../../services/processor/worker/limiter';
import { Metrics } from '../../../services/processor/worker/metrics';
import { Validators } from '../../../services/processor/worker/validators';

test('a worker enforces its share of a limit, and forgets the callers it has not seen for longest', () => {
  const limit = { requests: 5, per: 'minute', by: 'client' } as const;
  const limiter = new MemoryRateLimiter(2, () => 0, 2);
  expect([1, 2, 3, 4].map(() => limiter.take('a', limit).allowed)).toEqual([true, true, true, false]);
  limiter.take('b', limit);
  limiter.take('c', limit);
  expect(limiter.take('a', limit).allowed).toBe(true);
});

test('validators are made once per schema digest, and the least recently used is dropped', () => {
  const validators = new Validators(2);
  let made = 0;
  const check = (digest: string): void => {
    const errors = validators.check(digest, () => ({ type: (made++, 'integer') }), 1, false);
    expect(errors).toBeUndefined();
  };
  for (const digest of ['a', 'a', 'b', 'a', 'c', 'a']) check(digest);
  expect([made, validators.size]).toEqual([3, 2]);
  check('b');
  expect(made).toBe(4);
});

test('two schemas with the same $id do not meet', () => {
  const validators = new Validators();
  const schema = (type: string) => () => ({ $id: 'https://example.com/s', type });
  expect(validators.check('1', schema('integer'), 1, true)).toBeUndefined();
  expect(validators.check('2', schema('string'), 1, true)).toEqual([{ pointer: '', rule: 'type', detail: 'must be string' }]);
  expect(validators.check('1', schema('integer'), 'x', true)).toEqual([{ pointer: '', rule: 'type', detail: 'must be integer' }]);
});

test('memory is given back exactly', () => {
  const budget = new MemoryBudget(100);
  const [one, two] = [new MemoryShare(budget), new MemoryShare(budget)];
  expect([one.take(60), two.take(60), two.take(40), one.take(1)]).toEqual([true, false, true, false]);
  one.release();
  one.release();
  expect(budget.bytes).toBe(40);
});

test('metrics tell what changed, from the start, at most 25 series a version', () => {
  const metrics = new Metrics();
  for (const outcome of ['answered', 'refused', 'failed', 'fallback', 'outside-contract']) metrics.call('m', 'v1', '1.0.0', outcome);
  for (const result of ['hit', 'miss', 'stored', 'bypass']) metrics.cache('m', 'v1', '1.0.0', result);
  metrics.upstream('m', 'v1', '1.0.0', 7);
  const first = metrics.recent();
  expect(Object.keys(first).length).toBeLessThanOrEqual(25);
  expect(first['kea_model_seconds_bucket{model="m",contract="v1",version="1.0.0",le="0.005"}']).toBeUndefined();
  expect(first['kea_model_seconds_bucket{model="m",contract="v1",version="1.0.0",le="0.01"}']).toBe(1);
  expect(metrics.recent()).toEqual({});
  metrics.call('m', 'v1', '1.0.0', 'answered');
  expect(metrics.recent()).toEqual({ 'kea_calls_total{model="m",contract="v1",version="1.0.0",outcome="answered"}': 2 });
});

test('a scrape of 2,000 busy models stays below 5 MB', () => {
  const metrics = new Metrics();
  for (let model = 0; model < 2000; model++) {
    const of = [`credit-score-${model}`, 'v1', '1.4.0'] as const;
    for (const outcome of ['answered', 'refused', 'failed', 'fallback', 'outside-contract']) metrics.call(...of, outcome);
    for (const result of ['hit', 'miss', 'stored', 'bypass']) metrics.cache(...of, result);
    metrics.upstream(...of, 1.234567);
  }
  const text = Object.entries(metrics.all())
    .map(([series, value]) => `${series} ${value}\n`)
    .join('');
  expect(text.length).toBeGreaterThan(3_000_000);
  expect(text.length).toBeLessThan(5_000_000);
});
