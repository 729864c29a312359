import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../../constructs';
import { buildRealm } from '../../../constructs/identity/render/realm';
import type { PlanObject } from '../../../constructs/plan/plan-object';
import type { JsonObject } from '../../../core/json';
import { makeAdministrator } from '../../../cli/run/administrator';
import type { ResolvedPlatform, ResolvedStack } from '../../../schema/resolved';
import { administrator, temporaryAdministrators } from '../../../services/sso-sync/administrators';
import { connect, logIn } from '../../../services/sso-sync/connect';
import { sync } from '../../../services/sso-sync/sync';
import { sampleModel, samplePlatform } from '../../support/platforms';
import { BOOTSTRAP, buildKeycloak, startKeycloak, type RunningKeycloak } from '../../support/keycloak';
import { startPostgres, type RunningPostgres } from '../../support/postgres';
import { freePorts } from '../../../cli/run/ports';
import { runProgram, type Ended } from '../../services/support/program';

/** The rendered pod and Jobs, run as they are without the containers around them: real Keycloak in production mode on a real PostgreSQL. */
let postgres: RunningPostgres;
let platform: ResolvedPlatform;
let keycloak: RunningKeycloak;
let objects: readonly PlanObject[];
let folder: string;
/** How the first Job ended. */
let added: Ended;
let start: () => Promise<RunningKeycloak>;

interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

const LOGIN_SECRET = 'a-secret-of-the-login\n';
const CLIENT_SECRET = 'a-secret-of-the-permanent-client';

beforeAll(async () => {
  postgres = await startPostgres();
  const settings = {
    hostname: 'login.example.com',
    adminHostname: 'admin.login.example.com',
    realm: 'company',
    database: { address: postgres.address, name: 'keycloak', secret: 'keycloak-db', inPlan: false },
    machines: [{ name: 'batch', roles: ['credit-score:score'] }],
    brokers: [],
  };
  const { stack, models } = samplePlatform();
  const issuer = 'https://login.example.com/realms/company';
  const identity = { ...stack.identity, kind: 'keycloak' as const, issuer, keycloak: settings };
  const exposure = { kind: 'httpRoute', gateway: 'infra/public' } as unknown as ResolvedStack['exposure'];
  platform = { stack: { ...stack, identity, exposure }, models };
  const plan = synthesize(platform);
  objects = plan.objects;
  const spec = podOf(named('StatefulSet', 'kea-keycloak'));
  const build = spec.initContainers.find(({ name }) => name === 'build-server');
  const [server] = spec.containers;
  const fixed = Object.fromEntries((server?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
  const ports = (await freePorts(2)) as readonly [number, number];
  folder = mkdtempSync(join(tmpdir(), 'kea-sso-'));
  const built = join(folder, 'server');
  await buildKeycloak(built, build?.args ?? []);
  start = () =>
    startKeycloak({
      built,
      args: server?.args ?? [],
      ports,
      environment: { ...fixed, KC_DB_USERNAME: 'kea', KC_DB_PASSWORD: 'unused', KC_BOOTSTRAP_ADMIN_CLIENT_SECRET: BOOTSTRAP.secret },
    });
  keycloak = await start();

  for (const path of ['plan', 'secrets']) mkdirSync(join(folder, path));
  const shards = objects.filter(({ kind, name }) => kind === 'ConfigMap' && name.startsWith('kea-realm-'));
  shards.forEach(({ value }, number) => {
    const { shard } = value['binaryData'] as { shard: string };
    writeFileSync(join(folder, 'plan', String(number).padStart(4, '0')), Buffer.from(shard, 'base64'));
  });
  writeFileSync(join(folder, 'secrets/client-secret'), `${CLIENT_SECRET}\n`);
  writeFileSync(join(folder, 'secrets/bootstrap-secret'), BOOTSTRAP.secret);
  // As the Job mounts it, with what an editor left at its end: Envoy sends it so.
  writeFileSync(join(folder, 'secrets/login-secret'), LOGIN_SECRET);
  added = await job('add');
}, 600_000);

afterAll(async () => {
  await keycloak?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

function named(kind: string, name: string): PlanObject {
  return objects.find((object) => object.kind === kind && object.name.startsWith(name)) as PlanObject;
}

function podOf(object: PlanObject): { readonly initContainers: readonly Container[]; readonly containers: readonly Container[] } {
  const template = (object.value['spec'] as JsonObject)['template'] as JsonObject;
  return template['spec'] as unknown as ReturnType<typeof podOf>;
}

/** Runs a Job's program with its own arguments; only addresses and folders are this machine's. */
function job(phase: 'add' | 'prune', over: { readonly [flag: string]: string } = {}) {
  const [container] = podOf(named('Job', `kea-sso-sync-${phase}`)).containers;
  const here: { readonly [flag: string]: string } = {
    '--server': keycloak.server,
    '--plan': join(folder, 'plan'),
    '--secrets': join(folder, 'secrets'),
    ...over,
  };
  const args = container?.args ?? [];
  return runProgram(
    'sso-sync',
    args.map((arg, at) => here[args[at - 1] ?? ''] ?? arg),
  );
}

test('the Jobs put the realm in place, take the temporary administrator away, and log no secret', async () => {
  expect([added.code, added.stderr]).toEqual([0, expect.stringContaining('the realm holds what the plan says')]);
  expect(added.stderr).not.toMatch(new RegExp(`${CLIENT_SECRET}|${BOOTSTRAP.secret}`));
  expect((await job('prune')).code).toBe(0);
  await expect(logIn(keycloak.server, BOOTSTRAP)).rejects.toMatchObject({ reason: 'credentials' });
  const connection = await administrator(keycloak.server, { client: CLIENT_SECRET });
  expect(connection.credentials.client).toBe('kea-sso-sync');
  expect(await temporaryAdministrators(connection)).toEqual([]);
  const [batch] = await connect(connection, 'company').clients.find({ clientId: 'batch' });
  expect(batch).toMatchObject({ serviceAccountsEnabled: true, fullScopeAllowed: false });
}, 120_000);

test('the login on the documentation pages has the secret that the gateway mounts, in the plan and the log of nobody', async () => {
  const connection = await administrator(keycloak.server, { client: CLIENT_SECRET });
  const admin = connect(connection, 'company');
  const [login] = await admin.clients.find({ clientId: 'kea-login' });
  expect(login).toMatchObject({ publicClient: false, redirectUris: ['https://models.example.com/docs/callback'] });
  expect((await admin.clients.getClientSecret({ id: login?.id ?? '' })).value).toBe(LOGIN_SECRET);
  expect(added.stderr).not.toContain(LOGIN_SECRET.trim());
  expect(JSON.stringify(objects.map(({ value }) => value))).not.toContain(LOGIN_SECRET.trim());
});

test('the first person: an administrator of the realm by one command, with a password for one login', async () => {
  const connection = await administrator(keycloak.server, { client: CLIENT_SECRET });
  const { password } = await makeAdministrator(connection, 'company', 'olga', 'olga@example.com');
  expect(password).toMatch(/^[\w-]{24}$/);
  const admin = connect(connection, 'company');
  const [olga] = await admin.users.find({ username: 'olga', exact: true });
  expect(olga?.requiredActions?.sort()).toEqual(['CONFIGURE_TOTP', 'UPDATE_PASSWORD']);
  const id = olga?.id ?? '';
  expect((await admin.users.getCredentials({ id })).map(({ type }) => type)).toEqual(['password']);
  const [management] = await admin.clients.find({ clientId: 'realm-management' });
  const roles = await admin.users.listCompositeClientRoleMappings({ id, clientUniqueId: management?.id ?? '' });
  expect(roles.map(({ name }) => name)).toContain('realm-admin');
  // Somebody who is there keeps his password.
  expect(await makeAdministrator(connection, 'company', 'olga', undefined)).toEqual({});
});

test('the permanent client may not touch the realm master', async () => {
  const connection = await administrator(keycloak.server, { client: CLIENT_SECRET });
  const master = connect(connection, 'master');
  await expect(master.clients.create({ clientId: 'more-power' })).rejects.toMatchObject({ response: { status: 403 } });
  await expect(master.users.create({ username: 'more-power' })).rejects.toMatchObject({ response: { status: 403 } });
});

test('its name cannot be changed by a request, and events are in its log as JSON', async () => {
  const address = `${keycloak.server}/realms/company/.well-known/openid-configuration`;
  const answer = await fetch(address, { headers: { 'x-forwarded-host': 'evil.example.com', 'x-forwarded-proto': 'http' } });
  expect(await answer.json()).toMatchObject({ issuer: 'https://login.example.com/realms/company' });
  const lines = keycloak
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const events = lines
    .map((line) => JSON.parse(line) as { loggerName?: string; message?: string })
    .filter(({ loggerName }) => loggerName === 'org.keycloak.events');
  expect(events.some(({ message }) => message?.includes('type="CLIENT_LOGIN"'))).toBe(true);
});

test('health is on its own port only', async () => {
  for (const path of ['started', 'live', 'ready']) expect((await fetch(`${keycloak.management}/health/${path}`)).status).toBe(200);
  expect((await fetch(`${keycloak.server}/health/ready`)).status).toBe(404);
});

test('a Keycloak that was killed comes back with its realm, and without the temporary administrator', async () => {
  await keycloak.stop('SIGKILL');
  keycloak = await start();
  await expect(logIn(keycloak.server, BOOTSTRAP)).rejects.toMatchObject({ reason: 'credentials' });
  const again = await job('add');
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('"steps":0')]);
}, 150_000);

test('approvers whom the first sync did not know get from the permanent client what they need to look', async () => {
  const connection = await administrator(keycloak.server, { client: CLIENT_SECRET });
  const later = { ...platform, models: [...platform.models, sampleModel('fraud', { owner: 'fraud-team', approvers: ['night-desk'] })] };
  await sync({ connection, plan: buildRealm(later, 'company'), phase: 'all', lease: { deadMs: 3000, waitMs: 60_000 } });
  const admin = connect(connection, 'company');
  const [desk] = await admin.groups.find({ search: 'night-desk' });
  const [management] = await admin.clients.find({ clientId: 'realm-management' });
  const held = await admin.groups.listCompositeClientRoleMappings({ id: desk?.id ?? '', clientUniqueId: management?.id ?? '' });
  expect(held.map(({ name }) => name).sort()).toEqual(['query-clients', 'query-users']);
});

test('wrong secrets and a cut-off plan end with a reason', async () => {
  const other = join(folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'client-secret'), 'another');
  const wrong = await job('add', { '--secrets': other });
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('credentials')]);
  writeFileSync(join(other, '0000'), Buffer.from('nothing'));
  const cut = await job('add', { '--plan': other });
  expect([cut.code, cut.stderr]).toEqual([2, expect.stringContaining('not gzipped JSON')]);
}, 30_000);
