import { builtIn } from '../../policies/evaluate/built-in';
import { prepareJudge } from '../../policies/evaluate/judge-objects';
import { badManifests } from '../support/bad-manifests';

const judge = prepareJudge(builtIn.rules);

// The same objects go to a real API server and through the policy pack in test/integration/policies.
test.each(badManifests().map((each) => [each.name, each] as const))('%s is refused for what it is', (_, { object, expected }) => {
  const { verdicts } = judge.judge([object]);
  expect(verdicts.map(({ decision }) => decision.outcome)).not.toContain('failed');
  expect(verdicts.map(({ rule }) => builtIn.rules[rule]?.id)).toEqual(expect.arrayContaining([...expected]));
  expect(expected.length).toBeGreaterThan(0);
});
