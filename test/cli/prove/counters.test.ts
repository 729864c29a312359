import { serves } from '../../../cli/prove/cluster';
import { countersOf, proveCounters, reconcile, type Counters } from '../../../cli/prove/counters';

const text = `# HELP something
envoy_http_downstream_rq_completed{envoy_http_conn_manager_prefix="edge"} 120
envoy_http_downstream_rq_completed{envoy_http_conn_manager_prefix="inner"} 7
envoy_http_downstream_rq_completed{envoy_http_conn_manager_prefix="probe"} 3
envoy_cluster_upstream_rq_total{envoy_cluster_name="processor"} 104
envoy_cluster_upstream_rq_total{envoy_cluster_name="iris-v1-0-0"} 9
envoy_cluster_upstream_rq_retry{envoy_cluster_name="processor"} 1
kea_calls_total{model="iris",contract="v1",version="1.0.0",outcome="answered"} 60
kea_calls_total{model="iris",contract="v1",version="1.0.0",outcome="fallback"} 5
kea_calls_total{model="platform",outcome="refused"} 4e1
kea_audit_written_total 99
kea_audit_lost_total 1
`;
const before: Counters = { answered: 0, handedOn: 0, repeats: 0, probes: 0, counted: 0, recorded: 0 };

test('counters of several gateways are added up, and a fallback is no second call', () => {
  expect(countersOf([text])).toEqual({ answered: 120, handedOn: 104, repeats: 1, probes: 3, counted: 100, recorded: 100 });
  expect(countersOf([text, text]).counted).toBe(200);
  expect(countersOf([''])).toEqual(before);
});

test('numbers that agree prove it, also with other callers beside', () => {
  expect(reconcile(before, countersOf([text]), 100)).toEqual([]);
});

test.each([
  ['answered by Envoy', { answered: 99 }, 'at least the 100 that were sent', '99'],
  ['counted by the processor', { handedOn: 105 }, '101, which Envoy handed on', '100'],
  ['recorded by the audit', { recorded: 98 }, '100, which the processor counted', '98'],
])('one that is off is named: %s', (what, off, expected, got) => {
  expect(reconcile(before, { ...countersOf([text]), ...off }, 100)).toEqual([{ what, expected, got }]);
});

test('a gateway that does not tell its counters is a failure, and all else is tried', async () => {
  let worked = 0;
  const sources = [() => Promise.resolve(text), () => Promise.reject(new Error('no way to the management port of kea-gateway-a'))];
  const section = await proveCounters(
    sources,
    () => worked,
    () => Promise.resolve(void worked++),
  );
  expect(worked).toBe(1);
  expect(section).toMatchObject({
    verdict: 'failed',
    failures: [{ what: "a gateway's counters", got: 'no way to the management port of kea-gateway-a' }],
  });
});

test('counters are asked of pods that are Ready and stay', () => {
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  expect(serves({ metadata: {}, status: ready })).toBe(true);
  expect(serves({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: ready })).toBe(false);
  expect(serves({ metadata: {}, status: { conditions: [{ type: 'Ready', status: 'False' }] } })).toBe(false);
  expect(serves({ metadata: {}, status: {} })).toBe(false);
});
