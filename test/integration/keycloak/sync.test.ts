import fc from 'fast-check';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { buildRealm } from '../../../constructs/identity/render/realm';
import { MARK, type RealmPlan } from '../../../core/contract/realm';
import { connect } from '../../../services/sso-sync/connect';
import { planSync, sync, type SyncOptions } from '../../../services/sso-sync/sync';
import { applyRealm, liveDifference } from '../../../cli/run/sso';
import type { Refusal } from '../../../cli/refusal';
import type { RealmEdit } from '../../../core/decide/realm-difference';
import { describeStep } from '../../../core/decide/realm-words';
import type { ResolvedBroker, ResolvedModel, ResolvedPlatform, ResolvedStack } from '../../../schema/resolved';
import { startKeycloak, type RunningKeycloak } from '../../support/keycloak';
import { sampleContract, sampleMethod, sampleModel, sampleStack } from '../../support/platforms';

/** One Keycloak for all of these tests; each has a realm of its own. */
let keycloak: RunningKeycloak;
let realms = 0;

beforeAll(async () => {
  keycloak = await startKeycloak();
}, 130_000);
afterAll(() => keycloak?.stop(), 30_000);

interface Described {
  readonly name: string;
  readonly methods: readonly string[];
  readonly roles?: readonly string[];
  readonly owner?: string;
}

function model({ name, methods, roles = [], owner = 'risk-team' }: Described): ResolvedModel {
  const listed = methods.map((method) => sampleMethod(name, { method, roles: [...roles, `${name}:${method}`].sort() }));
  return sampleModel(name, { owner, contracts: [sampleContract(name, { methods: listed })] });
}

function planOf(realm: string, models: readonly Described[], stack = 'test'): RealmPlan {
  const platform: ResolvedPlatform = { stack: sampleStack({ name: stack }), models: models.map(model) };
  return buildRealm(platform, realm);
}

const FIRST: readonly Described[] = [
  { name: 'credit-score', methods: ['score', 'explain'], roles: ['credit-analyst'] },
  { name: 'iris', methods: ['classify'], owner: 'platform' },
  { name: 'grades', methods: ['read', 'write'], roles: ['teacher'], owner: 'education' },
];

const apply = (plan: RealmPlan, over: Partial<SyncOptions> = {}) =>
  sync({ connection: keycloak.connection, plan, phase: 'all', lease: { deadMs: 3000, waitMs: 60_000 }, ...over });
const dryRun = (plan: RealmPlan) => planSync({ connection: keycloak.connection, plan });
const newRealm = (): string => `realm-${(realms += 1)}`;
const admin = (realm: string) => connect(keycloak.connection, realm);

/** What the realm holds of a client, asked of Keycloak without anything of ours in between. */
async function rolesOf(realm: string, clientId: string): Promise<readonly string[]> {
  const client = admin(realm);
  const [found] = await client.clients.find({ clientId });
  return found?.id === undefined ? [] : (await client.clients.listRoles({ id: found.id })).map(({ name }) => name ?? '').sort();
}

test('what the files say is there after a run, and a second run changes nothing', async () => {
  const realm = newRealm();
  const plan = planOf(realm, FIRST);
  await apply(plan);
  expect(await rolesOf(realm, 'credit-score')).toEqual(['credit-score:explain', 'credit-score:pin', 'credit-score:score']);
  expect((await admin(realm).roles.find()).map(({ name }) => name)).toEqual(expect.arrayContaining(['credit-analyst', 'teacher']));
  expect((await admin(realm).groups.find()).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['education', 'platform', 'risk-team']),
  );
  expect(await admin(realm).realms.findOne({ realm })).toMatchObject({ bruteForceProtected: true, revokeRefreshToken: true });

  const events = async () => (await admin(realm).realms.findAdminEvents({ realm, max: 10_000 })).length;
  const before = await events();
  expect((await dryRun(plan)).steps).toEqual([]);
  expect((await apply(plan)).steps).toEqual([]);
  expect(await events()).toBe(before);
}, 60_000);

test('models and roles that come, change, get another name and go', async () => {
  const realm = newRealm();
  await apply(planOf(realm, FIRST));
  const [credit, iris, grades] = FIRST as [Described, Described, Described];

  await apply(planOf(realm, [...FIRST, { name: 'fraud', methods: ['judge'] }]));
  expect(await rolesOf(realm, 'fraud')).toEqual(['fraud:judge', 'fraud:pin']);

  const changed = { ...credit, methods: ['score', 'compare'], roles: ['credit-lead'] };
  await apply(planOf(realm, [changed, iris, grades]));
  expect(await rolesOf(realm, 'credit-score')).toEqual(['credit-score:compare', 'credit-score:pin', 'credit-score:score']);
  expect(await rolesOf(realm, 'fraud')).toEqual([]);
  const roles = (await admin(realm).roles.find()).map(({ name }) => name);
  expect(roles).toContain('credit-lead');
  expect(roles).not.toContain('credit-analyst');

  await apply(planOf(realm, [changed, { ...iris, name: 'flowers' }, grades]));
  expect([await rolesOf(realm, 'flowers'), await rolesOf(realm, 'iris')]).toEqual([['flowers:classify', 'flowers:pin'], []]);
  const scopes = (await admin(realm).clientScopes.find()).map(({ name }) => name).filter((name) => name?.startsWith('model-'));
  expect(scopes.sort()).toEqual(['model-credit-score', 'model-flowers', 'model-grades']);
  const [cli] = await admin(realm).clients.find({ clientId: 'kea-cli' });
  expect(cli?.optionalClientScopes?.sort()).toEqual(['model-credit-score', 'model-flowers', 'model-grades']);
}, 60_000);

test('what is new comes before, what is gone goes after', async () => {
  const realm = newRealm();
  await apply(planOf(realm, FIRST));
  const next = planOf(realm, [{ name: 'credit-score', methods: ['rate'] }, ...FIRST.slice(1)]);
  await apply(next, { phase: 'add' });
  expect(await rolesOf(realm, 'credit-score')).toEqual([
    'credit-score:explain',
    'credit-score:pin',
    'credit-score:rate',
    'credit-score:score',
  ]);
  await apply(next, { phase: 'prune' });
  expect(await rolesOf(realm, 'credit-score')).toEqual(['credit-score:pin', 'credit-score:rate']);
}, 60_000);

test('what people did in the realm survives, and what they did to ours is taken back and named', async () => {
  const realm = newRealm();
  const plan = planOf(realm, FIRST);
  await apply(plan);
  const client = admin(realm);
  const [credit] = await client.clients.find({ clientId: 'credit-score' });
  const [cli] = await client.clients.find({ clientId: 'kea-cli' });
  const id = credit?.id ?? '';
  await client.clients.create({ clientId: 'theirs', attributes: { [MARK]: 'client credit-score' } });
  await client.roles.create({ name: 'auditor' });
  const theirScope = await client.clientScopes.create({ name: 'their-scope', protocol: 'openid-connect' });
  await client.clients.addOptionalClientScope({ id: cli?.id ?? '', clientScopeId: theirScope.id });
  await client.clients.createRole({ id, name: 'their-role' });
  await client.clients.update({ id }, { clientId: 'credit-score', enabled: false, attributes: { theirs: 'yes' } });
  const person = await client.users.create({ username: 'nora', enabled: true });
  const [group] = await client.groups.find({ search: 'risk-team' });
  await client.users.addToGroup({ id: person.id, groupId: group?.id ?? '' });
  expect((await apply(plan)).steps).toEqual([]);

  // Ours: the description, the password policy, a mapper.
  await client.clients.update({ id }, { clientId: 'credit-score', description: 'mine now' });
  await client.realms.update({ realm }, { passwordPolicy: '' });
  const scope = (await client.clientScopes.find()).find(({ name }) => name === 'kea-roles');
  const mapper = scope?.protocolMappers?.find(({ name }) => name === 'audience');
  await client.clientScopes.updateProtocolMapper(
    { id: scope?.id ?? '', mapperId: mapper?.id ?? '' },
    { ...mapper, config: { ...mapper?.config, 'included.custom.audience': 'everybody' } },
  );
  const { steps } = await dryRun(plan);
  expect(steps.flatMap(describeStep).filter((line) => line.includes('by hand'))).toEqual([
    expect.stringContaining('passwordPolicy'),
    expect.stringContaining('description: mine now → The model credit-score.'),
    expect.stringContaining('mappers.audience'),
  ]);
  await apply(plan);
  expect((await dryRun(plan)).steps).toEqual([]);

  const after = await client.clients.findOne({ id });
  expect(after).toMatchObject({ enabled: false, description: 'The model credit-score.' });
  expect(after?.attributes).toMatchObject({ theirs: 'yes' });
  expect(await rolesOf(realm, 'credit-score')).toContain('their-role');
  expect((await client.users.listGroups({ id: person.id })).map(({ name }) => name)).toEqual(['risk-team']);
  // Theirs too when the model goes for good: only what is ours goes.
  await apply(planOf(realm, FIRST.slice(1)));
  expect((await client.clients.find({ clientId: 'theirs' })).length).toBe(1);
  expect((await client.roles.find()).map(({ name }) => name)).toContain('auditor');
  expect((await client.clients.findOne({ id: cli?.id ?? '' }))?.optionalClientScopes).toContain('their-scope');
}, 90_000);

test('a role and a group that were there before are used as they are, and stay when no model names them', async () => {
  const realm = newRealm();
  await apply(planOf(realm, []));
  await admin(realm).roles.create({ name: 'credit-analyst', description: 'given by the company' });
  await admin(realm).groups.create({ name: 'risk-team' });
  await apply(planOf(realm, FIRST));
  await apply(planOf(realm, []), { deletions: 100 });
  expect(await admin(realm).roles.findOneByName({ name: 'credit-analyst' })).toMatchObject({ description: 'given by the company' });
  expect((await admin(realm).groups.find()).map(({ name }) => name)).toContain('risk-team');
}, 60_000);

test('a dry run says exactly what a run then does', async () => {
  const name = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
  const word = fc.constantFrom('score', 'read', 'write', 'explain');
  const one = fc.record({
    name,
    methods: fc.uniqueArray(word, { minLength: 1 }),
    roles: fc.subarray(['reader', 'writer', 'odd.name_x@y/z']),
    owner: fc.constantFrom('risk-team', 'platform'),
  });
  const folder = fc.uniqueArray(one, { selector: (each) => each.name });
  await fc.assert(
    fc.asyncProperty(fc.array(folder, { minLength: 2, maxLength: 2 }), async (versions) => {
      const realm = newRealm();
      for (const models of versions) {
        const plan = planOf(realm, models);
        const predicted = (await dryRun(plan)).steps;
        const { steps } = await apply(plan, { deletions: 1000 });
        expect(steps.flatMap(describeStep).sort()).toEqual(halves(predicted).sort());
        const rest = await dryRun(plan);
        expect([rest.steps, rest.foreign]).toEqual([[], []]);
        for (const { name: own, methods } of models)
          expect(await rolesOf(realm, own)).toEqual([...methods.map((method) => `${own}:${method}`), `${own}:pin`].sort());
      }
    }),
    { numRuns: 5 },
  );
}, 180_000);

/** A change that adds and takes away is done in two halves, each of which is told. */
function halves(steps: Awaited<ReturnType<typeof planSync>>['steps']): string[] {
  return steps.flatMap((step) => {
    if (step.do !== 'change') return describeStep(step);
    const add = step.edits.flatMap((edit): RealmEdit[] =>
      'set' in edit ? (edit.add.length > 0 ? [{ ...edit, remove: [] }] : []) : edit.to === undefined ? [] : [edit],
    );
    const prune = step.edits.flatMap((edit): RealmEdit[] =>
      'set' in edit ? (edit.remove.length > 0 ? [{ ...edit, add: [] }] : []) : edit.to === undefined ? [edit] : [],
    );
    return [add, prune].flatMap((edits) => (edits.length > 0 ? describeStep({ ...step, edits }) : []));
  });
}

test('two at once end with what the files say', async () => {
  const realm = newRealm();
  const plan = planOf(realm, FIRST);
  const ended = await Promise.allSettled([apply(plan), apply(plan), apply(plan)]);
  expect(ended.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))).toEqual([]);
  expect((await dryRun(plan)).steps).toEqual([]);
  const [a, b] = [planOf(realm, FIRST.slice(1)), planOf(realm, [...FIRST, { name: 'fraud', methods: ['judge'] }])];
  await Promise.all([apply(a), apply(b)]);
  const left = await Promise.all([dryRun(a), dryRun(b)]);
  // One of them was last, whole.
  expect(left.filter(({ steps }) => steps.length === 0)).toHaveLength(1);
}, 90_000);

test('a run that died is waited out, and the next one goes on from there', async () => {
  const realm = newRealm();
  const plan = planOf(realm, FIRST);
  await apply(planOf(realm, []));
  // What a killed run leaves: some objects, the lease, and a state that already names what was to come.
  const half: RealmPlan = { ...plan, objects: plan.objects.filter(({ kind }) => kind !== 'login' && kind !== 'scope') };
  await apply(half, { phase: 'add' });
  await admin(realm).clients.create({ clientId: 'kea-sso-sync-lease', enabled: false, attributes: { holder: 'dead', beat: '7' } });
  const began = Date.now();
  await apply(plan);
  expect(Date.now() - began).toBeGreaterThan(3000);
  expect((await dryRun(plan)).steps).toEqual([]);
  expect(await admin(realm).clients.find({ clientId: 'kea-sso-sync-lease' })).toEqual([]);
}, 60_000);

/** KEA6014 */
test('a lease that lives is respected', async () => {
  const realm = newRealm();
  await apply(planOf(realm, []));
  const lease = await admin(realm).clients.create({ clientId: 'kea-sso-sync-lease', enabled: false, attributes: { beat: '0' } });
  let beat = 0;
  const beating = setInterval(
    () => void admin(realm).clients.update({ id: lease.id }, { clientId: 'kea-sso-sync-lease', attributes: { beat: String((beat += 1)) } }),
    300,
  );
  try {
    await expect(apply(planOf(realm, FIRST), { lease: { deadMs: 1500, waitMs: 4000 } })).rejects.toMatchObject({ reason: 'busy' });
  } finally {
    clearInterval(beating);
  }
}, 60_000);

test('an emptied folder of models deletes nothing', async () => {
  const realm = newRealm();
  const many = Array.from({ length: 8 }, (_, index) => ({ name: `model-${index}`, methods: ['score'] }));
  await apply(planOf(realm, many));
  await expect(apply(planOf(realm, []))).rejects.toMatchObject({
    reason: 'losses',
    message: expect.stringContaining('10 would be deleted'),
  });
  expect(await rolesOf(realm, 'model-7')).toEqual(['model-7:pin', 'model-7:score']);
  await apply(planOf(realm, []), { deletions: 10 });
  expect(await rolesOf(realm, 'model-7')).toEqual([]);
}, 60_000);

test('what is not ours is refused by name, and nothing is touched', async () => {
  const realm = newRealm();
  await connect(keycloak.connection, 'master').realms.create({ realm, enabled: true });
  await expect(apply(planOf(realm, FIRST))).rejects.toMatchObject({
    reason: 'foreign',
    message: expect.stringContaining(`realm "${realm}"`),
  });
  expect(await rolesOf(realm, 'iris')).toEqual([]);

  const other = newRealm();
  await apply(planOf(other, []));
  await admin(other).clients.create({ clientId: 'iris' });
  await expect(apply(planOf(other, FIRST))).rejects.toMatchObject({ reason: 'foreign', message: expect.stringContaining('client "iris"') });
  await expect(apply(planOf(other, FIRST, 'another-stack'))).rejects.toMatchObject({ reason: 'foreign' });
}, 60_000);

test('a Keycloak that cannot be used says why, and no message holds the secret', async () => {
  const plan = planOf(newRealm(), FIRST);
  const secret = 'not-the-right-secret';
  const { server } = keycloak;
  const failed = async (connection: SyncOptions['connection']) =>
    sync({ connection, plan, phase: 'all' }).then(
      () => undefined,
      (error: Error & { reason?: string }) => ({ reason: error.reason, message: error.message }),
    );
  const wrong = await failed({ server, credentials: { client: 'kea-bootstrap', secret } });
  expect(wrong).toEqual({ reason: 'credentials', message: expect.stringContaining('kea-bootstrap') });
  expect(wrong?.message).not.toContain(secret);
  const credentials = keycloak.connection.credentials;
  expect(await failed({ server: 'http://127.0.0.1:9', credentials })).toMatchObject({ reason: 'unreachable' });
  expect(await failed({ server: `${server}/nowhere`, credentials })).toMatchObject({ reason: 'unreachable' });
});

test('kea sso tells each refusal by its code', async () => {
  const code = (act: Promise<unknown>) =>
    act.then(
      () => undefined,
      (error: unknown) => (error as Refusal).findings[0]?.code,
    );
  const { connection } = keycloak;
  const realm = newRealm();
  const many = planOf(
    realm,
    Array.from({ length: 8 }, (_, index) => ({ name: `model-${index}`, methods: ['score'] })),
  );
  await applyRealm(connection, many, { phase: 'all' });
  expect(await code(applyRealm(connection, planOf(realm, []), { phase: 'all' }))).toBe('KEA6013');
  expect(await code(applyRealm(connection, planOf(realm, [], 'another-stack'), { phase: 'all' }))).toBe('KEA6012');
  const odd = {
    kind: 'provider',
    name: 'odd',
    fields: { providerId: 'no-such' },
    attributes: {},
    mappers: {},
    sets: {},
    initial: {},
  } as const;
  expect(await code(applyRealm(connection, { ...many, objects: [...many.objects, odd] }, { phase: 'all' }))).toBe('KEA6015');
  const wrong = { ...connection, credentials: { ...connection.credentials, secret: 'wrong' } };
  expect(await code(liveDifference(wrong, many))).toBe('KEA6011');
  expect(await code(liveDifference({ ...connection, server: 'http://127.0.0.1:9' }, many))).toBe('KEA6010');
  // KEA6016: this Keycloak still has the administrator of its first start.
  expect((await liveDifference(connection, many)).temporary).toEqual(['client kea-bootstrap']);
}, 90_000);

/** A plan for a stack with machines and brokers. */
function managed(
  realm: string,
  models: readonly ResolvedModel[],
  over: Partial<NonNullable<ResolvedStack['identity']['keycloak']>>,
): RealmPlan {
  const stack = sampleStack();
  const keycloak = {
    hostname: 'login.example.com',
    adminHostname: 'admin.login.example.com',
    realm,
    database: { address: 'postgres:5432', name: 'keycloak', secret: 'keycloak-db', inPlan: false },
    machines: [],
    brokers: [],
    ...over,
  };
  return buildRealm({ stack: { ...stack, identity: { ...stack.identity, kind: 'keycloak', keycloak } }, models }, realm);
}

async function tokenOf(realm: string, form: { readonly [name: string]: string }) {
  const address = `${keycloak.server}/realms/${realm}/protocol/openid-connect/token`;
  const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: text = '', ...rest } = (await answer.json()) as { access_token?: string };
  const claims = text === '' ? rest : decodeJwt(text);
  return {
    status: answer.status,
    bytes: text.length,
    claims: claims as { roles?: readonly string[]; aud?: string; azp?: string; error?: string },
  };
}

test('a machine proves itself with a signed assertion, and its token holds its roles and no other', async () => {
  const realm = newRealm();
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] });
  const machine = { name: 'batch', roles: ['credit-score:score', 'credit-analyst'], jwks, algorithm: 'ES256' };
  await apply(managed(realm, FIRST.map(model), { machines: [machine] }));
  const sign = (key: typeof privateKey) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer('batch')
      .setSubject('batch')
      .setAudience(`${keycloak.server}/realms/${realm}`)
      .setJti(String(Math.random()))
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(key);
  const ask = async (key: typeof privateKey) =>
    tokenOf(realm, {
      grant_type: 'client_credentials',
      client_id: 'batch',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await sign(key),
    });
  const { claims } = await ask(privateKey);
  expect([...(claims.roles ?? [])].sort()).toEqual(['credit-analyst', 'credit-score:score']);
  expect(claims).toMatchObject({ aud: 'kea', azp: 'batch' });
  const forged = await generateKeyPair('ES256');
  expect((await ask(forged.privateKey)).claims.error).toBe('invalid_client');

  // A role that is taken away is in no new token, and the rest stays.
  await apply(managed(realm, FIRST.map(model), { machines: [{ ...machine, roles: ['credit-analyst'] }] }));
  expect((await ask(privateKey)).claims.roles).toEqual(['credit-analyst']);
}, 60_000);

test('brokers are made, changed and removed, and no secret comes into the realm', async () => {
  const realm = newRealm();
  const company: ResolvedBroker = {
    name: 'company',
    title: 'Company',
    oidc: {
      issuer: 'https://login.example.com/x',
      authorizationUrl: 'https://login.example.com/x/authorize',
      tokenUrl: 'https://login.example.com/x/token',
      jwksUrl: 'https://login.example.com/x/keys',
      clientId: 'kea',
      secret: 'kea-company-login',
    },
    claim: 'groups',
    groups: { staff: 'risk-team' },
    roles: { scorers: 'credit-score:score' },
  };
  const partner: ResolvedBroker = {
    name: 'partner',
    title: 'Partner',
    saml: { entityId: 'https://saml.example.com', ssoUrl: 'https://saml.example.com/sso', certificate: CERTIFICATE },
    claim: 'memberOf',
    groups: { 'CN=staff,DC=x': 'platform' },
    roles: {},
  };
  const models = FIRST.map(model);
  const plan = managed(realm, models, { brokers: [company, partner] });
  await apply(plan);
  expect((await dryRun(plan)).steps).toEqual([]);
  const found = await admin(realm).identityProviders.findOne({ alias: 'company' });
  expect(found?.config).toMatchObject({ clientSecret: '${vault.company}', pkceMethod: 'S256', syncMode: 'FORCE' });
  const mappers = await admin(realm).identityProviders.findMappers({ alias: 'partner' });
  expect(mappers.map(({ name, config }) => [name, config?.['group']])).toEqual([['group CN=staff,DC=x', '/platform']]);

  const changed = managed(realm, models, { brokers: [{ ...company, title: 'Our company', groups: { all: 'risk-team' } }] });
  await apply(changed);
  expect((await dryRun(changed)).steps).toEqual([]);
  expect((await admin(realm).identityProviders.find()).map(({ alias, displayName }) => [alias, displayName])).toEqual([
    ['company', 'Our company'],
  ]);
  const names = (await admin(realm).identityProviders.findMappers({ alias: 'company' })).map(({ name }) => name);
  expect(names.sort()).toEqual(['group all', 'role scorers']);
}, 60_000);

test('a person with 200 roles asks for one model’s, and the token stays small', async () => {
  const realm = newRealm();
  const many = Array.from({ length: 100 }, (_, index) => ({ name: `credit-scoring-${index}`, methods: ['score'] }));
  await apply(planOf(realm, many));
  const client = admin(realm);
  // kea-cli is for browsers; a password makes the same token without one.
  const [cli] = await client.clients.find({ clientId: 'kea-cli' });
  await client.clients.update({ id: cli?.id ?? '' }, { clientId: 'kea-cli', directAccessGrantsEnabled: true });
  const credentials = [{ type: 'password', value: 'a-long-password', temporary: false }];
  const person = { username: 'nora', enabled: true, email: 'nora@example.com', firstName: 'Nora', lastName: 'Sample', credentials };
  const { id } = await client.users.create(person);
  for (const { name } of many) {
    const [found] = await client.clients.find({ clientId: name });
    const roles = (await client.clients.listRoles({ id: found?.id ?? '' })).map((role) => ({ id: role.id ?? '', name: role.name ?? '' }));
    await client.users.addClientRoleMappings({ id, clientUniqueId: found?.id ?? '', roles });
  }
  const login = { grant_type: 'password', client_id: 'kea-cli', username: 'nora', password: 'a-long-password' };
  const one = await tokenOf(realm, { ...login, scope: 'openid model-credit-scoring-7' });
  expect([...(one.claims.roles ?? [])].sort()).toEqual(['credit-scoring-7:pin', 'credit-scoring-7:score']);
  expect(one.bytes).toBeLessThan(2000);
  await client.clients.update({ id: cli?.id ?? '' }, { clientId: 'kea-cli', fullScopeAllowed: true });
  const all = await tokenOf(realm, { ...login, scope: 'openid' });
  expect(all.claims.roles?.length).toBeGreaterThanOrEqual(200);
  // The edge takes 48 KiB of headers.
  expect(all.bytes).toBeLessThan(12_000);
}, 120_000);

/** Of a key that nobody has; Keycloak wants it well formed. */
const CERTIFICATE =
  'MIIBkTCB+wIJAL6uA0w0QxXhMA0GCSqGSIb3DQEBCwUAMA0xCzAJBgNVBAYTAkRFMB4XDTI0MDEwMTAwMDAwMFoXDTM0MDEwMTAwMDAwMFowDTELMAkGA1UEBhMCREUwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBAL';
