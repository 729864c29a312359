import { Construct } from 'constructs';
import type { ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import { registerPlanCheck } from '../plan/register';
import { emptyDir, hardenedContainer, hardenedPod, stackPod } from '../shared/hardened-pod';
import { imageReference, PlatformImage } from '../shared/images';
import { platformLabels, platformSelector } from '../shared/labels';
import { allowFrom, denyAll, podsIn } from '../shared/network-policy';
import { reportFinding } from '../shared/notes';
import { bytesQuantity, GiB, MiB } from '../shared/quantities';
import type { KeycloakSettings } from './render/keycloak-options';

const PORT = 5432;
/** User of the official image. */
const USER = { uid: 999, gid: 999 };
const DATA = '/var/lib/postgresql/data';
const SECRETS = '/etc/kea/database';

export interface DevDatabaseProps {
  readonly stack: ResolvedStack;
  readonly settings: KeycloakSettings;
  /** Labels of the pods that may connect. */
  readonly clients: { readonly [label: string]: string };
}

/** A PostgreSQL of one pod without backup, so that a development stack needs nothing from outside. Production is refused by a check. */
export class DevDatabase extends Construct {
  constructor(scope: Construct, id: string, { stack, settings, clients }: DevDatabaseProps) {
    super(scope, id);
    registerPlanCheck(this);
    const [name = ''] = settings.database.address.split(':');
    const namespace = stack.namespaces.platform;
    const labels = platformLabels('identity-database', name);
    const selector = platformSelector('identity-database', name);
    const metadata = { name, namespace, labels };
    const image = imageReference(PlatformImage.postgres, stack.images);
    reportFinding(this, ...image.findings);
    const probe: k8s.Probe = {
      exec: { command: ['pg_isready', '--quiet', '--host', '127.0.0.1', '--port', String(PORT)] },
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 6,
    };

    plainObject(k8s.KubeServiceAccount, this, 'ServiceAccount', { metadata, automountServiceAccountToken: false });
    plainObject(k8s.KubeService, this, 'Service', {
      metadata,
      spec: { clusterIp: 'None', selector, ports: [{ name: 'postgres', port: PORT, targetPort: k8s.IntOrString.fromString('postgres') }] },
    });
    plainObject(k8s.KubeStatefulSet, this, 'StatefulSet', {
      metadata,
      spec: {
        serviceName: name,
        replicas: 1,
        // Otherwise a pod that never got ready would keep the update that mends it from coming.
        podManagementPolicy: 'Parallel',
        revisionHistoryLimit: 3,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels },
          spec: hardenedPod({
            serviceAccountName: name,
            selector,
            user: USER,
            terminationGracePeriodSeconds: 60,
            ...stackPod(stack),
            containers: [
              hardenedContainer({
                name: 'postgres',
                image: image.reference,
                env: [
                  { name: 'POSTGRES_DB', value: settings.database.name },
                  { name: 'POSTGRES_USER_FILE', value: `${SECRETS}/username` },
                  { name: 'POSTGRES_PASSWORD_FILE', value: `${SECRETS}/password` },
                  { name: 'PGDATA', value: `${DATA}/pgdata` },
                ],
                ports: [{ name: 'postgres', containerPort: PORT }],
                resources: { cpuMillis: 100, memoryBytes: 512 * MiB, ephemeralStorageBytes: 256 * MiB },
                startupProbe: { ...probe, failureThreshold: 30 },
                readinessProbe: probe,
                // A server that is only busy still takes connections.
                livenessProbe: {
                  tcpSocket: { port: k8s.IntOrString.fromString('postgres') },
                  periodSeconds: 20,
                  timeoutSeconds: 5,
                  failureThreshold: 6,
                },
                volumeMounts: [
                  { name: 'data', mountPath: DATA },
                  { name: 'secrets', mountPath: SECRETS, readOnly: true },
                  { name: 'run', mountPath: '/var/run/postgresql' },
                  { name: 'tmp', mountPath: '/tmp' },
                ],
              }),
            ],
            volumes: [
              { name: 'secrets', secret: { secretName: settings.database.secret, defaultMode: 0o440 } },
              emptyDir('run', 16 * MiB),
              emptyDir('tmp', 128 * MiB),
            ],
          }),
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data', labels: selector },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: bytesQuantity(5 * GiB) } } },
          },
        ],
      },
    });
    plainObject(k8s.KubeNetworkPolicy, this, 'Deny', { metadata: { ...metadata, name: `${name}-deny` }, spec: denyAll(selector) });
    plainObject(k8s.KubeNetworkPolicy, this, 'Allow', {
      metadata: { ...metadata, name: `${name}-from-keycloak` },
      spec: allowFrom(selector, [podsIn(namespace, clients)], ['postgres']),
    });
  }
}
