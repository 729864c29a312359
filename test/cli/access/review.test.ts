import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastCalls, renderReview, reviewAccess, reviewFindings } from '../../../cli/access/review';
import { project } from '../call';

const TODAY = '2026-11-23';
const roles = [{ role: 'credit:score', model: 'credit', opens: ['credit/v1/score'], approvers: ['risk'] }];
const person = (name: string, enabled = true) => ({ id: `id-${name}`, name, enabled });
const request = (name: string, over: object = {}) => ({
  role: 'credit:score',
  person: name,
  reason: 'review',
  requested: '2026-01-01',
  granted: { on: '2026-01-02', by: 'olga' },
  ...over,
});

test('who holds a role by a grant is listed with it, and nothing is odd', () => {
  const calls = new Map([['id-ada credit/v1/score', '2026-11-20']]);
  const rows = reviewAccess(
    { holders: [{ role: 'credit:score', person: person('ada') }], requests: [request('ada')], roles },
    calls,
    TODAY,
  );
  expect(rows).toEqual([
    { role: 'credit:score', person: 'ada', since: '2026-01-02', by: 'olga', reason: 'review', lastCall: '2026-11-20', odd: [] },
  ]);
  expect(reviewFindings(rows)).toEqual([]);
  expect(renderReview(rows).split('\n')[1]).toBe('   credit:score  ada     2026-01-02  olga  –      2026-11-20  review');
});

/** KEA6033 */
test('what does not fit together is named', () => {
  const holders = [
    { role: 'credit:score', person: person('stranger'), since: '2026-10-01', by: 'admin' },
    { role: 'credit:score', person: person('late') },
    { role: 'credit:score', person: person('back') },
    { role: 'credit:score', person: person('off', false) },
  ];
  const requests = [
    request('late', { until: '2026-11-22' }),
    request('back', { revoked: { on: '2026-05-05', by: 'olga', reason: 'left' } }),
    request('off'),
    request('lost'),
    request('ada', { role: 'gone:score' }),
  ];
  const rows = reviewAccess({ holders, requests, roles }, new Map(), TODAY);
  expect(Object.fromEntries(rows.map((row) => [row.person, row.odd]))).toEqual({
    stranger: ['no grant in access/ says so'],
    late: ['ended on 2026-11-22'],
    back: ['taken away on 2026-05-05, and there again'],
    off: ['the login is disabled'],
    lost: ['granted, and not there: taken away elsewhere, or the login is gone'],
    ada: ['no model has this role any more'],
  });
  expect(rows.find((row) => row.person === 'stranger')).toMatchObject({ since: '2026-10-01', by: 'admin' });
  expect(reviewFindings(rows)[0]).toMatchObject({ code: 'KEA6033', message: expect.stringContaining('(access/') });
});

test('the last call is the last that was answered, out of any file of records', () => {
  const root = project({});
  const line = (time: string, status: number, subject = 'id-ada'): string =>
    JSON.stringify({
      class_uid: 6003,
      time: Date.parse(time),
      actor: { subject },
      request: { model: 'credit', contract: 'v1', method: 'score' },
      result: { status },
    });
  mkdirSync(join(root, 'deep'));
  writeFileSync(join(root, 'deep/a.jsonl'), `${line('2026-11-01', 200)}\nbroken\n${line('2026-11-03', 422)}\n{"class_uid":3005}\n`);
  writeFileSync(join(root, 'b.jsonl'), line('2026-11-02', 200));
  expect([...lastCalls(root)]).toEqual([['id-ada credit/v1/score', '2026-11-02']]);
  expect([...lastCalls(join(root, 'nowhere'))]).toEqual([]);
});
