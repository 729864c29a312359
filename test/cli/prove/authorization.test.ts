import { attempts, differs } from '../../../cli/prove/authorization';
import { proofPage, renderProof, tried } from '../../../cli/prove/report';
import { badTokens, realToken } from '../../../cli/prove/tokens';
import { authorizationMatrix } from '../../../schema/access/matrix';
import { samplePlatform } from '../../support/platforms';

const paths = { claims: { roles: 'realm.roles', subject: 'sub', client: 'azp' } };
const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
const claimsIn = (token: string | undefined): unknown => JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString());
const holder = (name: string, roles: readonly string[]) => {
  const token = realToken(name, jwt({ sub: name, realm: { roles } }), paths);
  if (!token) throw new Error('no token');
  return token;
};

test('a token tells its roles where the stack says that they stand; what is none tells nothing', () => {
  expect(holder('ann', ['credit-score:score'])).toMatchObject({ subject: 'ann', roles: ['credit-score:score'] });
  expect(realToken('x', 'not-a-token', paths)).toBeUndefined();
  expect(realToken('x', jwt({ realm: { roles: 'admin' } }), paths)).toMatchObject({ subject: '', roles: [] });
});

test('bad tokens are made from a good one, and a given one takes the place of a made one', () => {
  const bad = badTokens({ iss: 'i', aud: 'kea', sub: 'ann' }, new Map([['expired', 'GIVEN']]));
  expect([...bad.keys()]).toEqual(['expired', 'wrong issuer', 'wrong audience', 'none algorithm', 'other key']);
  expect(bad.get('expired')).toBe('GIVEN');
  expect(claimsIn(bad.get('wrong issuer'))).toMatchObject({ iss: 'https://elsewhere.invalid', aud: 'kea', sub: 'ann' });
  expect(claimsIn(bad.get('wrong audience'))).toMatchObject({ iss: 'i', aud: 'somebody-else' });
  expect(bad.get('none algorithm')?.endsWith('.')).toBe(true);
});

test('each door is tried without a token, with each bad one and with each real one, whose roles say what follows', () => {
  const platform = samplePlatform();
  const matrix = authorizationMatrix(platform);
  const bad = badTokens({}, new Map());
  const all = attempts(platform, [holder('ann', ['credit-score:score']), holder('bob', [])], bad);
  const routes = new Set(matrix.map(({ route }) => route));
  expect(all.attempts).toHaveLength(routes.size * 8);
  const expected = new Map(all.attempts.map((each) => [each.id, each.expected]));
  expect(expected.get('credit-score/v1/score · ann')).toEqual({ admitted: true, status: 415, problem: 'unsupported-media-type' });
  expect(expected.get('credit-score/v1/score · bob')).toEqual({ admitted: false, status: 403, problem: 'forbidden' });
  expect(expected.get('credit-score/v1/score@pinned · ann')).toEqual({ admitted: false, status: 403, problem: 'forbidden' });
  expect(expected.get('credit-score/v1/score · none algorithm')).toEqual({ admitted: false, status: 401, problem: 'unauthenticated' });
  expect(all.unopened).toContain('credit-score/v1/score@pinned');
  expect(all.unopened).not.toContain('credit-score/v1/score');
});

test('a wrong status, a wrong problem and no answer are failures', () => {
  const attempt = {
    id: 'door',
    question: { method: 'GET', path: '/', headers: {} },
    expected: { admitted: false, status: 403, problem: 'forbidden' } as const,
  };
  expect(differs(attempt, { status: 403, problem: 'https://kea.dev/problems/forbidden' })).toBeUndefined();
  expect(differs(attempt, { status: 200 })).toEqual({ what: 'door', expected: '403 forbidden', got: '200' });
  expect(differs(attempt, { status: 403, problem: 'https://kea.dev/problems/not-found' })?.got).toBe('403 not-found');
  expect(differs(attempt, { status: 0, error: 'reset' })?.got).toBe('no answer (reset)');
});

test('a claim with failures has failed, one of which nothing was tried is not proven, and the page says so', () => {
  const failure = { what: 'a | b', expected: '403', got: '200' };
  const sections = [tried('one', 3, [failure]), tried('two', 0, []), tried('three', 2, [], ['a note'])];
  expect(sections.map(({ verdict }) => verdict)).toEqual(['failed', 'not tried', 'proven']);
  const report = { stack: 'prod', url: 'https://x', at: '2026-01-01T00:00:00.000Z', sections };
  expect(renderProof(report)).toBe(
    '✗ one: failed, 3 tried\n    a | b\n      expected 403, got 200\n– two: not tried\n✓ three: proven, 2 tried\n    a note',
  );
  expect(proofPage(report)).toContain('| one | failed | 3 | 1 |');
});
