import { identity, method, model } from '../../constructs/gateway/platform';
import { LiveGateway } from '../envoy/gateway';

// Group 16: the roles claim in every form that a provider may send, also deep inside the token and under a name with dots.

class Deep extends LiveGateway {
  override platformOf(models: Parameters<LiveGateway['platformOf']>[0]): ReturnType<LiveGateway['platformOf']> {
    const whole = super.platformOf(models);
    const claims = { ...identity.claims, roles: 'resource_access.kea.roles' };
    return { ...whole, stack: { ...whole.stack, identity: { ...whole.stack.identity, claims } } };
  }
}
const flat = new LiveGateway();
const deep = new Deep();
const models = [
  model('credit', { methods: [method('credit', 'score', { roles: ['credit:score', 'risk.team/analyst'] }), method('credit', 'explain')] }),
  model('credit-score', { methods: [method('credit-score', 'score')] }),
];
const path = '/models/credit/v1/score';
beforeAll(() => Promise.all([flat.start(models), deep.start(models)]), 60_000);
afterAll(() => Promise.all([flat.stop(), deep.stop()]));

const status = async (gateway: LiveGateway, claims: { readonly [name: string]: unknown }, at = path): Promise<number> =>
  (await gateway.call('POST', at, { token: gateway.tokens.token(claims), body: '{"x":1}' })).status;

test.each([
  ['no roles', [], 403],
  ['no claim', undefined, 403],
  ['null', null, 403],
  ['a text', 'credit:score', 403],
  ['a number', 1, 403],
  ['an object', { 'credit:score': true }, 403],
  ['a list in a list', [['credit:score']], 403],
  ['a list of objects', [{ name: 'credit:score' }], 403],
  ['the role among others of any kind', [null, 1, { a: 1 }, 'credit:score'], 200],
  ['a role with dots and slashes', ['risk.team/analyst'], 200],
  ['the role of another model', ['credit-score:score'], 403],
  ['the role of another method', ['credit:explain'], 403],
  ['a longer name', ['credit:scores'], 403],
  ['a shorter name', ['credit:scor'], 403],
  ['blanks around', [' credit:score '], 403],
  ['another case', ['CREDIT:SCORE'], 403],
  ['several in one text', ['credit:score,credit:explain'], 403],
  ['wildcards', ['*', 'credit:*', '.*'], 403],
  ['500 roles and the right one last', [...Array.from({ length: 499 }, (_, index) => `r:${index}`), 'credit:score'], 200],
])('%s', async (_what, roles, expected) => {
  expect(await status(flat, { roles })).toBe(expected);
});

test.each<[string, { readonly [name: string]: unknown }, number, string | undefined]>([
  ['groups that the provider left out', { roles: undefined, _claim_names: { groups: 'src1' }, _claim_sources: {} }, 403, 'roles-overage'],
  ['groups left out, as the short form says', { roles: undefined, hasgroups: true }, 403, 'roles-overage'],
  ['groups left out, and the wrong roles', { roles: ['x'], _claim_names: { groups: 'src1' } }, 403, 'forbidden'],
  ['groups left out, and the right role', { roles: ['credit:score'], _claim_names: { groups: 'src1' } }, 200, undefined],
  ['no roles at all', { roles: undefined }, 403, 'forbidden'],
  ['a mark that says no', { roles: undefined, hasgroups: false }, 403, 'forbidden'],
])('%s', async (_what, claims, expected, problem) => {
  const answer = await flat.call('POST', path, { token: flat.tokens.token(claims), body: '{"x":1}' });
  expect([answer.status, answer.json['type']]).toEqual([expected, problem && `https://kea.dev/problems/${problem}`]);
});

test('the order of roles in the token changes nothing', async () => {
  const all = ['a:b', 'credit:explain', 'credit:score', 'z:z'];
  for (const roles of [all, [...all].reverse(), [all[2], ...all]]) expect(await status(flat, { roles })).toBe(200);
});

test('roles deep inside the token are found there and nowhere else', async () => {
  const at = (roles: unknown): object => ({ resource_access: { kea: { roles } } });
  expect(await status(deep, { ...at(['credit:score']) })).toBe(200);
  expect(await status(deep, { roles: ['credit:score'] })).toBe(403);
  expect(await status(deep, { 'resource_access.kea.roles': ['credit:score'] })).toBe(403);
  expect(await status(deep, { resource_access: { account: { roles: ['credit:score'] } } })).toBe(403);
  expect(await status(deep, { resource_access: ['kea'] })).toBe(403);
  expect(await status(deep, {})).toBe(403);
});

test.each([
  [
    'below models',
    ['/models/credit-score/v1/score', '/models/credit-scorf/v1/score', '/models/credit/v2/score', '/models/credit/v1', '/x'],
  ],
  ['by the standard', ['/v2/models/credit/infer', '/v2/models/credit-scorf/infer', '/v2/models/nothing/infer']],
])('unknown and forbidden look the same %s, down to the headers', async (_where, paths) => {
  const token = flat.tokens.token({ roles: ['credit:score'] });
  const answers = await Promise.all(paths.map((at) => flat.call('POST', at, { token, body: '{}' })));
  const look = answers.map(({ status: code, headers, json }) =>
    JSON.stringify([code, Object.keys(headers).sort(), headers['content-length'], { ...json, instance: '' }]),
  );
  expect([...new Set(look)]).toHaveLength(1);
  expect(answers[0]?.status).toBe(403);
});
