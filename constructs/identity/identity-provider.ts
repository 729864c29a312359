import { Construct } from 'constructs';
import type { ResolvedPlatform, ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import type { IModelEndpoint } from '../model/endpoint';
import { registerPlanCheck } from '../plan/register';
import { imageReference, PlatformImage } from '../shared/images';
import { platformLabels, platformSelector } from '../shared/labels';
import { closedOff } from '../shared/egress';
import { allowFrom, allowTo, denyAll, podsIn, scrapers, toOutside, toDns, toPods } from '../shared/network-policy';
import { reportFinding } from '../shared/notes';
import { needSecret } from '../shared/secrets';
import { LOGIN_SECRET } from '../gateway/cluster-login';
import { DevDatabase } from './dev-database';
import { keycloakPod } from './keycloak-pod';
import { LoginExposure } from './login-exposure';
import { RealmSync } from './realm-sync';
import { KeycloakPort, type KeycloakSettings } from './render/keycloak-options';
import { buildRealm } from './render/realm';
import { realmMistakes } from './render/realm-mistakes';

const NAME = 'kea-keycloak';
/** Secret of sso-sync: of its own client, and of the one that Keycloak's first start makes. */
const SYNC_SECRET = 'kea-sso-sync';
const REPLICAS = 2;

export interface IdentityProviderProps {
  readonly stack: ResolvedStack;
  /** Models whose methods become roles. */
  readonly models: readonly IModelEndpoint[];
}

/**
 * Who vouches for callers. A provider that exists needs no object: the gateway reads its keys. A managed one is Keycloak with PostgreSQL from outside,
 * or of the plan for development, and the Jobs that keep its realm as the files say.
 */
export class IdentityProvider extends Construct {
  constructor(scope: Construct, id: string, props: IdentityProviderProps) {
    super(scope, id);
    registerPlanCheck(this);
    const { keycloak } = props.stack.identity;
    if (props.stack.identity.kind !== 'keycloak' || !keycloak) return;
    this.keycloak({ stack: props.stack, models: props.models.map((endpoint) => endpoint.model) }, keycloak);
  }

  private keycloak(platform: ResolvedPlatform, settings: KeycloakSettings): void {
    const { stack } = platform;
    const namespace = stack.namespaces.platform;
    const labels = platformLabels('identity', NAME);
    const selector = platformSelector('identity', NAME);
    const metadata = { name: NAME, namespace, labels };
    const image = imageReference(PlatformImage.keycloak, stack.images);
    reportFinding(this, ...image.findings, ...realmMistakes(platform, settings));
    this.secrets(stack, settings);

    plainObject(k8s.KubeServiceAccount, this, 'ServiceAccount', { metadata, automountServiceAccountToken: false });
    const port = (name: keyof typeof KeycloakPort): k8s.ServicePort => ({
      name,
      port: KeycloakPort[name],
      targetPort: k8s.IntOrString.fromString(name),
    });
    plainObject(k8s.KubeService, this, 'Service', { metadata, spec: { selector, ports: [port('http')] } });
    plainObject(k8s.KubeService, this, 'Members', {
      metadata: { ...metadata, name: `${NAME}-members` },
      spec: { clusterIp: 'None', publishNotReadyAddresses: true, selector, ports: [port('cluster')] },
    });
    plainObject(k8s.KubeStatefulSet, this, 'StatefulSet', {
      metadata,
      spec: {
        serviceName: `${NAME}-members`,
        replicas: settings.database.inPlan || stack.gateway.replicas.min === 1 ? 1 : REPLICAS,
        podManagementPolicy: 'Parallel',
        revisionHistoryLimit: 3,
        updateStrategy: { type: 'RollingUpdate' },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels },
          spec: keycloakPod({ stack, settings, serviceAccountName: NAME, selector, image: image.reference, syncSecret: SYNC_SECRET }),
        },
      },
    });
    plainObject(k8s.KubePodDisruptionBudget, this, 'DisruptionBudget', {
      metadata,
      spec: {
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selector },
      },
    });
    this.network(stack, settings, metadata);
    if (settings.database.inPlan) new DevDatabase(this, 'DevDatabase', { stack, settings, clients: selector });
    new LoginExposure(this, 'Exposure', { stack, settings, service: NAME });
    const plan = buildRealm(platform, settings.realm);
    const hasLogin = stack.exposure.kind !== 'none';
    new RealmSync(this, 'Sync', {
      stack,
      plan,
      keycloak: { service: NAME, selector },
      secret: SYNC_SECRET,
      ...(hasLogin ? { loginSecret: LOGIN_SECRET } : {}),
    });
  }

  private secrets(stack: ResolvedStack, { database, brokers }: KeycloakSettings): void {
    const { platform: namespace } = stack.namespaces;
    const need = (name: string, keys: readonly string[], purpose: string): void =>
      needSecret(this, stack, { namespace, name, keys, purpose });
    need(database.secret, ['username', 'password'], 'user of the identity database');
    need(
      SYNC_SECRET,
      ['client-secret', 'bootstrap-secret'],
      'clients with which sso-sync administers Keycloak, two different random texts',
    );
    for (const { name, oidc } of brokers)
      if (oidc?.secret !== undefined) need(oidc.secret, ['client-secret'], `client of the login "${name}"`);
  }

  private network(
    stack: ResolvedStack,
    { database, brokers }: KeycloakSettings,
    metadata: { name: string; namespace: string; labels: { readonly [key: string]: string } },
  ): void {
    const selector = platformSelector('identity', NAME);
    const members = [podsIn(stack.namespaces.platform, selector)];
    const policy = (id: string, suffix: string, spec: k8s.NetworkPolicySpec): void => {
      plainObject(k8s.KubeNetworkPolicy, this, id, { metadata: { ...metadata, name: `${NAME}-${suffix}` }, spec });
    };
    policy('Deny', 'deny', denyAll(selector));
    policy('AllowLogin', 'from-anywhere', {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ protocol: 'TCP', port: k8s.IntOrString.fromString('http') }] }],
    });
    policy('AllowScrapers', 'from-scrapers', allowFrom(selector, [scrapers()], ['management']));
    policy('AllowMembers', 'from-members', allowFrom(selector, members, ['cluster', 'liveness']));
    const at = database.address.lastIndexOf(':');
    const databasePort = Number(database.address.slice(at + 1));
    const databasePods = platformSelector('identity-database', database.address.slice(0, at));
    const providers = brokers.flatMap(({ oidc }) => (oidc ? [oidc.tokenUrl, oidc.jwksUrl] : [])).map(portOf);
    const databaseAt = { purpose: "Keycloak's database", address: database.address, ports: [databasePort] };
    const loginsAt = brokers.flatMap(({ oidc, name }) =>
      (oidc ? [oidc.tokenUrl, oidc.jwksUrl] : []).map((address) => ({ purpose: `the login "${name}"`, address, ports: [portOf(address)] })),
    );
    reportFinding(this, ...closedOff([databaseAt, ...loginsAt], stack));
    policy(
      'AllowOut',
      'to-database',
      allowTo(selector, [
        toDns(),
        ...(database.inPlan ? [toPods([podsIn(stack.namespaces.platform, databasePods)], [databasePort])] : []),
        ...toOutside([...new Set(database.inPlan ? providers : [databasePort, ...providers])], stack),
        toPods(members, [KeycloakPort.cluster, KeycloakPort.liveness]),
      ]),
    );
  }
}

function portOf(address: string): number {
  const url = new URL(address);
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}
