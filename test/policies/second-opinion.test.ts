// Two engines, one answer: a bug of one of them is found where they differ.
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { makeEnvironment } from '../../policies/evaluate/environment';
import { prepareJudge } from '../../policies/evaluate/judge-objects';
import { compileText } from '../../policies/evaluate/program';
import { fixturesOf } from '../../policies/fixtures';
import { bases } from '../../policies/generated/bases';
import { loadRules } from '../../policies/load';
import { secondOpinion, secondValue } from './second-opinion';

const known = new Map(Object.entries(bases));
const { files } = loadRules(join(packageRoot(), 'policies/rules'), 'policies/rules');

test.each(files.map((each) => [each.rule.id, each] as const))(
  '%s: another engine gives every fixture the same verdict, in the same words',
  (_, file) => {
    const other = secondOpinion(file.rule);
    const judge = prepareJudge([file.rule]);
    for (const { name, object } of fixturesOf(file.written, known)) {
      const ours = judge.judge([JSON.parse(JSON.stringify(object)) as unknown]).verdicts[0]?.decision ?? { outcome: 'pass' };
      expect([name, other(object)]).toEqual([name, ours]);
    }
  },
);

const environment = makeEnvironment();

test.each([
  '[1, 2, 3].all(x, x > 0) && ![].exists(x, x == 1) && [1, 1].exists_one(x, x == 1) == false',
  'false && 1 / 0 == 1 || true || 1 / 0 == 1',
  '1 / 0 == 1 || true',
  '-7 / 2 == -3 && -7 % 2 == -1 && 7 / 2 == 3',
  '9007199254740993 - 9007199254740992 == 1',
  '[1, 2] + [3] == [1, 2, 3] && {"a": 1}.size() == 1 && size("aä") == 2',
  '"a" in {"a": 1} && !("b" in {"a": 1}) && 2 in [1, 2]',
  '{"a": {"b": 1}}.?a.?b.orValue(0) == 1 && {"a": {}}.?a.b.orValue(2) == 2 && !{}.?a.hasValue()',
  '[1, 2][?5].orValue(7) == 7 && [[1]][?0][?0].hasValue()',
  '"abc".matches("^a.c$") && "a\\nc".matches("a.c") == false && "x".matches("") && !"ab".matches("^b")',
  '"a,b".split(",").map(x, x + "!").join("-") == "a!-b!" && "AbC".lowerAscii() == "abc"',
  '[{"n": 1}, {"n": 2}].filter(x, x.n > 1).map(x, x.n) == [2]',
  'string(1) + "x" == "1x" && int("5") == 5 && string(true) == "true"',
  'quantity("1Gi") == quantity("1024Mi") && quantity("0.5").compareTo(quantity("500m")) == 0 && quantity("1k").isGreaterThan(quantity("999"))',
  'cidr("10.0.0.0/8").containsIP("10.1.2.3") && !cidr("10.0.0.0/8").containsIP("11.0.0.1") && !cidr("::/0").containsIP("10.0.0.1")',
  '[1, 2, 3].sum() == 6 && 1.5 > 1.0 && "a" < "b"',
])('both engines: %s', (text) => {
  expect([secondValue(text), compileText(environment, text)({ object: {}, variables: {} })]).toEqual([true, true]);
});

test.each([
  '1 / 0',
  '[1][3]',
  '{"a": 1}.b',
  '1 + "a"',
  'int("x")',
  'quantity("x") == quantity("1")',
  'cidr("x").containsIP("1.2.3.4")',
  '9223372036854775807 + 1',
])('neither engine has a value for %s', (text) => {
  expect(() => secondValue(text)).toThrow();
  expect(() => compileText(environment, text)({ object: {}, variables: {} })).toThrow();
});
