import { CanarySeries, type ShadowOutcome } from '../../../core/contract/canary';

/** Series beyond this many are not counted one by one: a metric must not grow with what callers send. */
const MAX_SERIES = 60_000;

const BUCKETS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000] as const;

/** Counters since the start, by series name in Prometheus form. At most 25 series a version. */
export class Metrics {
  private readonly values = new Map<string, number>();
  private changed = new Set<string>();
  private readonly names = new Map<string, string>();

  add(series: string, by = 1): void {
    const old = this.values.get(series);
    if (old === undefined && this.values.size >= MAX_SERIES) return this.add('kea_worker_series_dropped_total', by);
    this.values.set(series, (old ?? 0) + by);
    this.changed.add(series);
  }

  set(series: string, value: number): void {
    if (this.values.get(series) === value) return;
    this.values.set(series, value);
    this.changed.add(series);
  }

  /** How a call ended, by version where one was chosen. */
  call(model: string, contract: string, version: string, outcome: string): void {
    this.add(this.name('kea_calls_total', model, contract, version, outcome));
  }

  cache(model: string, contract: string, version: string, result: string): void {
    this.add(this.name('kea_cache_total', model, contract, version, result));
  }

  upstream(model: string, contract: string, version: string, milliseconds: number): void {
    for (const bound of BUCKETS_MS) {
      if (milliseconds <= bound) this.add(this.name('kea_model_seconds_bucket', model, contract, version, String(bound / 1000)));
    }
    this.add(this.name('kea_model_seconds_bucket', model, contract, version, '+Inf'));
    this.add(this.name('kea_model_seconds_count', model, contract, version, ''));
    this.add(this.name('kea_model_seconds_sum', model, contract, version, ''), milliseconds / 1000);
  }

  /** What came of a call that was mirrored to a version on trial; times where both answered. */
  shadow(model: string, contract: string, version: string, outcome: ShadowOutcome, liveMs?: number, shadowMs?: number): void {
    this.add(this.name(CanarySeries.shadow, model, contract, version, outcome));
    if (liveMs !== undefined) this.add(this.name(CanarySeries.liveSeconds, model, contract, version, ''), liveMs / 1000);
    if (shadowMs !== undefined) this.add(this.name(CanarySeries.shadowSeconds, model, contract, version, ''), shadowMs / 1000);
  }

  /** Everything, for the last message. */
  all(): { readonly [series: string]: number } {
    this.changed.clear();
    return Object.fromEntries(this.values);
  }

  /** What changed since the last question; values count from the start. */
  recent(): { readonly [series: string]: number } {
    const changed = this.changed;
    this.changed = new Set();
    return Object.fromEntries([...changed].map((series) => [series, this.values.get(series) ?? 0]));
  }

  private name(metric: string, model: string, contract: string, version: string, last: string): string {
    const key = `${metric} ${model} ${contract} ${version} ${last}`;
    let name = this.names.get(key);
    if (name === undefined) {
      const labels = [
        `model="${model}"`,
        `contract="${contract}"`,
        ...(version === '' ? [] : [`version="${version}"`]),
        ...(last === '' ? [] : [`${LAST_LABEL[metric] ?? 'kind'}="${last}"`]),
      ];
      name = `${metric}{${labels.join(',')}}`;
      if (this.names.size < MAX_SERIES) this.names.set(key, name);
    }
    return name;
  }
}

const LAST_LABEL: { readonly [metric: string]: string } = {
  kea_calls_total: 'outcome',
  kea_shadow_total: 'outcome',
  kea_cache_total: 'result',
  kea_model_seconds_bucket: 'le',
};
