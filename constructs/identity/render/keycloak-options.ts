import type { ResolvedStack } from '../../../schema/resolved';

export type KeycloakSettings = NonNullable<ResolvedStack['identity']['keycloak']>;

export const KeycloakPort = { http: 8080, management: 9000, cluster: 7800, liveness: 57800 } as const;

/** Home of the server in the official image, and where secrets of brokers are mounted. */
export const KEYCLOAK_HOME = '/opt/keycloak';
export const VAULT = `${KEYCLOAK_HOME}/vault`;

/** Each model is a client with a scope, and the default of 10,000 entries would be pushed out by 1,500 models. */
const CACHED_ENTRIES = 50_000;

/** What Keycloak fixes in its build, which its pod does before the start: `kc.sh build …`. */
export function buildOptions(settings: KeycloakSettings): readonly string[] {
  return [
    'build',
    ...flags({ db: 'postgres', 'health-enabled': 'true', 'metrics-enabled': 'true', ...(hasVault(settings) ? { vault: 'file' } : {}) }),
  ];
}

/**
 * How it starts: production, optimized, under one name that no request can change; events of people and administrators in its log, as JSON on stdout,
 * which the cluster's log collection takes into the audit.
 */
export function startOptions(settings: KeycloakSettings): readonly string[] {
  const { database } = settings;
  return [
    'start',
    '--optimized',
    ...flags({
      'db-url': `jdbc:postgresql://${database.address}/${database.name}`,
      hostname: `https://${settings.hostname}`,
      'hostname-admin': `https://${settings.adminHostname}`,
      'http-enabled': 'true',
      'proxy-headers': 'xforwarded',
      'cache-embedded-realms-max-count': String(CACHED_ENTRIES),
      ...(hasVault(settings) ? { 'vault-dir': VAULT } : {}),
      'log-console-output': 'json',
      'spi-events-listener--jboss-logging--success-level': 'info',
      'spi-events-listener--jboss-logging--error-level': 'warn',
    }),
  ];
}

export function hasVault({ brokers }: KeycloakSettings): boolean {
  return brokers.some(({ oidc }) => oidc?.secret !== undefined);
}

function flags(options: { readonly [name: string]: string }): readonly string[] {
  return Object.entries(options).map(([name, value]) => `--${name}=${value}`);
}
