import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { bases } from '../../policies/generated/bases';
import { lintRules } from '../../policies/lint/index';
import { loadRules } from '../../policies/load';

const known = new Map(Object.entries(bases));

test('the linter has nothing to say about the rules that KEA brings along', () => {
  const { files, findings } = loadRules(join(packageRoot(), 'policies/rules'), 'policies/rules');
  expect(
    [...findings, ...lintRules(files, known)].map(
      ({ code, message, place }) => `${code} ${place?.file ?? ''}:${place?.line ?? 0} ${message}`,
    ),
  ).toEqual([]);
});

const HEAD = `id: own.rule
title: a rule of a team
severity: low
rationale: because
remediation: do it
`;
const PODS = 'applies: { kinds: [apps/v1/Deployment] }\n';
const FIXTURES = `fixtures:
  base: deployment
  pass: [{ name: a }]
  fail: [{ name: b, absent: true, remove: [/spec/template/spec/containers/0/securityContext] }]
`;
const rule = (expression: string): string => `${HEAD}${PODS}expression: >-\n  ${expression}\n${FIXTURES}`;

/** Codes and messages of one rule file. */
function complaints(text: string, path = 'own/rule.yaml'): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'kea-rules-'));
  try {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
    const { files, findings } = loadRules(folder, 'rules');
    return [...findings, ...lintRules(files, known)].map(({ code, message, place }) => `${code} ${place?.line ?? 0} ${message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const GOOD = 'size(variables.containers) > 0 && variables.containers.all(c, c.?securityContext.?readOnlyRootFilesystem.orValue(false))';

test('a rule that is fine has no complaint', () => {
  expect(complaints(rule(GOOD))).toEqual([]);
});

test.each([
  ['a list that may be missing', 'variables.containers.all(c, c.?securityContext.?readOnlyRootFilesystem.orValue(false))', 'KEA5020'],
  ['init containers forgotten', 'object.?spec.?template.?spec.?containers.orValue([]).exists(c, c.?securityContext.hasValue())', 'KEA5021'],
  ['a quantifier in a quantifier', `${GOOD} && variables.name.matches("^(a+)+$")`, 'KEA5022'],
  ['a look-around', `${GOOD} && variables.name.matches("(?!x)")`, 'KEA5022'],
  ['a pattern that is worked out', `${GOOD} && variables.name.matches(variables.name)`, 'KEA5022'],
  ['a field that may be missing', `${GOOD} && object.spec.replicas != 0`, 'KEA5023'],
  ['whole numbers and others', `${GOOD} && object.?spec.?replicas.orValue(1) * 1.5 < 3.0`, 'KEA5024'],
  ['a field that the API server fills in', `${GOOD} && object.?spec.?replicas.hasValue()`, 'KEA5025'],
  ['another default than the API server’s', `${GOOD} && variables.podSpec.?terminationGracePeriodSeconds.orValue(0) != 5`, 'KEA5025'],
  ['a name that only admission knows', `${GOOD} && request.userInfo.username != ""`, 'KEA5011'],
  ['a function that only Node knows', `${GOOD} && b"a".hex() != ""`, 'KEA5026'],
  ['a variable that is not there', `${GOOD} && variables.nothing == 1`, 'KEA5026'],
  ['no CEL', 'size(', 'KEA5011'],
  ['a rule that says yes to everything', 'true', 'KEA5013'],
])('%s is refused', (_, expression, code) => {
  expect(complaints(rule(expression)).map((each) => each.slice(0, 7))).toContain(code);
});

test.each([
  ['no YAML', 'id: [', 'KEA5010 1'],
  ['an unknown key', `${rule(GOOD)}sevrity: low\n`, 'KEA5010'],
  ['a missing key', rule(GOOD).replace('severity: low\n', ''), 'KEA5010 1 the file has no key "severity"'],
  [
    'a word that is not allowed',
    rule(GOOD).replace('severity: low', 'severity: urgent'),
    'KEA5010 3 severity is "urgent"; allowed: low, medium, high, critical',
  ],
  ['a list in the place of keys', '- a\n', 'KEA5010 1 the file holds no keys'],
  ['a name that is taken', rule(GOOD).replace('expression:', 'variables: [{ name: pod, expression: "1" }]\nexpression:'), 'KEA5010'],
  ['no fixture with the block absent', rule(GOOD).replace('absent: true, ', ''), 'KEA5013'],
  ['a base that is not there', rule(GOOD).replace('base: deployment', 'base: nothing'), 'KEA5013'],
  [
    'a pointer that leads nowhere',
    rule(GOOD).replace('/spec/template/spec/containers/0/securityContext', '/spec/nothing/at/all'),
    'KEA5013',
  ],
])('%s is told', (_, text, said) => {
  const all = complaints(text);
  expect(all.filter((each) => each.startsWith(said))).not.toEqual([]);
});

test('a rule stands where its id says', () => {
  expect(complaints(rule(GOOD), 'own/other.yaml')).toEqual(['KEA5012 1 the id "own.rule" belongs into own/rule.yaml']);
});
