import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOver, readRequest, readRequests, requestFile, writeRequest } from '../../../cli/access/requests';
import { Refusal } from '../../../cli/refusal';
import { kea, project, sampleProject } from '../call';

const ASKED = {
  role: 'credit-score:score',
  person: 'ada@example.com',
  reason: 'quarterly: review',
  requested: '2026-11-23',
  until: '2027-01-31',
};

test('a request is a file of its role and person, and is read as it was written', () => {
  const root = project({});
  expect(writeRequest(root, ASKED)).toBe('access/credit-score.score/ada@example.com.yaml');
  expect(readFileSync(join(root, requestFile(ASKED.role, ASKED.person)), 'utf8')).toContain('until: 2027-01-31\n');
  expect(readRequest(root, ASKED.role, ASKED.person)).toEqual(ASKED);
  expect(readRequests(root)).toEqual([ASKED]);
  expect(readRequest(root, ASKED.role, 'nobody')).toBeUndefined();
});

test('no name leaves the folder, and no two share a file', () => {
  expect(requestFile('a:b', '../../etc/passwd')).toBe('access/a.b/%2E.%2F..%2Fetc%2Fpasswd.yaml');
  expect(requestFile('..', '.')).toBe('access/%2E./%2E.yaml');
  expect(requestFile('r', 'a b')).not.toBe(requestFile('r', 'a%20b'));
});

/** KEA6032 */
test.each([
  ['role: a:b\nperson: x\nrequested: 2026-01-01\n', '`reason` is missing'],
  ['role: a:b\nperson: x\nreason: r\nrequested: today\n', '`requested` is "today"'],
  ['role: other\nperson: x\nreason: r\nrequested: 2026-01-01\n', 'whose file is access/other/x.yaml'],
  ['role: [', 'access/a.b/x.yaml:'],
])('a file that is none is refused by name', (text, said) => {
  const root = project({});
  mkdirSync(join(root, 'access/a.b'), { recursive: true });
  writeFileSync(join(root, 'access/a.b/x.yaml'), text);
  expect(() => readRequests(root)).toThrow(Refusal);
  try {
    readRequests(root);
  } catch (error) {
    expect((error as Refusal).findings[0]).toMatchObject({ code: 'KEA6032', message: expect.stringContaining(said) });
  }
});

test('the last day is still one', () => {
  expect([isOver({ until: '2027-01-31' }, '2027-01-31'), isOver({ until: '2027-01-31' }, '2027-02-01'), isOver({}, '2099-01-01')]).toEqual([
    false,
    true,
    false,
  ]);
});

test('a provider that is not ours: its steps are printed, and noted once they are done', async () => {
  const root = sampleProject();
  const at = ['--project', root, '--stack', 'staging'];
  expect((await kea(['access', 'request', 'credit-score:score', 'ada', '--reason', 'review', ...at])).code).toBe(0);
  const steps = await kea(['access', 'grant', 'credit-score:score', 'ada', ...at]);
  expect([steps.code, steps.stderr]).toEqual([0, expect.stringContaining('Nothing was changed')]);
  expect(steps.stdout).toContain('"credit-score:score"');
  expect((await kea(['access', 'grant', 'credit-score:score', 'ada', '--done', ...at])).stderr).toContain(
    'access/credit-score.score/ada.yaml',
  );
  expect(readRequests(root)[0]?.granted?.on).toMatch(/^\d{4}-/);
  const again = await kea(['access', 'request', 'credit-score:score', 'ada', '--reason', 'review', ...at]);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('has credit-score:score already')]);
  await kea(['access', 'revoke', 'credit-score:score', 'ada', '--reason', 'left', '--done', ...at]);
  expect(readRequests(root)[0]?.revoked?.reason).toBe('left');
  const unknown = await kea(['access', 'request', 'credit-score:scor', 'ada', '--reason', 'x', ...at]);
  expect(unknown.stderr).toMatch(/KEA6030.*did you mean "credit-score:score"/s);
  expect((await kea(['access', 'grant', 'credit-score:pin', 'ada', ...at])).stderr).toContain('--reason is missing');
}, 60_000);
