import type { JsonObject } from '../../../core/json';

/** Alerts about the platform itself; those about a model's promises stand with the model. */
export function platformAlerts(): JsonObject[] {
  return [
    alert('KeaGatewayConfigurationRefused', 'kea_bundle_refused > 0', '1m', 'warning', {
      summary: 'A gateway refused a configuration and serves the one before',
      description: '{{ $labels.pod }} says why under /-/config and in its log.',
    }),
    alert('KeaEnvoyRefusals', 'increase(kea_envoy_refusals_total[10m]) > 0', '0m', 'warning', {
      summary: 'Envoy refused a resource and keeps the one before',
      description: '{{ $labels.pod }} says why under /-/config and in its log.',
    }),
    alert('KeaWorkerRestarts', 'increase(kea_worker_restarts_total[15m]) > 3', '0m', 'warning', {
      summary: 'Request workers of a gateway keep dying',
      description: '{{ $labels.pod }} restarted {{ $value }} workers in 15 minutes; calls in flight in them failed.',
    }),
    alert('KeaAuditRecordsLost', 'increase(kea_audit_lost_total[10m]) > 0', '0m', 'critical', {
      summary: 'Audit records were lost',
      description: '{{ $labels.pod }} lost {{ $value }} records in 10 minutes; strict calls are refused meanwhile.',
    }),
    alert('KeaAuditUnavailable', 'kea_audit_available == 0', '1m', 'critical', {
      summary: 'An audit writer cannot write',
      description: '{{ $labels.pod }} could not write its last record; look at its disk.',
    }),
  ];
}

function alert(name: string, expr: string, duration: string, severity: 'warning' | 'critical', annotations: JsonObject): JsonObject {
  return { alert: name, expr, for: duration, labels: { severity, platform: 'kea' }, annotations };
}
