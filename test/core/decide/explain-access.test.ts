import type { TrustedIssuer } from '../../../core/contract/identity';
import { explainAccess, type GuardedMethod } from '../../../core/decide/explain-access';
import type { JsonObject } from '../../../core/json';

const NOW = 1_800_000_000;
const COMPANY: TrustedIssuer = {
  issuer: 'https://id.example.com',
  audiences: ['kea', 'api://kea'],
  claims: { roles: 'roles', subject: 'sub', client: 'azp' },
  roleOf: { 'b1d2-group': ['credit:score', 'credit:pin'] },
};
const METHODS: readonly GuardedMethod[] = [
  { model: 'credit', contract: 'v1', method: 'score', roles: ['credit:score', 'credit-analyst'], public: false, pinRole: 'credit:pin' },
  { model: 'iris', contract: 'v1', method: 'classify', roles: [], public: true, pinRole: 'iris:pin' },
];
const GOOD = { iss: 'https://id.example.com', aud: 'kea', sub: 'ada', azp: 'portal', roles: ['credit:score'], exp: NOW + 300 };

function explain(claims: JsonObject) {
  const { facts, accepted, methods, ...rest } = explainAccess(claims, [COMPANY], METHODS, NOW);
  return { ...rest, accepted, wrong: facts.filter(({ holds }) => !holds).map(({ said }) => said), score: methods[0], open: methods[1] };
}

test('a good token: each fact, and the role that admits', () => {
  const { facts } = explainAccess(GOOD, [COMPANY], METHODS, NOW);
  expect(facts.map(({ about, said }) => `${about}: ${said}`)).toEqual([
    'issuer: issued by "https://id.example.com"',
    'audience: made out to "kea" or "api://kea"',
    'time: ends in 5 min',
    'subject: "ada" (claim "sub")',
    'roles: 1 at claim "roles"',
  ]);
  expect(explain(GOOD).score).toMatchObject({ allowed: true, mayPin: false, reason: 'the token holds "credit:score"' });
});

test('the id of a group stands for roles', () => {
  const told = explain({ ...GOOD, roles: ['b1d2-group'] });
  expect(told.roles).toEqual(['b1d2-group', 'credit:score', 'credit:pin']);
  expect(told.score).toMatchObject({ allowed: true, mayPin: true });
});

test.each<[string, JsonObject, string]>([
  [
    'a slash at the end of the issuer',
    { iss: 'https://id.example.com/' },
    'issued by "https://id.example.com/", and the stack trusts "https://id.example.com"; they differ by a slash at the end, and issuers are compared to the letter',
  ],
  [
    'an ID token',
    { aud: 'portal', nonce: 'n' },
    'made out to "portal", must be to "kea" or "api://kea"; it looks like an ID token, and an access token is needed',
  ],
  ['another audience', { aud: ['graph', 'mail'] }, 'made out to "graph", "mail", must be to "kea" or "api://kea"'],
  [
    'a clock that is ten minutes slow',
    { nbf: NOW + 600, exp: NOW + 900 },
    'begins in 10 min: the clocks differ, or the token is for later',
  ],
  ['a clock that is ten minutes fast', { exp: NOW - 600 }, 'ended 10 min ago; if it is new, the clocks differ'],
  ['no end', { exp: null }, 'the token never ends ("exp" is missing)'],
])('%s is refused with 401 and named', (_name, change, said) => {
  const told = explain({ ...GOOD, ...change });
  expect([told.accepted, told.wrong, told.score?.allowed, told.score?.reason, told.open?.allowed]).toEqual([
    false,
    [said],
    false,
    said,
    false,
  ]);
});

test('clocks may differ by half a minute', () => {
  expect(explain({ ...GOOD, exp: NOW - 30, nbf: NOW + 30 }).accepted).toBe(true);
  expect(explain({ ...GOOD, exp: NOW - 31 }).accepted).toBe(false);
});

test('a token from ten minutes ahead is taken, and the doctor says that the clocks differ', () => {
  const told = explain({ ...GOOD, iat: NOW + 600, exp: NOW + 900 });
  expect([told.accepted, told.wrong]).toEqual([true, []]);
  const { facts } = explainAccess({ ...GOOD, iat: NOW + 600, exp: NOW + 900 }, [COMPANY], [], NOW);
  expect(facts.find(({ about }) => about === 'time')?.said).toBe('ends in 15 min, and was made 10 min from now: the clocks differ');
});

test('a token without a subject is a good one that opens nothing but public methods', () => {
  const { sub: _sub, ...nobody } = GOOD;
  const told = explain(nobody);
  expect([told.accepted, told.score?.allowed, told.score?.reason, told.open?.allowed]).toEqual([
    true,
    false,
    'the token names nobody: claim "sub" is missing or no text',
    true,
  ]);
});

test.each<[string, JsonObject, string, string]>([
  [
    'too many groups at Entra ID',
    { _claim_names: { groups: 'src1' }, _claim_sources: {} },
    'no roles at claim "roles": the provider left the groups out, because there were too many; use roles of the application instead',
    'the provider left the groups out of the token, because there were too many',
  ],
  [
    'roles at another place',
    { realm_access: { roles: ['x'] }, scp: 'read' },
    'no roles at claim "roles": there is something at "realm_access.roles" and "scp"; `identity.oidc.claims.roles` says where to look',
    'needs "credit:score" or "credit-analyst", which the token does not hold; ask for it: kea access request credit:score PERSON',
  ],
  [
    'one text instead of a list',
    { roles: 'credit:score' },
    'no roles at claim "roles": a single text stands there, and the gateway reads a list',
    'needs "credit:score" or "credit-analyst", which the token does not hold; ask for it: kea access request credit:score PERSON',
  ],
])('%s is a 403 with its cause', (_name, claims, said, reason) => {
  const { roles: _roles, ...none } = GOOD;
  const told = explain({ ...none, ...claims });
  expect([told.accepted, told.wrong, told.score?.reason, told.open?.allowed]).toEqual([true, [said], reason, true]);
});
