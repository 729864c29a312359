import { CanarySeries, type ShadowOutcome } from '../../../core/contract/canary';

/** Series beyond this many are not counted one by one: a metric must not grow with what callers send. */
const MAX_SERIES = 45_000;

const BUCKETS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000] as const;

/** Versions whose latencies are counted. */
const MAX_HISTOGRAMS = 5000;

interface Histogram {
  /** Calls in each bucket, not summed up; the last one has no bound. */
  readonly counts: number[];
  readonly names: readonly string[];
  readonly count: string;
  readonly sum: string;
  seconds: number;
}

/** Counters since the start, by series name in Prometheus form. At most 25 series a version. */
export class Metrics {
  private readonly values = new Map<string, number>();
  private changed = new Set<string>();
  private readonly names = new Map<string, string>();
  private readonly histograms = new Map<string, Histogram>();
  private readonly moved = new Set<Histogram>();

  add(series: string, by = 1): void {
    const old = this.values.get(series);
    if (old === undefined && this.values.size >= MAX_SERIES) return this.add('kea_worker_series_dropped_total', by);
    this.values.set(series, (old ?? 0) + by);
    this.changed.add(series);
  }

  set(series: string, value: number): void {
    const old = this.values.get(series);
    if (old === value) return;
    if (old === undefined && this.values.size >= MAX_SERIES) return this.add('kea_worker_series_dropped_total');
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
    const key = `${model} ${contract} ${version}`;
    const histogram = this.histograms.get(key) ?? this.histogram(key, model, contract, version);
    let bucket = 0;
    while (bucket < BUCKETS_MS.length && milliseconds > (BUCKETS_MS[bucket] as number)) bucket++;
    (histogram.counts[bucket] as number) += 1;
    histogram.seconds += milliseconds / 1000;
    this.moved.add(histogram);
  }

  /** Series are written when somebody asks for them, not at each of thousands of calls. */
  private flush(): void {
    for (const { counts, names, seconds, sum, count } of this.moved) {
      let below = 0;
      names.forEach((name, bucket) => {
        below += counts[bucket] as number;
        // Buckets below the fastest answer say nothing.
        if (below > 0) this.set(name, below);
      });
      this.set(count, below);
      this.set(sum, seconds);
    }
    this.moved.clear();
  }

  private histogram(key: string, model: string, contract: string, version: string): Histogram {
    const bounds = [...BUCKETS_MS.map((bound) => String(bound / 1000)), '+Inf'];
    const histogram: Histogram = {
      counts: bounds.map(() => 0),
      names: bounds.map((bound) => this.name('kea_model_seconds_bucket', model, contract, version, bound)),
      count: this.name('kea_model_seconds_count', model, contract, version, ''),
      sum: this.name('kea_model_seconds_sum', model, contract, version, ''),
      seconds: 0,
    };
    if (this.histograms.size < MAX_HISTOGRAMS) this.histograms.set(key, histogram);
    return histogram;
  }

  /** What came of a call that was mirrored to a version on trial; times where both answered. */
  shadow(model: string, contract: string, version: string, outcome: ShadowOutcome, liveMs?: number, shadowMs?: number): void {
    this.add(this.name(CanarySeries.shadow, model, contract, version, outcome));
    if (liveMs !== undefined) this.add(this.name(CanarySeries.liveSeconds, model, contract, version, ''), liveMs / 1000);
    if (shadowMs !== undefined) this.add(this.name(CanarySeries.shadowSeconds, model, contract, version, ''), shadowMs / 1000);
  }

  /** Everything, for the last message. */
  all(): { readonly [series: string]: number } {
    this.flush();
    this.changed.clear();
    return Object.fromEntries(this.values);
  }

  /** What changed since the last question; values count from the start. */
  recent(): { readonly [series: string]: number } {
    this.flush();
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
