import { authorizationMatrix } from '../../../schema/access/matrix';
import { method, model, platform } from '../../constructs/gateway/platform';

const credit = model('credit', {
  methods: [method('credit', 'score', { roles: ['credit:score', 'analyst'] }), method('credit', 'look', { public: true, roles: [] })],
});
const rows = authorizationMatrix(platform([credit, model('old', { lifecycle: { retired: true } })])).map(
  ({ id, roles, expected, request }) =>
    `${id} [${roles.join(' ')}] ${request.method} ${request.path} -> ${expected.status} ${expected.problem ?? ''}`,
);
const of = (route: string): readonly string[] =>
  rows.filter((row) => row.startsWith(`${route} ·`)).map((row) => row.slice(route.length + 3));

test('a method admits by each of its roles, and tells strangers nothing', () => {
  expect(of('credit/v1/score')).toEqual([
    'no token [] POST /models/credit/v1/score -> 401 unauthenticated',
    'expired [credit:score] POST /models/credit/v1/score -> 401 unauthenticated',
    'wrong issuer [credit:score] POST /models/credit/v1/score -> 401 unauthenticated',
    'wrong audience [credit:score] POST /models/credit/v1/score -> 401 unauthenticated',
    'none algorithm [credit:score] POST /models/credit/v1/score -> 401 unauthenticated',
    'other key [credit:score] POST /models/credit/v1/score -> 401 unauthenticated',
    'role missing [] POST /models/credit/v1/score -> 403 forbidden',
    'role present credit:score [credit:score] POST /models/credit/v1/score -> 415 unsupported-media-type',
    'role present analyst [analyst] POST /models/credit/v1/score -> 415 unsupported-media-type',
  ]);
});

test('a pinned version needs the method role and the pin role', () => {
  expect(of('credit/v1/score@pinned').filter((row) => /role/.test(row))).toEqual([
    'pinned without its role [credit:score analyst] POST /models/credit/v1/score -> 403 forbidden',
    'role missing [credit:pin] POST /models/credit/v1/score -> 403 forbidden',
    'role present credit:score [credit:score credit:pin] POST /models/credit/v1/score -> 415 unsupported-media-type',
    'role present analyst [analyst credit:pin] POST /models/credit/v1/score -> 415 unsupported-media-type',
  ]);
});

test('a public method takes no token, and never a bad one; its versions are pinned by role', () => {
  expect(of('credit/v1/look').map((row) => row.replace(/ \[.*-> /, ' '))).toEqual([
    'no token 415 unsupported-media-type',
    'expired 401 unauthenticated',
    'wrong issuer 401 unauthenticated',
    'wrong audience 401 unauthenticated',
    'none algorithm 401 unauthenticated',
    'other key 401 unauthenticated',
    'role missing 415 unsupported-media-type',
    'role present 415 unsupported-media-type',
  ]);
  expect(of('credit/v1/look@pinned').filter((row) => /token|role/.test(row))).toEqual([
    'no token [] POST /models/credit/v1/look -> 401 unauthenticated',
    'pinned without its role [] POST /models/credit/v1/look -> 403 forbidden',
    'role present [credit:pin] POST /models/credit/v1/look -> 415 unsupported-media-type',
  ]);
});

test('404, 405 and 410 are told only to members', () => {
  const told = (route: string): readonly string[] => of(route).filter((row) => /^role (missing|present credit:score)/.test(row));
  expect(told('credit/v1/unknown')).toEqual([
    'role missing [] POST /models/credit/v1/no-such-method -> 403 forbidden',
    'role present credit:score [credit:score] POST /models/credit/v1/no-such-method -> 404 not-found',
  ]);
  expect(told('credit/v1/score@other-method')).toEqual([
    'role missing [] GET /models/credit/v1/score -> 403 forbidden',
    'role present credit:score [credit:score] GET /models/credit/v1/score -> 405 method-not-allowed',
  ]);
  expect(of('old/v1/gone').filter((row) => /^role/.test(row))).toEqual([
    'role missing [] POST /models/old/v1/no-such-method -> 403 forbidden',
    'role present old:score [old:score] POST /models/old/v1/no-such-method -> 410 gone',
    'role present old:pin [old:pin] POST /models/old/v1/no-such-method -> 410 gone',
  ]);
});

test('what is not there is forbidden to everybody', () => {
  const doors = rows.filter((row) => row.startsWith('nowhere') && row.includes('role present'));
  expect(doors.map((row) => row.slice(row.indexOf('POST')))).toEqual([
    'POST /models/credit/v999999/predict -> 403 forbidden',
    'POST /models/no-such-model/v1/predict -> 403 forbidden',
    'POST /nowhere/predict -> 403 forbidden',
  ]);
});

test('the standard paths have the roles of the method that they stand for, and the bare path is the newest contract’s', () => {
  const two = {
    ...credit,
    contracts: ['v1', 'v2'].map((contract) => ({ ...credit.contracts[0]!, contract, fronts: { infer: 'score', chat: 'score' } })),
  };
  const routes = new Set(authorizationMatrix(platform([two])).map(({ route }) => route));
  expect([...routes].filter((route) => /front:|bare:/.test(route) && !/page|@/.test(route))).toEqual([
    'credit/v1/front:infer',
    'credit/v1/front:models/credit/v1/v2',
    'credit/v1/front:models/credit/v1/v2/models/credit',
    'credit/v1/front:models/credit/v1/v2/',
    'credit/v1/front:chat',
    'credit/v1/front:models/credit/v1/openai/v1/models',
    'credit/v1/front:models/credit/v1/openai/v1/models/credit',
    'credit/v2/front:infer',
    'credit/v2/front:models/credit/v2/v2',
    'credit/v2/front:models/credit/v2/v2/models/credit',
    'credit/v2/front:models/credit/v2/v2/',
    'credit/v2/front:chat',
    'credit/v2/front:models/credit/v2/openai/v1/models',
    'credit/v2/front:models/credit/v2/openai/v1/models/credit',
    'credit/v2/bare:infer',
    'credit/v2/bare:v2/models/credit',
    'credit/v2/bare:v2/models/credit/',
  ]);
});

test('ids are unique', () => {
  expect(new Set(rows).size).toBe(rows.length);
});
