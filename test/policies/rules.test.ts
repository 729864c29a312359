import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { prepareJudge } from '../../policies/evaluate/judge-objects';
import { fixturesOf, type Fixture } from '../../policies/fixtures';
import { bases } from '../../policies/generated/bases';
import { loadRules } from '../../policies/load';
import type { Rule } from '../../policies/rule';

const known = new Map(Object.entries(bases));
const { files, findings } = loadRules(join(packageRoot(), 'policies/rules'), 'policies/rules');

function decide(rule: Rule, { object }: Fixture): readonly string[] {
  return prepareJudge([rule])
    .judge([JSON.parse(JSON.stringify(object)) as unknown])
    .verdicts.map(({ decision }) => `${decision.outcome}: ${decision.message}`);
}

test('the rules that KEA brings along can all be read', () => {
  expect(findings).toEqual([]);
  expect(files.length).toBeGreaterThan(0);
});

describe.each(files.map((each) => [each.rule.id, each] as const))('%s', (_, { written, rule }) => {
  const fixtures = fixturesOf(written, known);

  test.each(fixtures.map((each) => [each.expected, each.name, each] as const))('%s: %s', (expected, _name, fixture) => {
    const verdicts = decide(rule, fixture);
    expect(verdicts).toEqual(
      expected === 'pass' ? [] : [fixture.message === undefined ? expect.stringMatching(/^violation: ./) : `violation: ${fixture.message}`],
    );
  });

  test('the rule judges the kind of every fixture, and one has the block absent', () => {
    const kinds = fixtures.map(({ object }) => `${String(object['apiVersion'])}/${String(object['kind'])}`);
    expect(kinds.filter((kind) => !rule.kinds.includes(kind))).toEqual([]);
    expect(fixtures.some((each) => each.absent)).toBe(true);
  });
});
