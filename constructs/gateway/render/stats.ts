import type { JsonObject } from '../../../core/json';

/** Families that concern the gateway as a whole: their number does not grow with the models. */
const PLATFORM_PREFIXES = [
  'server.',
  'listener.',
  'listener_manager.',
  'cluster_manager.',
  'control_plane.',
  'overload.',
  'filesystem.',
  'main_thread.',
  'workers.',
  'http.edge.',
  'http.inner.',
  // Calls of the readiness probe, so that what Envoy handed on can be counted to the last one.
  'http.probe.downstream_rq_completed',
  'cluster.processor.',
  'cluster.portal.',
  'cluster.identity.',
  'cluster.ads.',
] as const;

/** What is kept of each model version's cluster, 13 series: what alerts, scaling and the proof of a gateway read. No histograms, which the processor has. */
const PER_VERSION =
  'upstream_rq_(total|active|pending_active|pending_overflow|timeout|retry|2xx|4xx|5xx)|upstream_cx_connect_fail|membership_(healthy|total)|outlier_detection\\.ejections_active';

/** Nothing is measured that is not named here: at 2,000 models the default would be millions of series. */
export function statsConfig(): JsonObject {
  return {
    use_all_default_tags: true,
    stats_matcher: {
      inclusion_list: {
        patterns: [
          ...PLATFORM_PREFIXES.map((prefix) => ({ prefix })),
          { safe_regex: { regex: `cluster\\.[a-z0-9-]+\\.(${PER_VERSION})` } },
        ],
      },
    },
  };
}
