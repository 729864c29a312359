import { RealmClient } from '../../core/contract/realm-names';
import type { ResolvedStack } from '../../schema/resolved';
import type { k8s } from '../k8s';
import { emptyDir, hardenedContainer, hardenedPod, httpProbe, stackPod } from '../shared/hardened-pod';
import { GiB, MiB } from '../shared/quantities';
import { buildOptions, hasVault, KEYCLOAK_HOME, KeycloakPort, startOptions, VAULT, type KeycloakSettings } from './render/keycloak-options';

/** User of the official image. */
const USER = { uid: 1000, gid: 1000 };
/** Keycloak sizing guide: 1,250 MB for the server and 10,000 sessions; the heap is 70 % of the limit. */
const MEMORY = 2 * GiB;
/** One core takes 15 password logins, or 120 refreshes, a second; there is no limit above. With a database of the plan nobody counts on that. */
const CPU_MILLIS = 500;
const CPU_MILLIS_DEVELOPMENT = 100;
const GRACE_SECONDS = 60;

export interface KeycloakPod {
  readonly stack: ResolvedStack;
  readonly settings: KeycloakSettings;
  readonly serviceAccountName: string;
  readonly selector: { readonly [label: string]: string };
  readonly image: string;
  /** Secret with the key `bootstrap-secret`. */
  readonly syncSecret: string;
}

/** One Keycloak: copied from the image, because that stays read-only and the build writes beside the server's files; built; started optimized. */
export function keycloakPod({ stack, settings, serviceAccountName, selector, image, syncSecret }: KeycloakPod): k8s.PodSpec {
  const server = { name: 'server', mountPath: KEYCLOAK_HOME };
  const tmp = { name: 'tmp', mountPath: '/tmp' };
  const once = { cpuMillis: 100, memoryBytes: GiB, ephemeralStorageBytes: GiB };
  return hardenedPod({
    serviceAccountName,
    selector,
    user: USER,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    ...stackPod(stack),
    initContainers: [
      hardenedContainer({
        name: 'copy-server',
        image,
        command: ['cp', '-r', `${KEYCLOAK_HOME}/.`, '/server'],
        resources: once,
        volumeMounts: [{ name: 'server', mountPath: '/server' }],
      }),
      hardenedContainer({
        name: 'build-server',
        image,
        command: [`${KEYCLOAK_HOME}/bin/kc.sh`],
        args: [...buildOptions(settings)],
        resources: once,
        volumeMounts: [server, tmp],
      }),
    ],
    containers: [
      hardenedContainer({
        name: 'keycloak',
        image,
        command: [`${KEYCLOAK_HOME}/bin/kc.sh`],
        args: [...startOptions(settings)],
        // Keycloak reads no password from a file; its operator passes it the same way.
        env: [
          ...(['username', 'password'] as const).map((key) => ({
            name: `KC_DB_${key.toUpperCase()}`,
            valueFrom: { secretKeyRef: { name: settings.database.secret, key } },
          })),
          // Read at the very first start only: makes a client for sso-sync, which replaces it by its own and removes it.
          { name: 'KC_BOOTSTRAP_ADMIN_CLIENT_ID', value: RealmClient.bootstrap },
          { name: 'KC_BOOTSTRAP_ADMIN_CLIENT_SECRET', valueFrom: { secretKeyRef: { name: syncSecret, key: 'bootstrap-secret' } } },
        ],
        ports: [
          { name: 'http', containerPort: KeycloakPort.http },
          { name: 'management', containerPort: KeycloakPort.management },
          { name: 'cluster', containerPort: KeycloakPort.cluster },
          { name: 'liveness', containerPort: KeycloakPort.liveness },
        ],
        resources: {
          cpuMillis: settings.database.inPlan ? CPU_MILLIS_DEVELOPMENT : CPU_MILLIS,
          memoryBytes: MEMORY,
          ephemeralStorageBytes: 2 * GiB,
        },
        startupProbe: httpProbe('/health/started', 'management', { period: 5, failures: 60, timeout: 3 }),
        readinessProbe: httpProbe('/health/ready', 'management', { period: 5, failures: 3, timeout: 3 }),
        livenessProbe: httpProbe('/health/live', 'management', { period: 10, failures: 6, timeout: 5 }),
        volumeMounts: [server, tmp, ...(hasVault(settings) ? [{ name: 'vault', mountPath: VAULT, readOnly: true }] : [])],
      }),
    ],
    volumes: [emptyDir('tmp', 256 * MiB), emptyDir('server', GiB), ...(hasVault(settings) ? [vault(settings)] : [])],
  });
}

/** Secrets of brokers as files `<realm>_<broker>`, which is how Keycloak's vault looks for `${vault.<broker>}`. */
function vault({ realm, brokers }: KeycloakSettings): k8s.Volume {
  const sources = brokers.flatMap(({ name, oidc }) =>
    oidc?.secret === undefined ? [] : [{ secret: { name: oidc.secret, items: [{ key: 'client-secret', path: `${realm}_${name}` }] } }],
  );
  return { name: 'vault', projected: { defaultMode: 0o440, sources } };
}
