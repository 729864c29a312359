import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../core/findings/finding';
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
function complaints(text: string, path?: string): readonly string[] {
  return found(text, path).map(({ code, message, place }) => `${code} ${place?.line ?? 0} ${message}`);
}

/** Findings of one rule file. */
function found(text: string, path = 'own/rule.yaml'): readonly Finding[] {
  const folder = mkdtempSync(join(tmpdir(), 'kea-rules-'));
  try {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
    const { files, findings } = loadRules(folder, 'rules');
    return [...findings, ...lintRules(files, known)];
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

const NEWCOMER = `id: own.rule
title: no network of the node
severity: low
rationale: because
remediation: do it
applies: { kinds: [apps/v1/Deployment] }
expression: variables.podSpec.?hostNetwork.orValue(false) == false
fixtures:
  base: deployment
  pass: [{ name: a, absent: true, remove: [/spec/template/spec] }]
  fail: [{ name: b, set: { /spec/template/spec/hostNetwork: true } }]
`;
const says = (expression: string): string => NEWCOMER.replace(/^expression:.*$/m, `expression: ${expression}`);

describe('a newcomer reads where it is, what is wrong, what is allowed and what to do', () => {
  test.each<readonly [what: string, text: string, place: string, message: string, fix: string]>([
    [
      'an unknown key',
      NEWCOMER.replace('severity:', 'severity: low\nsevrity:'),
      '4:10',
      '"sevrity" is no key of the file; allowed: kea, id, title, severity, rationale, remediation, url, frameworks, tools, applies, parameters, variables, expression, messageExpression, step, source, fixtures',
      'write "severity"',
    ],
    [
      'no YAML',
      NEWCOMER.replace('title: no', 'title: no: '),
      '2:8',
      'the file is no YAML: Nested mappings are not allowed in compact mappings',
      'correct the YAML; a text with ": " or " #" in it, or that begins with one of [ ] { } & * ! | > @ `, stands in quotes',
    ],
    ['a key twice', `title: x\n${NEWCOMER}`, '3:1', 'the file is no YAML: Map keys must be unique', 'leave one of the two'],
    [
      'a wrong type',
      NEWCOMER.replace('no network of the node', '[a, b]'),
      '2:8',
      'title is ["a","b"]; allowed: a text',
      'correct the file; docs/reference/rule-file.md lists every key',
    ],
    [
      'a kind that is written otherwise',
      NEWCOMER.replace('apps/v1/Deployment', 'apps/v1/Deploymnt'),
      '10:10',
      'own.rule: the fixture "a" is of the kind apps/v1/Deployment, and the rule judges apps/v1/Deploymnt',
      'write apps/v1/Deployment in applies.kinds',
    ],
    [
      'a kind without its version',
      NEWCOMER.replace('apps/v1/Deployment', 'Deployment'),
      '6:20',
      'applies.kinds[0] is "Deployment", must be a kind such as apps/v1/Deployment or v1/Service',
      'correct the file; docs/reference/rule-file.md lists every key',
    ],
    ['no fixtures', NEWCOMER.slice(0, NEWCOMER.indexOf('fixtures:')), '1:1', 'the file has no key "fixtures"', 'add "fixtures"'],
    [
      'a bad id',
      NEWCOMER.replace('own.rule', 'Own Rule'),
      '1:5',
      'id is "Own Rule", must be an id such as pod.privileged: small letters, digits and hyphens, with a dot after the area',
      'correct the file; docs/reference/rule-file.md lists every key',
    ],
    [
      'a parenthesis that is not closed',
      says('variables.podSpec.?hostNetwork.orValue(false'),
      '7:56',
      'own.rule: Expected RPAREN, got EOF',
      'correct the CEL; the finding shows the place',
    ],
    [
      'a function that is written otherwise, in a folded text',
      says('>-\n  variables.labels.size() > 0 &&\n  !variables.name.startWith("a")'),
      '9:4',
      "own.rule: found no matching overload for 'dyn.startWith(string)'",
      'write startsWith(), or another function that docs/guides/policies.md lists',
    ],
    [
      'a variable that is written otherwise, in quotes',
      says('"true && variables.podSpc.?hostNetwork.orValue(false) == false"'),
      '7:22',
      'own.rule: there is no variables.podSpc',
      'write variables.podSpec; known here are pod, podSpec, podLabels, podAnnotations, containers, servers, volumes, labels, annotations, name',
    ],
    [
      'a pattern that never ends',
      says(`'!variables.name.matches("^(a+)+$")'`),
      '7:38',
      'own.rule: the pattern "^(a+)+$" has a quantifier inside a quantified group',
      'write the pattern without quantifiers inside quantifiers, look-arounds, back references and flags',
    ],
    [
      'a field that may be missing: once, not dot by dot',
      says('object.spec.template.spec.hostNetwork == false'),
      '7:13',
      'own.rule: object.spec.template.spec.hostNetwork may not be there',
      'write .?field.orValue(…), or ask has(…) first',
    ],
    [
      'whole numbers and others',
      says('3.0 > object.?spec.?replicas.orValue(1) * 1.5'),
      '7:19',
      'own.rule: object.?spec.?replicas.orValue(1) * 1.5 may mix whole numbers and others',
      'convert with double(…) or int(…)',
    ],
    ['neither true nor false', says('1 + 2'), '7:13', 'own.rule: it yields int; allowed: true or false', 'write what yields true or false'],
    [
      'neither true nor false, as the object shows',
      says('variables.name'),
      '7:13',
      'own.rule: over the fixture "a": the expression is the text "Deployment score-v1-0-0", not true or false',
      'write an expression that is true or false of any object, and breaks over none',
    ],
    [
      'a message that is no text',
      NEWCOMER.replace('fixtures:', 'messageExpression: 1 + 2\nfixtures:'),
      '8:20',
      'own.rule: it yields int; allowed: a text',
      'write what yields a text',
    ],
  ])('%s', (_, text, where, message, fix) => {
    const [first] = found(text);
    expect([`${first?.place?.file}:${first?.place?.line}:${first?.place?.column}`, first?.message, first?.fix]).toEqual([
      `rules/own/rule.yaml:${where}`,
      message,
      fix,
    ]);
  });

  test('an id that stands twice', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kea-rules-'));
    try {
      mkdirSync(join(folder, 'own'));
      for (const file of ['rule.yaml', 'rule.yml']) writeFileSync(join(folder, 'own', file), NEWCOMER);
      const { findings } = loadRules(folder, 'rules');
      expect(findings).toMatchObject([
        {
          code: 'KEA5012',
          message: 'the id "own.rule" stands in rules/own/rule.yaml too',
          place: { file: 'rules/own/rule.yml', line: 1, column: 5 },
        },
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
