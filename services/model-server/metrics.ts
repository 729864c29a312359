const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Counters of one model server, in Prometheus' text format. */
export class Metrics {
  private readonly requests = new Map<number, number>();
  private readonly buckets = BOUNDS.map(() => 0);
  private seconds = 0;
  private runs = 0;

  /** One answer of the inference path. */
  answered(status: number): void {
    this.requests.set(status, (this.requests.get(status) ?? 0) + 1);
  }

  /** One run of the graph. */
  ran(seconds: number): void {
    this.runs++;
    this.seconds += seconds;
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
  }

  text(waiting: number): string {
    let below = 0;
    return [
      '# HELP kea_model_requests_total Inference requests by status.',
      '# TYPE kea_model_requests_total counter',
      ...[...this.requests].sort(([a], [b]) => a - b).map(([status, count]) => `kea_model_requests_total{status="${status}"} ${count}`),
      '# HELP kea_model_inference_seconds Time inside the graph.',
      '# TYPE kea_model_inference_seconds histogram',
      ...BOUNDS.map((bound, index) => `kea_model_inference_seconds_bucket{le="${bound}"} ${(below += this.buckets[index] ?? 0)}`),
      `kea_model_inference_seconds_bucket{le="+Inf"} ${this.runs}`,
      `kea_model_inference_seconds_sum ${this.seconds}`,
      `kea_model_inference_seconds_count ${this.runs}`,
      '# HELP kea_model_queue Requests that wait for their turn.',
      '# TYPE kea_model_queue gauge',
      `kea_model_queue ${waiting}`,
      '',
    ].join('\n');
  }
}
