import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exceptionsFor, judgeExceptions, loadExceptions, type LoadedExceptions } from '../../policies/exceptions';
import type { Verdict } from '../../policies/report';

const folder = mkdtempSync(join(tmpdir(), 'kea-exceptions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const WRITTEN = {
  rule: 'img.digest',
  stack: 'prod',
  object: 'Deployment kea-models/score-v1-0-0',
  reason: 'the registry signs from March on',
  approver: 'ciso@example.com',
  approved: '2026-01-01',
  expires: '2026-03-01',
};

function load(...exceptions: readonly unknown[]): LoadedExceptions {
  writeFileSync(join(folder, 'exceptions.yaml'), JSON.stringify({ exceptions }, null, 1));
  return loadExceptions(folder, ['img.digest', 'img.tag']);
}

const messages = (...exceptions: readonly unknown[]): readonly string[] => load(...exceptions).findings.map((each) => each.message);

test('a whole exception is read with its place; no file means none', () => {
  expect(load(WRITTEN)).toMatchObject({
    findings: [],
    exceptions: [{ ...WRITTEN, place: { file: 'exceptions.yaml', line: 3, path: 'exceptions[0]' } }],
  });
  expect(loadExceptions(join(folder, 'nowhere'), [])).toEqual({ exceptions: [], findings: [] });
});

test.each([
  ['a key that is misspelt', { ...WRITTEN, approver: undefined, aprover: 'x' }, '"aprover" is no key of an exception; allowed: rule, '],
  ['a rule that is not there', { ...WRITTEN, rule: 'img.digets' }, 'there is no rule "img.digets"; did you mean "img.digest"?'],
  ['a wildcard', { ...WRITTEN, object: 'Deployment kea-models/*' }, '"Deployment kea-models/*" names no object'],
  ['91 days', { ...WRITTEN, expires: '2026-04-02' }, 'it would hold for 91 days; from 0 to 90 after "approved" are allowed'],
  ['an end before its beginning', { ...WRITTEN, expires: '2025-12-31' }, 'it would hold for -1 days'],
  ['a day that no calendar has', { ...WRITTEN, expires: '2026-02-30' }, '"2026-02-30" is no day of the form YYYY-MM-DD'],
  ['nobody who approved', { ...WRITTEN, approver: ' ' }, 'an exception has a text under "approver"'],
  ['no object', 'img.digest', 'an exception has the keys rule, stack, object, reason, approver, approved, expires'],
])('%s is refused, and excepts nothing', (_name, written, message) => {
  expect(messages(written)[0]).toContain(message);
  expect(load(written).exceptions).toEqual([]);
});

test('90 days are allowed', () => expect(messages({ ...WRITTEN, expires: '2026-04-01' })).toEqual([]));

test('a file of another shape, and one that is no YAML', () => {
  for (const text of [
    '- rule: img.digest\n',
    'exceptions: {}\n',
    'exceptions: []\nmore: 1\n',
    'a: [\n',
    'exceptions: &a [*a]\n',
    '\u0000',
  ]) {
    writeFileSync(join(folder, 'exceptions.yaml'), text);
    const { exceptions, findings } = loadExceptions(folder, ['img.digest']);
    expect([exceptions, findings.map((each) => each.code).slice(0, 1)]).toEqual([[], ['KEA5030']]);
  }
});

test('it holds in its stack, from the day of its approval to its last day; synth, which knows no day, takes all', () => {
  const { exceptions } = load(WRITTEN);
  const held = (stack: string, asOf?: string): number => exceptionsFor(exceptions, stack, asOf).length;
  expect([held('prod', '2025-12-31'), held('prod', '2026-01-01'), held('prod', '2026-03-01'), held('prod', '2026-03-02')]).toEqual([
    0, 1, 1, 0,
  ]);
  expect([held('staging', '2026-01-01'), held('prod')]).toEqual([0, 1]);
});

test('expired, not there yet and unused ones are findings; of a stack that was not judged nothing is said', () => {
  const { exceptions } = load(WRITTEN);
  const used = { rule: WRITTEN.rule, exception: exceptions[0] } as unknown as Verdict;
  const said = (asOf: string, stack = 'prod', verdicts: readonly Verdict[] = []): readonly string[] =>
    judgeExceptions(exceptions, [{ stack, verdicts }], asOf).map(({ code, message }) => `${code} ${message}`);
  const name = 'the exception of Deployment kea-models/score-v1-0-0 from img.digest';
  expect(said('2026-03-02')).toEqual([`KEA5031 ${name} ended on 2026-03-01`]);
  expect(said('2025-12-31')).toEqual([`KEA5030 ${name} is approved on 2026-01-01, which is after 2025-12-31`]);
  expect(said('2026-02-01')).toEqual([`KEA5032 ${name} excepts nothing`]);
  expect(said('2026-02-01', 'prod', [used])).toEqual([]);
  expect(said('2026-02-01', 'dev')).toEqual([]);
});
