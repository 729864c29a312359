import { Construct } from 'constructs';
import { Port } from '../../core/contract/ports';
import { programCommand } from '../../core/contract/programs';
import type { ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import { registerPlanCheck } from '../plan/register';
import { emptyDir, hardenedContainer, hardenedPod, httpProbe, stackPod } from '../shared/hardened-pod';
import { imageReference, KeaImage, PlatformImage } from '../shared/images';
import { platformLabels, platformSelector } from '../shared/labels';
import { closedOff } from '../shared/egress';
import { allowFrom, allowTo, denyAll, gatewayPods, scrapers, toOutside, toDns } from '../shared/network-policy';
import { reportFinding } from '../shared/notes';
import { bytesQuantity, MiB } from '../shared/quantities';
import { AUDIT_FOLDER, buildCollector, COLLECTOR_FOLDER, COLLECTOR_HEALTH_PORT } from './render/collector';

const NAME = 'kea-audit';
const GRACE_SECONDS = 30;
const COLLECTOR_CONFIG = '/etc/kea/collector/collector.json';

export interface AuditPipelineProps {
  readonly stack: ResolvedStack;
}

/**
 * Writers of durable audit records: a StatefulSet, each pod with a disk of its own, because a gateway's disk goes with its pod.
 * A record counts as written when one writer has synced it to its disk. Disks outlive the StatefulSet.
 */
export class AuditPipeline extends Construct {
  /** Addresses of the writers, for the processor. */
  readonly writers: readonly string[];

  constructor(scope: Construct, id: string, props: AuditPipelineProps) {
    super(scope, id);
    registerPlanCheck(this);
    const { stack } = props;
    const namespace = stack.namespaces.platform;
    const labels = platformLabels('audit', NAME);
    const selector = platformSelector('audit', NAME);
    const metadata = { name: NAME, namespace, labels };
    const image = imageReference(KeaImage.services, stack.images);
    reportFinding(this, ...image.findings);
    this.writers = Array.from(
      { length: stack.audit.replicas },
      (_, index) => `http://${NAME}-${index}.${NAME}.${namespace}.svc:${Port.audit}`,
    );

    const collector = stack.audit.sinks.length > 0 ? this.collector(stack, metadata) : undefined;

    plainObject(k8s.KubeServiceAccount, this, 'ServiceAccount', { metadata, automountServiceAccountToken: false });
    plainObject(k8s.KubeService, this, 'Service', {
      metadata,
      spec: {
        // Headless: the gateway addresses each writer by name, and goes to the other when one is away.
        clusterIp: 'None',
        publishNotReadyAddresses: false,
        selector,
        ports: [{ name: 'http', port: Port.audit, targetPort: k8s.IntOrString.fromString('http') }],
      },
    });
    plainObject(k8s.KubeStatefulSet, this, 'StatefulSet', {
      metadata,
      spec: {
        serviceName: NAME,
        replicas: stack.audit.replicas,
        podManagementPolicy: 'Parallel',
        revisionHistoryLimit: 3,
        updateStrategy: { type: 'RollingUpdate' },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels },
          spec: hardenedPod({
            serviceAccountName: NAME,
            selector,
            terminationGracePeriodSeconds: GRACE_SECONDS,
            ...stackPod(stack),
            containers: [
              hardenedContainer({
                name: 'audit',
                image: image.reference,
                command: [...programCommand('audit')],
                args: [
                  '--folder',
                  AUDIT_FOLDER,
                  '--host',
                  '0.0.0.0',
                  '--port',
                  String(Port.audit),
                  '--retention-days',
                  String(stack.audit.retentionDays),
                ],
                ports: [{ name: 'http', containerPort: Port.audit }],
                env: [{ name: 'KEA_AUDIT_WRITER', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
                resources: { cpuMillis: 100, memoryBytes: 256 * MiB, ephemeralStorageBytes: 64 * MiB },
                startupProbe: httpProbe('/-/live', 'http', { period: 2, failures: 30, timeout: 2 }),
                readinessProbe: httpProbe('/-/ready', 'http', { period: 5, failures: 2, timeout: 2 }),
                livenessProbe: httpProbe('/-/live', 'http', { period: 10, failures: 6, timeout: 5 }),
                volumeMounts: [
                  { name: 'records', mountPath: AUDIT_FOLDER, subPath: 'records' },
                  { name: 'tmp', mountPath: '/tmp' },
                ],
              }),
              ...(collector ? [collector] : []),
            ],
            volumes: [
              emptyDir('tmp', 32 * MiB),
              ...(collector ? [{ name: 'collector-config', configMap: { name: `${NAME}-collector` } }] : []),
            ],
          }),
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'records', labels: selector },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: bytesQuantity(stack.audit.volumeBytes) } } },
          },
        ],
      },
    });
    if (stack.audit.replicas > 1) {
      plainObject(k8s.KubePodDisruptionBudget, this, 'DisruptionBudget', {
        metadata,
        spec: {
          maxUnavailable: k8s.IntOrString.fromNumber(1),
          unhealthyPodEvictionPolicy: 'AlwaysAllow',
          selector: { matchLabels: selector },
        },
      });
    }
    plainObject(k8s.KubeNetworkPolicy, this, 'Deny', { metadata: { ...metadata, name: `${NAME}-deny` }, spec: denyAll(selector) });
    plainObject(k8s.KubeNetworkPolicy, this, 'Allow', {
      metadata: { ...metadata, name: `${NAME}-from-gateway` },
      spec: allowFrom(selector, [gatewayPods(namespace), scrapers()], ['http']),
    });
  }

  /** Ships the records to the stack's sinks; what was shipped is remembered on the writer's disk. */
  private collector(stack: ResolvedStack, metadata: k8s.ObjectMeta & { name: string }): k8s.Container {
    const image = imageReference(PlatformImage.collector, stack.images);
    reportFinding(this, ...image.findings);
    plainObject(k8s.KubeConfigMap, this, 'CollectorConfig', {
      metadata: { ...metadata, name: `${NAME}-collector` },
      data: { 'collector.json': JSON.stringify(buildCollector(stack.audit.sinks), null, 2) },
    });
    const sinksAt = stack.audit.sinks.map(({ otlp }) => ({
      purpose: 'the receiver of audit records',
      address: otlp,
      ports: [portOf(otlp)],
    }));
    reportFinding(this, ...closedOff(sinksAt, stack));
    plainObject(k8s.KubeNetworkPolicy, this, 'AllowSinks', {
      metadata: { ...metadata, name: `${NAME}-to-sinks` },
      spec: allowTo(platformSelector('audit', NAME), [
        toDns(),
        ...toOutside([...new Set(stack.audit.sinks.map((sink) => portOf(sink.otlp)))], stack),
      ]),
    });
    return hardenedContainer({
      name: 'collector',
      image: image.reference,
      args: [`--config=${COLLECTOR_CONFIG}`],
      ports: [{ name: 'health', containerPort: COLLECTOR_HEALTH_PORT }],
      resources: { cpuMillis: 50, memoryBytes: 256 * MiB, ephemeralStorageBytes: 64 * MiB },
      readinessProbe: httpProbe('/', 'health', { period: 5, failures: 3, timeout: 2 }),
      livenessProbe: {
        tcpSocket: { port: k8s.IntOrString.fromString('health') },
        periodSeconds: 10,
        failureThreshold: 6,
        timeoutSeconds: 5,
      },
      volumeMounts: [
        { name: 'collector-config', mountPath: '/etc/kea/collector', readOnly: true },
        { name: 'records', mountPath: AUDIT_FOLDER, subPath: 'records', readOnly: true },
        { name: 'records', mountPath: COLLECTOR_FOLDER, subPath: 'collector' },
      ],
    });
  }
}

function portOf(address: string): number {
  const url = new URL(address);
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}
