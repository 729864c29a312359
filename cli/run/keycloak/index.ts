import { join } from 'node:path';
import { buildRealm } from '../../../constructs/identity/render/realm';
import { RealmClient } from '../../../core/contract/realm-names';
import { finding } from '../../../core/findings/finding';
import { runFindings } from '../../../core/findings/run';
import { approversOf } from '../../../schema/access/approvers';
import type { ResolvedIdentity, ResolvedPlatform } from '../../../schema/resolved';
import { administrator, handOver } from '../../../services/sso-sync/administrators';
import { connect } from '../../../services/sso-sync/connect';
import { SyncFailure } from '../../../services/sso-sync/failure';
import { sync } from '../../../services/sso-sync/sync';
import { Refusal } from '../../refusal';
import type { Child } from '../child';
import type { LocalIdentity } from '../identity';
import { sampleDirectory } from '../issuer/people';
import { AUDIENCE, ROLES_CLAIM } from '../issuer/settings';
import { freePorts } from '../ports';
import { writePrivateJson } from '../private-file';
import { writeLogin } from '../secrets';
import type { StateFolder } from '../state';
import { until } from '../until';
import { putPeople } from './people';
import { loadSecrets, LOCAL_REALM, realmUrl, type KeycloakSecrets } from './settings';
import { keycloakToken } from './token';

/** The first start builds the server and fills a database. */
const START_MS = 180_000;

/** The real Keycloak on this machine, its realm reconciled by sso-sync as in a cluster, and the sample people in it. */
export async function localKeycloak(folder: StateFolder, place: { readonly port: number }, program: string): Promise<LocalIdentity> {
  let secrets = loadSecrets(folder.keycloak.secrets);
  const port = place.port + 1;
  const server = `http://127.0.0.1:${port}`;
  const issuer = realmUrl(port);
  const endpoint = (name: string): string => `${issuer}/protocol/openid-connect/${name}`;
  const login = writeLogin(folder.secrets, {
    clientId: RealmClient.login,
    origin: `http://localhost:${place.port}`,
    clientSecret: secrets.login,
    sessionKey: secrets.session,
    authorizationEndpoint: endpoint('auth'),
    tokenEndpoint: endpoint('token'),
    endSessionEndpoint: endpoint('logout'),
  });
  const identity = (platform: ResolvedPlatform): ResolvedIdentity => ({
    kind: 'keycloak',
    issuer,
    audience: AUDIENCE,
    jwksUri: endpoint('certs'),
    claims: { roles: ROLES_CLAIM, subject: 'sub', client: 'azp' },
    keycloak: {
      hostname: `localhost:${port}`,
      adminHostname: `localhost:${port}`,
      realm: LOCAL_REALM,
      database: { address: 'localhost:0', name: 'keycloak', secret: 'none', inPlan: true },
      machines: sampleDirectory(platform).machines.map(({ id, roles }) => ({ name: id, roles })),
      brokers: [],
    },
  });
  const onThisMachine = (platform: ResolvedPlatform): ResolvedPlatform => ({
    ...platform,
    stack: { ...platform.stack, hostname: `localhost:${place.port}`, identity: identity(platform) },
  });
  const reconcile = async (platform: ResolvedPlatform): Promise<void> => {
    const plan = buildRealm(platform, LOCAL_REALM);
    const connection = await administrator(server, { client: secrets.sync, bootstrap: secrets.bootstrap });
    // Nobody but this run uses the realm, and an edit may take all models away.
    await sync({
      connection,
      plan,
      phase: 'all',
      deletions: Number.MAX_SAFE_INTEGER,
      lease: { deadMs: 4000 },
      secrets: { [RealmClient.login]: secrets.login },
    });
    await handOver(connection, LOCAL_REALM, secrets.sync);
    const admin = connect(await administrator(server, { client: secrets.sync }), LOCAL_REALM);
    const directory = sampleDirectory(platform);
    await putPeople(admin, directory, { tokenSecret: secrets.cli, approving: platform.models.flatMap(approversOf) });
    const machines = await Promise.all(
      directory.machines.map(async ({ id }) => {
        const [client] = await admin.clients.find({ clientId: id });
        return [id, (await admin.clients.getClientSecret({ id: client?.id ?? '' })).value ?? ''] as const;
      }),
    );
    secrets = { ...secrets, machines: Object.fromEntries(machines) } satisfies KeycloakSecrets;
    writePrivateJson(folder.keycloak.secrets, secrets);
  };
  let child: Child | undefined;
  return {
    issuer,
    login,
    onThisMachine,
    async start(crew, platform) {
      const [management = 0] = await freePorts(1);
      child = crew.start({
        name: 'keycloak',
        command: program,
        args: [
          ...['start-dev', '--db=dev-file', '--health-enabled=true', `--hostname=http://localhost:${port}`],
          ...['--http-host=127.0.0.1', `--http-port=${port}`, `--http-management-port=${management}`],
        ],
        env: {
          KEA_KEYCLOAK_DATA: folder.keycloak.home,
          JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
          KC_BOOTSTRAP_ADMIN_CLIENT_ID: RealmClient.bootstrap,
          KC_BOOTSTRAP_ADMIN_CLIENT_SECRET: secrets.bootstrap,
        },
        log: join(folder.logs, 'keycloak.log'),
      });
      const begun = child;
      const ready = await until(() => isReady(`http://127.0.0.1:${management}/health/ready`), {
        timeoutMs: START_MS,
        everyMs: 250,
        stop: () => !begun.running,
      });
      if (!ready) throw refusal(`Keycloak did not start: ${begun.lastWords(3)}`);
      await reconcile(platform).catch((error: unknown) => {
        throw error instanceof SyncFailure ? refusal(`Keycloak's realm: ${error.message}`) : error;
      });
    },
    follow: reconcile,
    token: (person) => keycloakToken(issuer, secrets, person),
    child: () => child,
  };
}

async function isReady(address: string): Promise<boolean> {
  return fetch(address, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

function refusal(message: string): Refusal {
  return new Refusal(finding(runFindings.notReady, { message }));
}
