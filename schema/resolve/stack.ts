import { parseBytes, parseCpu, parseDuration } from '../../core/quantities';
import type { Parsed } from '../../core/names';
import { KEYCLOAK } from '../../core/contract/ports';
import { stackDefaults as is } from '../source/defaults';
import { sortedEntries } from '../../core/order';
import type { Exposure, Identity, Keycloak, Oidc, StackCache, StackDocument } from '../generated/platform';
import type { ResolvedBroker, ResolvedCache, ResolvedExposure, ResolvedIdentity, ResolvedIssuer, ResolvedStack } from '../resolved';

/** `images.lock.yaml`: image name → `sha256:<hex>`. */
export type ImagesLock = { readonly [image: string]: string };

/**
 * A stack with all defaults in and quantities parsed. Total: where the document offers several of an exactly-one choice the first is taken,
 * a quantity that cannot be read counts as 0, and a check says so; nothing is applied from a stack with findings.
 */
export function resolveStack(document: StackDocument, name: string, lock: ImagesLock = {}): ResolvedStack {
  const hostname = document.hostname ?? is.hostname;
  const { images, gateway, artifacts, metrics, audit, quota } = document;
  return {
    name,
    ...(document.after === undefined ? {} : { after: document.after }),
    namespaces: {
      platform: document.namespaces?.platform ?? is.platformNamespace,
      models: document.namespaces?.models ?? is.modelsNamespace,
    },
    ...(document.cluster ? { cluster: { kubeSystemUid: document.cluster.kubeSystemUid } } : {}),
    hostname,
    images: {
      unpinned: images?.unpinned ?? is.unpinned,
      ...optional('registry', images?.registry),
      digests: lock,
      ...optional('pullSecret', images?.pullSecret),
    },
    gateway: {
      replicas: { min: gateway?.replicas?.min ?? is.gatewayMin, max: gateway?.replicas?.max ?? is.gatewayMax },
      cpuMillis: or0(parseCpu(gateway?.cpu ?? is.gatewayCpu)),
      drainSeconds: seconds(gateway?.drain ?? is.drain),
    },
    identity: resolveIdentity(document.identity ?? {}, hostname, document.namespaces?.platform ?? is.platformNamespace),
    cache: resolveCache(document.cache ?? {}),
    ...(document.cache?.purged ? { purged: document.cache.purged } : {}),
    artifacts: {
      ...optional('store', artifacts?.store),
      allow: artifacts?.allow ?? (artifacts?.store === undefined ? [] : [`${artifacts.store.replace(/\/+$/, '')}/`]),
      ...optional('secret', artifacts?.secret),
      requireDigest: artifacts?.requireDigest ?? is.requireDigest,
    },
    exposure: resolveExposure(document.exposure ?? {}),
    secrets: document.secrets ?? is.secrets,
    ...optional('secretStore', document.secretStore),
    metrics: {
      monitors: metrics?.monitors ?? is.monitors,
      custom: known(metrics?.custom ?? {}),
      ...optional('prometheus', metrics?.prometheus),
    },
    audit: {
      sinks: (audit?.sinks ?? []).map(({ otlp }) => ({ otlp })),
      retentionDays: Math.ceil(seconds(audit?.retention ?? is.auditRetention) / 86_400),
      replicas: audit?.replicas ?? is.auditReplicas,
      volumeBytes: or0(parseBytes(audit?.volume ?? is.auditVolume)),
    },
    policies: { level: document.policies?.level ?? is.policyLevel, ...optional('admission', document.policies?.admission) },
    derivedSchemas: document.derivedSchemas ?? is.derivedSchemas,
    ...(quota ? { quota: { cpuMillis: or0(parseCpu(quota.cpu)), memoryBytes: or0(parseBytes(quota.memory)), pods: quota.pods } } : {}),
    ...optional(
      'egress',
      document.egress && { allow: document.egress.allow.map(({ cidr, ports }) => ({ cidr, ...optional('ports', ports) })) },
    ),
    ...optional('priorityClass', document.priorityClass),
    zones: document.zones ?? is.zones,
    ...optional('shards', document.models?.shards),
  };
}

/** The embedded issuer's address is known only while it runs; `npm start` puts the real port in. */
const EMBEDDED_ISSUER = 'http://localhost:8081';

function resolveIdentity({ also, ...first }: Identity, hostname: string, platform: string): ResolvedIdentity {
  return { ...resolveFirst(first, hostname, platform), ...optional('also', also?.map(resolveOidc)) };
}

/** A provider that exists, as the gateway trusts it. */
function resolveOidc(oidc: Oidc): ResolvedIssuer {
  const { issuer, claims } = oidc;
  return {
    issuer,
    audience: oidc.audience ?? is.audience,
    ...optional('audiences', oidc.audiences),
    jwksUri: oidc.jwksUri ?? `${issuer.replace(/\/+$/, '')}/.well-known/jwks.json`,
    claims: {
      roles: claims?.roles ?? is.rolesClaim,
      subject: claims?.subject ?? is.subjectClaim,
      client: claims?.client ?? is.clientClaim,
      ...optional('tenant', claims?.tenant),
    },
    ...optional(
      'roleOf',
      oidc.roles && Object.fromEntries(Object.entries(oidc.roles).flatMap(([value, roles]) => (roles ? [[value, roles]] : []))),
    ),
    ...optional('jwks', oidc.jwks),
    ...optional('ca', oidc.ca),
    ...optional('proxy', oidc.proxy),
  };
}

function resolveFirst({ oidc, keycloak }: Identity, hostname: string, platform: string): ResolvedIdentity {
  if (oidc) return { kind: 'oidc', ...resolveOidc(oidc) };
  const claims = { roles: is.rolesClaim, subject: is.subjectClaim, client: is.clientClaim };
  if (keycloak) {
    const realm = keycloak.realm ?? is.realm;
    const login = keycloak.hostname ?? `login.${hostname}`;
    const issuer = `https://${login}/realms/${realm}`;
    // The gateway asks the Keycloak beside it, whether or not the public name can be reached from inside.
    const inside = `http://${KEYCLOAK.service}.${platform}.svc.cluster.local:${KEYCLOAK.port}`;
    return {
      kind: 'keycloak',
      issuer,
      audience: keycloak.audience ?? is.audience,
      jwksUri: `${inside}/realms/${realm}/protocol/openid-connect/certs`,
      claims,
      keycloak: resolveKeycloak(keycloak, login, realm),
    };
  }
  return { kind: 'embedded', issuer: EMBEDDED_ISSUER, audience: is.audience, jwksUri: `${EMBEDDED_ISSUER}/jwks`, claims };
}

/** Where the PostgreSQL that the plan brings along is reached, and the Secret with its user. */
const DEV_DATABASE = { address: 'kea-keycloak-database:5432', name: 'keycloak', secret: 'kea-keycloak-database', inPlan: true };

function resolveKeycloak(document: Keycloak, hostname: string, realm: string): NonNullable<ResolvedIdentity['keycloak']> {
  const { database } = document;
  return {
    hostname,
    adminHostname: document.adminHostname ?? `admin.${hostname}`,
    realm,
    database: database
      ? { address: database.address, name: database.name ?? 'keycloak', secret: database.secret, inPlan: false }
      : DEV_DATABASE,
    machines: sortedEntries(document.machines ?? {}).flatMap(([name, machine]) =>
      machine === undefined
        ? []
        : [
            {
              name,
              roles: machine.roles,
              ...optional('jwksUri', machine.jwksUri),
              ...optional('jwks', machine.jwks),
              algorithm: machine.algorithm ?? is.machineAlgorithm,
            },
          ],
    ),
    brokers: sortedEntries(document.brokers ?? {}).flatMap(([name, broker]) =>
      broker === undefined
        ? []
        : [
            {
              name,
              title: broker.title ?? name,
              ...optional('oidc', broker.oidc && (known(broker.oidc) as NonNullable<ResolvedBroker['oidc']>)),
              ...optional('saml', broker.saml && (known(broker.saml) as NonNullable<ResolvedBroker['saml']>)),
              claim: broker.claim ?? is.brokerClaim,
              groups: known(broker.groups ?? {}),
              roles: known(broker.roles ?? {}),
            },
          ],
    ),
  };
}

function resolveCache({ redis }: StackCache): ResolvedCache {
  if (redis?.external) {
    const { address, more, mode, master, tls, ca, secret } = redis.external;
    return {
      kind: 'external',
      addresses: [address, ...(more ?? [])],
      mode: mode ?? is.cacheMode,
      ...optional('master', mode === 'sentinel' ? (master ?? is.cacheMaster) : undefined),
      tls: tls ?? is.cacheTls,
      ...optional('ca', ca),
      ...optional('secret', secret),
    };
  }
  if (redis) return { kind: 'managed', memoryBytes: or0(parseBytes(redis.managed?.memory ?? is.cacheMemory)) };
  return { kind: 'none' };
}

function resolveExposure({ httpRoute, loadBalancer, ingress }: Exposure): ResolvedExposure {
  if (httpRoute) return { kind: 'httpRoute', gateway: httpRoute.gateway };
  if (loadBalancer) return { kind: 'loadBalancer', tlsSecret: loadBalancer.tlsSecret };
  if (ingress) return { kind: 'ingress', className: ingress.className, tlsSecret: ingress.tlsSecret };
  return { kind: 'none' };
}

function seconds(text: string): number {
  return Math.ceil(or0(parseDuration(text)) / 1000);
}

function or0(parsed: Parsed<number>): number {
  return parsed.ok ? parsed.value : 0;
}

function optional<K extends string, T>(key: K, value: T | undefined): { readonly [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]: T });
}

function known<T extends string>(members: { readonly [key: string]: T | undefined } | object): { readonly [key: string]: T } {
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, T] => entry[1] !== undefined));
}
