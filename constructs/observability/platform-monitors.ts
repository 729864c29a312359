import { Construct } from 'constructs';
import { ManagementPath } from '../../core/contract/ports';
import type { JsonValue } from '../../core/json';
import type { ResolvedStack } from '../../schema/resolved';
import { registerPlanCheck } from '../plan/register';
import { platformLabels, platformSelector } from '../shared/labels';
import { platformAlerts } from './render/platform-alerts';
import { CustomApi, CustomObject } from '../shared/objects';

export interface PlatformMonitorsProps {
  readonly stack: ResolvedStack;
}

/** What Prometheus' operator reads: which pods are measured, and which alerts wake somebody. Nothing where `metrics.monitors` is off. */
export class PlatformMonitors extends Construct {
  constructor(scope: Construct, id: string, props: PlatformMonitorsProps) {
    super(scope, id);
    registerPlanCheck(this);
    const { stack } = props;
    if (!stack.metrics.monitors) return;
    this.monitor(stack, 'gateway', 'kea-gateway', 'management', ManagementPath.metrics);
    this.monitor(stack, 'audit', 'kea-audit', 'http', ManagementPath.metrics);
    this.object(stack, 'Alerts', 'PrometheusRule', 'kea-platform', { groups: [{ name: 'kea-platform', rules: platformAlerts() }] });
  }

  private monitor(stack: ResolvedStack, component: string, name: string, port: string, path: string): void {
    this.object(stack, name, 'PodMonitor', name, {
      selector: { matchLabels: { ...platformSelector(component, name) } },
      sampleLimit: 100_000,
      podMetricsEndpoints: [{ port, path, interval: '30s' }],
    });
  }

  private object(stack: ResolvedStack, id: string, kind: string, name: string, spec: { readonly [key: string]: JsonValue }): void {
    new CustomObject(this, id, {
      apiVersion: CustomApi.prometheus,
      kind,
      metadata: { name, namespace: stack.namespaces.platform, labels: { ...platformLabels('observability', name) } },
      spec,
    });
  }
}
