import { buildRealm } from '../../../constructs/identity/render/realm';
import { realmMistakes } from '../../../constructs/identity/render/realm-mistakes';
import { MARK, objectId, type RealmObject } from '../../../core/contract/realm';
import type { ResolvedBroker, ResolvedStack } from '../../../schema/resolved';
import { sampleContract, sampleMethod, sampleModel, samplePlatform } from '../../support/platforms';

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
  roles: { analysts: 'credit-analyst', scorers: 'credit-score:score' },
};

const keycloak: NonNullable<ResolvedStack['identity']['keycloak']> = {
  hostname: 'login.example.com',
  adminHostname: 'admin.login.example.com',
  realm: 'company',
  database: { address: 'postgres:5432', name: 'keycloak', secret: 'keycloak-db', inPlan: false },
  machines: [
    { name: 'batch', roles: ['credit-score:score', 'credit-analyst'], jwksUri: 'https://batch.example.com/jwks', algorithm: 'ES256' },
  ],
  brokers: [company],
};

function platformWith(over: Partial<typeof keycloak> = {}) {
  const { stack, models } = samplePlatform();
  return { stack: { ...stack, identity: { ...stack.identity, kind: 'keycloak' as const, keycloak: { ...keycloak, ...over } } }, models };
}

const plan = buildRealm(platformWith(), 'company');
const named = (id: string): RealmObject => plan.objects.find((object) => objectId(object) === id) as RealmObject;

test('each method is a role of its model’s client, beside the role that pins versions', () => {
  expect(named('client credit-score').sets.roles).toEqual(['credit-score:pin', 'credit-score:score']);
});

test('roles that methods name besides their own are realm roles, each once', () => {
  const roles = plan.objects.filter(({ kind }) => kind === 'role').map(({ name }) => name);
  expect(roles).toEqual(['_kea-approver', 'credit-analyst', 'student', 'teacher']);
});

test('a model’s client can log nobody in, and no client takes passwords or implicit tokens', () => {
  expect(named('client credit-score').fields).toMatchObject({
    bearerOnly: true,
    standardFlowEnabled: false,
    fullScopeAllowed: false,
    serviceAccountsEnabled: false,
  });
  const clients = plan.objects.filter(({ kind }) => kind === 'client' || kind === 'login');
  expect(clients.filter(({ fields }) => fields['directAccessGrantsEnabled'] !== false || fields['implicitFlowEnabled'] !== false)).toEqual(
    [],
  );
});

test('full scope is off for all but the documentation pages', () => {
  const full = plan.objects.filter(({ fields }) => fields['fullScopeAllowed'] === true);
  expect(full.map(({ name }) => name)).toEqual(['kea-login', 'kea-portal']);
});

test('browsers come back to exact addresses, with PKCE', () => {
  expect(named('login kea-login').fields['redirectUris']).toEqual(['https://models.example.com/docs/callback']);
  expect(named('login kea-portal').fields['redirectUris']).toEqual(['https://models.example.com/docs/authorized']);
  for (const name of ['kea-login', 'kea-portal', 'kea-cli'])
    expect(named(`login ${name}`).attributes).toMatchObject({ 'pkce.code.challenge.method': 'S256' });
});

test('one mapper each puts realm roles and roles of models into one flat claim, and the audience is the stack’s', () => {
  const { mappers } = named('scope kea-roles');
  expect(mappers['method-roles']).toMatchObject({
    type: 'oidc-usermodel-client-role-mapper',
    config: { 'claim.name': 'roles', multivalued: 'true' },
  });
  expect(mappers['realm-roles']).toMatchObject({ type: 'oidc-usermodel-realm-role-mapper', config: { 'claim.name': 'roles' } });
  expect(mappers['audience']?.config).toMatchObject({ 'included.custom.audience': 'kea', 'id.token.claim': 'false' });
});

test('a token can be limited to one model by its scope', () => {
  expect(named('scope model-credit-score').sets.scoped).toEqual(['credit-score credit-score:pin', 'credit-score credit-score:score']);
  expect(named('login kea-cli').sets.optionalScopes).toEqual(['model-credit-score', 'model-iris', 'model-student-grades']);
});

test('what Keycloak leaves open by default is closed', () => {
  const { fields } = named('realm company');
  expect(fields).toMatchObject({
    bruteForceProtected: true,
    registrationAllowed: false,
    sslRequired: 'external',
    adminEventsEnabled: true,
  });
  expect(fields['passwordPolicy']).toContain('length(12)');
  expect(fields['accessTokenLifespan']).toBe(300);
});

test('owners and approvers are groups, which hold no role of a model by that', () => {
  const groups = plan.objects.filter(({ kind, name }) => kind === 'group' && name !== 'kea-admins');
  expect(groups.map(({ name, sets }) => [name, sets])).toEqual([
    ['education', {}],
    ['platform', {}],
    ['risk-leads', { granted: ['_kea-approver'] }],
    ['risk-team', {}],
  ]);
});

test('a machine proves itself with signed assertions and has its roles, in its tokens too', () => {
  const machine = named('login batch');
  expect(machine.fields).toMatchObject({ clientAuthenticatorType: 'client-jwt', serviceAccountsEnabled: true, fullScopeAllowed: false });
  expect(machine.attributes).toMatchObject({
    'use.jwks.url': 'true',
    'jwks.url': 'https://batch.example.com/jwks',
    'token.endpoint.auth.signing.alg': 'ES256',
  });
  expect(machine.sets.granted).toEqual(['credit-analyst', 'credit-score credit-score:score']);
  expect(machine.sets.scoped).toEqual(machine.sets.granted);
});

test('a machine without keys has a secret, which the plan does not know', () => {
  const other = buildRealm(platformWith({ machines: [{ name: 'batch', roles: ['credit-analyst'] }] }), 'company');
  const machine = other.objects.find(({ name }) => name === 'batch');
  expect(machine?.fields['clientAuthenticatorType']).toBe('client-secret');
  expect(JSON.stringify(other)).not.toContain('"secret"');
});

test('a company’s login: its secret stays in the vault, its groups come anew at each login, its mail addresses link no accounts', () => {
  const provider = named('provider company');
  expect(provider.fields).toMatchObject({ providerId: 'oidc', trustEmail: false });
  expect(provider.attributes).toMatchObject({
    clientSecret: '${vault.company}',
    syncMode: 'FORCE',
    pkceMethod: 'S256',
    validateSignature: 'true',
  });
  expect(provider.mappers['group staff']).toEqual({
    type: 'oidc-advanced-group-idp-mapper',
    config: { syncMode: 'FORCE', group: '/risk-team', claims: '[{"key":"groups","value":"staff"}]', 'are.claim.values.regex': 'false' },
  });
  expect(provider.mappers['role scorers']?.config['role']).toBe('credit-score.credit-score:score');
});

test('without a secret the login signs with the realm’s key', () => {
  const { secret: _, ...oidc } = company.oidc!;
  const other = buildRealm(platformWith({ brokers: [{ ...company, oidc }] }), 'company');
  expect(other.objects.find(({ kind }) => kind === 'provider')?.attributes).toMatchObject({ clientAuthMethod: 'private_key_jwt' });
});

test('everything carries a mark that names it, so that a copy is not taken for ours', () => {
  const marks = plan.objects.map(({ attributes }) => attributes[MARK]);
  expect(new Set(marks).size).toBe(plan.objects.length);
});

test('an edit of one model changes that model’s objects, and what lists scopes or what approvers may give', () => {
  const { stack, models } = platformWith();
  const more = buildRealm({ stack, models: [...models, sampleModel('fraud')] }, 'company');
  const before = new Map(plan.objects.map((object) => [objectId(object), JSON.stringify(object)]));
  const changed = more.objects.filter((object) => before.get(objectId(object)) !== JSON.stringify(object)).map(objectId);
  expect(changed).toEqual(['client fraud', 'scope model-fraud', 'login kea-cli', 'delegation risk-leads']);
});

test('what nobody has is named, with the nearest spelling', () => {
  const settings = {
    ...keycloak,
    machines: [{ name: 'iris', roles: ['credit-score:scor'] }],
    brokers: [{ ...company, groups: { staff: 'risk-tem' }, roles: { x: 'nobody' } }],
  };
  const found = realmMistakes(platformWith(), settings);
  expect(found.map(({ code, fix }) => [code, fix.slice(0, 28)])).toEqual([
    ['KEA6003', 'rename the machine'],
    ['KEA6004', 'write "credit-score:score"'],
    ['KEA6004', 'write a role of a method, `<'],
    ['KEA6005', 'write "risk-team"'],
  ]);
});

/** A model that lists `roles` besides its own. */
function owned(name: string, approvers: readonly string[], roles: readonly string[]) {
  const methods = [sampleMethod(name, { method: 'score', roles: [`${name}:score`, ...roles] })];
  return sampleModel(name, { owner: `${name}-team`, approvers, contracts: [sampleContract(name, { methods })] });
}

test('approvers may give roles of their models, a shared role only who approves for all that list it, and nobody more', () => {
  const { stack } = platformWith({ machines: [], brokers: [] });
  const models = [
    owned('a', ['leads', 'risk'], ['shared', 'own-a']),
    owned('b', ['leads'], ['shared']),
    owned('c', [], ['shared-c', 'shared']),
  ];
  const two = buildRealm({ stack, models: models.slice(0, 2) }, 'company').objects.filter(({ kind }) => kind === 'delegation');
  expect(two.map(({ name, fields }) => [name, fields])).toEqual([
    ['kea-people', { approvers: ['leads', 'risk'], people: true, models: [], roles: [] }],
    ['leads', { approvers: ['leads'], people: false, models: ['b'], roles: ['shared'] }],
    ['leads risk', { approvers: ['leads', 'risk'], people: false, models: ['a'], roles: ['own-a'] }],
  ]);
  const three = buildRealm({ stack, models }, 'company').objects;
  const given = three.filter(({ kind }) => kind === 'delegation').flatMap(({ fields }) => fields['roles'] as readonly string[]);
  // Nobody approves for all three: administrators give it.
  expect(given).toEqual(['shared-c', 'own-a']);
  const asking = (name: string) => three.find((object) => objectId(object) === `group ${name}`)?.sets.granted;
  expect([asking('leads'), asking('c-team'), asking('a-team')]).toEqual([['_kea-approver'], ['_kea-approver'], undefined]);
});

test('the gateway’s login keeps a secret, which is not in the plan', () => {
  expect(named('login kea-login').fields).toMatchObject({ publicClient: false, clientAuthenticatorType: 'client-secret' });
  expect(named('login kea-portal').fields['publicClient']).toBe(true);
});
