import { Construct } from 'constructs';
import { canonicalJson } from '../../core/canonical';
import { packText } from '../../core/contract/bundle-codec';
import { SHARD_BYTES } from '../../core/contract/bundle-shards';
import { programCommand } from '../../core/contract/programs';
import { realmDigest, type RealmPlan } from '../../core/contract/realm';
import { digestOf } from '../../core/digests';
import type { JsonObject } from '../../core/json';
import type { ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import { registerPlanCheck } from '../plan/register';
import { emptyDir, hardenedContainer, hardenedPod, stackPod } from '../shared/hardened-pod';
import { imageReference, KeaImage } from '../shared/images';
import { platformLabels, platformSelector } from '../shared/labels';
import { allowTo, denyAll, podsIn, toDns, toPods } from '../shared/network-policy';
import { inLayer, reportFinding } from '../shared/notes';
import { MiB } from '../shared/quantities';
import { KeycloakPort } from './render/keycloak-options';

const NAME = 'kea-sso-sync';
const PLAN = '/etc/kea/realm';
const SECRETS = '/etc/kea/sso-sync';
/** A first run over 2,000 models takes minutes; Keycloak may come up at the same time. */
const DEADLINE_SECONDS = 1800;
const WAIT_SECONDS = 900;
/** Exit code of sso-sync for what trying again does not mend. */
const REFUSED = 4;

export interface RealmSyncProps {
  readonly stack: ResolvedStack;
  readonly plan: RealmPlan;
  /** Service of Keycloak, and the labels of its pods. */
  readonly keycloak: { readonly service: string; readonly selector: { readonly [label: string]: string } };
  /** Secret with the keys `client-secret` and `bootstrap-secret`. */
  readonly secret: string;
  /** Secret whose `client-secret` the login on the documentation pages has. @default - there is none */
  readonly loginSecret?: string;
}

/**
 * Two Jobs that put the realm in place: what is new before the routes that need it, what is gone after the routes that used it. Their names hold the
 * digest of the plan and of how it is applied, so an apply that changes neither starts none, and a rollback of a model's version needs no Keycloak.
 */
export class RealmSync extends Construct {
  constructor(scope: Construct, id: string, { stack, plan, keycloak, secret, loginSecret }: RealmSyncProps) {
    super(scope, id);
    registerPlanCheck(this);
    const namespace = stack.namespaces.platform;
    const labels = platformLabels('identity-sync', NAME);
    const selector = platformSelector('identity-sync', NAME);
    const metadata = { name: NAME, namespace, labels };
    const image = imageReference(KeaImage.services, stack.images);
    reportFinding(this, ...image.findings);

    plainObject(k8s.KubeServiceAccount, this, 'ServiceAccount', { metadata, automountServiceAccountToken: false });
    const configMaps = this.planInShards(plan, metadata);
    plainObject(k8s.KubeNetworkPolicy, this, 'Deny', { metadata: { ...metadata, name: `${NAME}-deny` }, spec: denyAll(selector) });
    plainObject(k8s.KubeNetworkPolicy, this, 'AllowOut', {
      metadata: { ...metadata, name: `${NAME}-to-keycloak` },
      spec: allowTo(selector, [toDns(), toPods([podsIn(namespace, keycloak.selector)], [KeycloakPort.http])]),
    });

    for (const [phase, layer] of [
      ['add', 'access'],
      ['prune', 'gates'],
    ] as const) {
      const spec = hardenedPod({
        serviceAccountName: NAME,
        selector,
        terminationGracePeriodSeconds: 30,
        restartPolicy: 'Never',
        ...stackPod(stack),
        containers: [
          hardenedContainer({
            name: 'sso-sync',
            image: image.reference,
            command: [...programCommand('sso-sync')],
            args: [
              ...['--server', `http://${keycloak.service}.${namespace}.svc.cluster.local:${KeycloakPort.http}`],
              ...['--plan', PLAN, '--secrets', SECRETS, '--phase', phase, '--wait', String(WAIT_SECONDS)],
            ],
            resources: { cpuMillis: 100, memoryBytes: 512 * MiB, ephemeralStorageBytes: 64 * MiB },
            volumeMounts: [
              { name: 'plan', mountPath: PLAN, readOnly: true },
              { name: 'secrets', mountPath: SECRETS, readOnly: true },
              { name: 'tmp', mountPath: '/tmp' },
            ],
          }),
        ],
        volumes: [
          {
            name: 'plan',
            projected: {
              defaultMode: 0o440,
              sources: configMaps.map((name, number) => ({
                configMap: { name, items: [{ key: 'shard', path: String(number).padStart(4, '0') }] },
              })),
            },
          },
          {
            name: 'secrets',
            projected: {
              defaultMode: 0o440,
              sources: [
                { secret: { name: secret } },
                ...(loginSecret === undefined
                  ? []
                  : [{ secret: { name: loginSecret, items: [{ key: 'client-secret', path: 'login-secret' }] } }]),
              ],
            },
          },
          emptyDir('tmp', 32 * MiB),
        ],
      });
      const digest = digestOf(spec as unknown as JsonObject).slice(0, 12);
      const job = plainObject(k8s.KubeJob, this, `Job-${phase}`, {
        metadata: { ...metadata, name: `${NAME}-${phase}-${digest}` },
        spec: {
          backoffLimit: 6,
          activeDeadlineSeconds: DEADLINE_SECONDS,
          podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [REFUSED] } }] },
          template: { metadata: { labels }, spec },
        },
      });
      inLayer(job, layer);
    }
  }

  /** Gzipped, in ConfigMaps that never change: an older Job that still runs reads the plan it was made for. */
  private planInShards(
    plan: RealmPlan,
    metadata: { readonly namespace: string; readonly labels: { readonly [label: string]: string } },
  ): readonly string[] {
    const bytes = packText(canonicalJson(plan as unknown as JsonObject));
    const digest = realmDigest(plan).slice(0, 12);
    return Array.from({ length: Math.ceil(bytes.length / SHARD_BYTES) }, (_, number) => {
      const name = `kea-realm-${digest}-${number}`;
      const shard = bytes.subarray(number * SHARD_BYTES, (number + 1) * SHARD_BYTES);
      plainObject(k8s.KubeConfigMap, this, `Plan-${number}`, {
        metadata: { ...metadata, name },
        immutable: true,
        binaryData: { shard: shard.toString('base64') },
      });
      return name;
    });
  }
}
