import { findingOf } from '../../../policies/evaluate/findings';
import { prepareJudge } from '../../../policies/evaluate/judge-objects';
import { unknownAt } from '../../../policies/evaluate/unknown';
import { completeRule } from '../../../policies/rule';

/** What an expression says over an object that holds values which are not known yet. */
function decide(expression: string, object: object): string {
  const written = { id: 'test.rule', title: 'the title', severity: 'low', rationale: '-', remediation: '-' } as const;
  const rule = completeRule(
    {
      ...written,
      applies: { kinds: ['v1/Thing'] },
      expression,
      messageExpression: '"no: " + object.spec.name',
      fixtures: { pass: [], fail: [] },
    },
    'rule.yaml',
  );
  const thing = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'thing' }, ...(JSON.parse(JSON.stringify(object)) as object) };
  const [verdict] = prepareJudge([rule]).judge([thing]).verdicts;
  return verdict ? `${verdict.decision.outcome}: ${verdict.decision.message}` : 'pass';
}

const spec = { name: unknownAt('spec.name'), list: ['a', unknownAt('spec.list.1')], known: 'x', map: { a: unknownAt('spec.map.a') } };

test.each([
  ['object.spec.name == "x"', 'undecided: spec.name is not known yet'],
  ['has(object.spec.name)', 'undecided: spec.name is not known yet'],
  ['object.spec.?name.orValue("x") == "x"', 'undecided: spec.name is not known yet'],
  ['object.spec[?"name"].orValue("x") == "x"', 'undecided: spec.name is not known yet'],
  ['object.?spec.?name.hasValue()', 'undecided: spec.name is not known yet'],
  ['"name" in object.spec', 'undecided: spec.name is not known yet'],
  ['object.spec.list.exists(x, x == "b")', 'undecided: spec.list.1 is not known yet'],
  ['object.spec.list.all(x, x != "b")', 'undecided: spec.list.1 is not known yet'],
  ['object.spec.list.filter(x, x == "a").size() == 1', 'undecided: spec.list.1 is not known yet'],
  ['"b" in object.spec.list', 'undecided: spec.list.1 is not known yet'],
  ['object.spec.list == ["a", "b"]', 'undecided: spec.list.1 is not known yet'],
  ['object.spec.map == {"a": "b"}', 'undecided: spec.map.a is not known yet'],
  ['object.spec.map.all(k, object.spec.map[k] == "b")', 'undecided: spec.map.a is not known yet'],
  ['(object.spec.list + ["c"]).exists(x, x == "z")', 'undecided: spec.list.1 is not known yet'],
])('%s: neither yes nor no', (expression, said) => {
  expect(decide(expression, { spec })).toBe(said);
});

test.each([
  ['object.spec.known == "x"', 'pass'],
  ['object.spec.known == "x" || object.spec.name == "x"', 'pass'],
  ['object.spec.name == "x" || object.spec.known == "x"', 'pass'],
  ['object.spec.name == "x" && object.spec.known == "y"', 'violation: the title'],
  ['object.spec.list.exists(x, x == "a")', 'pass'],
  ['size(object.spec.list) == 2', 'pass'],
  ['object.spec.known == "y"', 'violation: the title'],
])('%s: decided by what is known', (expression, said) => {
  expect(decide(expression, { spec })).toBe(said);
});

test('a mistake of the rule is a failure, whatever is not known', () => {
  expect(decide('object.spec.missing == "x"', { spec })).toMatch(/^failed: /);
});

test('what is undecided is told as a warning, never as a pass (KEA5004)', () => {
  const rule = { id: 'test.rule', title: 'the title', rationale: '-', remediation: '-' } as unknown as Parameters<typeof findingOf>[1];
  const verdict = { outcome: 'undecided', message: 'spec.name is not known yet', step: 'deny' } as unknown as Parameters<
    typeof findingOf
  >[0];
  expect(findingOf(verdict, rule, undefined, 'prod')).toMatchObject({
    code: 'KEA5004',
    severity: 'warning',
    message: 'test.rule: spec.name is not known yet',
    stack: 'prod',
  });
});
