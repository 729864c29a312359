import Ajv from 'ajv';
import formats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportedFinding } from '../../../cli/print/format';
import { renderGithub } from '../../../cli/print/github';
import { renderGitlab } from '../../../cli/print/gitlab';
import { renderJunit } from '../../../cli/print/junit';
import { renderSarif } from '../../../cli/print/sarif';
import { renderText } from '../../../cli/print/text';
import { packageRoot } from '../../../core/package-root';

const FINDING: ReportedFinding = {
  code: 'KEA1010',
  severity: 'error',
  message: '"scal: ing" is 100%\nunknown',
  place: { file: 'models/a,b:c/model.yaml', line: 2, column: 3, path: 'scaling.mx' },
  why: 'unknown keys are errors',
  fix: 'did you mean "max"?',
};

test('text shows place, reason, fix and the line', () => {
  const source = () => 'scaling:\n  mx: 3\n';
  expect(renderText([FINDING], { colour: false, source })).toBe(`error KEA1010 models/a,b:c/model.yaml:2:3  scaling.mx
  "scal: ing" is 100%
unknown
  why  unknown keys are errors
  fix  did you mean "max"?
      1 | scaling:
    > 2 |   mx: 3`);
});

test('escape sequences in a file do not reach the terminal', () => {
  const evil = { ...FINDING, message: 'red \u001b[31m and right-to-left \u202e' };
  const text = renderText([evil], { colour: false, source: () => 'x\n\u001b]0;owned\u0007\n' });
  expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
  expect(text).toContain('red \\u001b[31m');
});

const digest = (model: string | undefined, object: string, stacks?: readonly string[]): ReportedFinding => ({
  code: 'KEA5001',
  severity: 'warning',
  message: `img.digest: ${object}: no digest: "a" & <b>`,
  why: 'a tag can point to other bytes tomorrow',
  fix: 'add it to images.lock.yaml',
  ...(model === undefined ? {} : { model, place: { file: `models/${model}/model.yaml` } }),
  ...(stacks ? { stacks } : {}),
  policy: { rule: 'img.digest', object, said: 'no digest: "a" & <b>', ...(model === undefined ? {} : { owner: 'risk-team' }) },
});
const DIGESTS = [
  digest('score', 'Deployment m/score-1'),
  digest(undefined, 'Deployment s/gateway', ['dev']),
  digest('score', 'Deployment m/score-2'),
];

test('what one rule says of several objects is one finding, with the objects by model and owner', () => {
  expect(renderText([...DIGESTS, FINDING], { colour: false, source: () => undefined })).toBe(`warning KEA5001 img.digest, 3 times
  why  a tag can point to other bytes tomorrow
  fix  add it to images.lock.yaml
  the platform
    Deployment s/gateway: no digest: "a" & <b> (dev)
  score (risk-team)
    Deployment m/score-1: no digest: "a" & <b>
    Deployment m/score-2: no digest: "a" & <b>

error KEA1010 models/a,b:c/model.yaml:2:3  scaling.mx
  "scal: ing" is 100%
unknown
  why  unknown keys are errors
  fix  did you mean "max"?`);
});

test('JUnit: a suite for each model and its owner; errors fail, warnings pass and say what they have to say', () => {
  expect(renderJunit({ command: 'check', findings: [DIGESTS[0] as ReportedFinding, FINDING] })).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="kea check" tests="2" failures="1">
  <testsuite name="the platform" tests="1" failures="1">
    <testcase name="KEA1010 &quot;scal: ing&quot; is 100%&#10;unknown" classname="the platform" file="models/a,b:c/model.yaml" line="2"><failure message="&quot;scal: ing&quot; is 100%&#10;unknown" type="KEA1010">why: unknown keys are errors&#10;fix: did you mean &quot;max&quot;?</failure></testcase>
  </testsuite>
  <testsuite name="score (risk-team)" tests="1" failures="0">
    <testcase name="KEA5001 img.digest: Deployment m/score-1: no digest: &quot;a&quot; &amp; &lt;b&gt;" classname="score (risk-team)" file="models/score/model.yaml"><system-out>warning: img.digest: Deployment m/score-1: no digest: &quot;a&quot; &amp; &lt;b&gt;&#10;why: a tag can point to other bytes tomorrow&#10;fix: add it to images.lock.yaml</system-out></testcase>
  </testsuite>
</testsuites>`);
  expect(renderJunit({ command: 'check', findings: [] })).toContain('<testcase name="no findings" classname="the platform"/>');
});

test('GitLab: one issue a finding, with a fingerprint that moving lines do not change', () => {
  const [issue] = JSON.parse(renderGitlab([FINDING])) as readonly { readonly fingerprint: string }[];
  expect(issue).toEqual({
    description: '"scal: ing" is 100%\nunknown. Why: unknown keys are errors. Fix: did you mean "max"?',
    check_name: 'KEA1010',
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    severity: 'critical',
    location: { path: 'models/a,b:c/model.yaml', lines: { begin: 2 } },
  });
  const moved = { ...FINDING, place: { ...FINDING.place, file: 'models/a,b:c/model.yaml', line: 9 } };
  expect(JSON.parse(renderGitlab([moved]))).toMatchObject([{ fingerprint: issue?.fingerprint }]);
  const all = JSON.parse(renderGitlab([FINDING, FINDING, ...DIGESTS])) as readonly {
    readonly fingerprint: string;
    readonly description: string;
  }[];
  expect(new Set(all.map((each) => each.fingerprint)).size).toBe(5);
  expect(all[2]).toMatchObject({
    check_name: 'KEA5001 img.digest',
    severity: 'minor',
    location: { path: 'models/score/model.yaml', lines: { begin: 1 } },
  });
  expect(all[2]?.description).toMatch(/^score \(risk-team\): img\.digest: .*Why: a tag can .*Fix: add it/);
});

test('text is capped, with errors kept before notes', () => {
  const notes = Array.from({ length: 60 }, (_, line): ReportedFinding => ({ ...FINDING, severity: 'note', place: { file: 'a', line } }));
  const text = renderText([...notes, FINDING], { colour: false, source: () => undefined });
  expect(text).toContain('error KEA1010 models/a,b:c/model.yaml:2:3');
  expect(text).toContain('… and 11 findings more of 1 error, 60 notes: --output json prints all');
});

test('GitHub commands escape what would end or split them', () => {
  expect(renderGithub([FINDING])).toBe(
    '::error file=models/a%2Cb%3Ac/model.yaml,line=2,col=3,title=KEA1010 scaling.mx::"scal: ing" is 100%25%0Aunknown%0Awhy: unknown keys are errors%0Afix: did you mean "max"?',
  );
});

test('SARIF names rule, level and region', () => {
  const kind = { code: 'KEA1010', severity: 'error' as const, title: 'unknown key', why: 'w', fix: 'f', explanation: 'e' };
  const sarif = JSON.parse(renderSarif([FINDING, { ...FINDING, code: 'KEA9999', severity: 'note' }], [kind], '0.1.0'));
  expect(sarif.runs[0].results[0]).toMatchObject({
    ruleId: 'KEA1010',
    ruleIndex: 0,
    level: 'error',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'models/a%2Cb%3Ac/model.yaml', uriBaseId: 'PROJECT' },
          region: { startLine: 2, startColumn: 3 },
        },
      },
    ],
  });
  expect(sarif.runs[0].results[1]).not.toHaveProperty('ruleIndex');
});

/** One of each: with and without a place, a model, stacks, other places, a policy, letters that formats use themselves. */
const ALL: readonly ReportedFinding[] = [
  ...DIGESTS,
  FINDING,
  { ...FINDING, related: [{ message: 'first written here', place: { file: 'stacks/prod.yaml', line: 4 } }] },
  { code: 'KEA9999', severity: 'note', message: ']]> \u0007 \t 100% <!-- "\r\n::error::', why: 'w', fix: 'f', stacks: ['dev', 'prod'] },
  { code: 'KEA9999', severity: 'note', message: '', why: 'w', fix: 'f' },
];

test.each([ALL, []])('SARIF is what the schema of the standard takes, and every result has a place', (...findings) => {
  const kind = { code: 'KEA1010', severity: 'error' as const, title: 'unknown key', why: 'w', fix: 'f', explanation: 'e' };
  const sarif = JSON.parse(renderSarif(findings, [kind], '0.1.0')) as { readonly runs: readonly [{ readonly results: readonly object[] }] };
  const file = join(packageRoot(), 'node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  // The schema is of an older draft, whose words mean the same here but for these two.
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as { readonly [key: string]: unknown };
  const validate = formats.default(new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })).compile(schema);
  expect(validate(sarif) ? [] : validate.errors).toEqual([]);
  expect(validate({ ...sarif, version: '2.2.0' })).toBe(false);
  expect(sarif.runs[0].results.map((each) => (each as { locations?: object[] }).locations?.length)).toEqual(findings.map(() => 1));
});

test('GitLab takes every issue: its members, their types, words of its own for severity', () => {
  const issue = {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', minLength: 1 },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', pattern: '^[^./]' },
          lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer', minimum: 1 } } },
        },
      },
    },
  };
  const issues = JSON.parse(renderGitlab(ALL)) as readonly { readonly fingerprint: string; readonly location: { readonly path: string } }[];
  const validate = new Ajv().compile({ type: 'array', items: issue });
  expect(validate(issues) ? [] : validate.errors).toEqual([]);
  expect(new Set(issues.map((each) => each.fingerprint)).size).toBe(ALL.length);
  expect(issues.map((each) => each.location.path)).toEqual([
    'models/score/model.yaml',
    'stacks/dev.yaml',
    'models/score/model.yaml',
    ...Array.from({ length: 2 }, () => 'models/a,b:c/model.yaml'),
    'stacks/dev.yaml',
    'stacks',
  ]);
});

test.each([ALL, []])('JUnit is well formed, and its counts are those of its cases', (...findings) => {
  const { name, attributes, children } = readXml(renderJunit({ command: 'check', findings }));
  expect(name).toBe('testsuites');
  const failures = (cases: readonly Element[]): number => cases.filter(({ children: [first] }) => first?.name === 'failure').length;
  const counted = (of: Element, cases: readonly Element[]) =>
    expect([Number(of.attributes['tests']), Number(of.attributes['failures'])]).toEqual([cases.length, failures(cases)]);
  expect(new Set(children.map((each) => each.name))).toEqual(new Set(['testsuite']));
  for (const suite of children) counted(suite, suite.children);
  counted(
    { name, attributes, children },
    children.flatMap((each) => each.children),
  );
  for (const each of children.flatMap((suite) => suite.children)) {
    expect(each.name).toBe('testcase');
    expect(Object.keys(each.attributes)).toEqual(expect.arrayContaining(['name', 'classname']));
    for (const { name: inner, attributes: has } of each.children)
      expect([inner, Object.keys(has)]).toEqual(inner === 'failure' ? ['failure', ['message', 'type']] : ['system-out', []]);
  }
  expect(failures(children.flatMap((each) => each.children))).toBe(findings.filter((each) => each.severity === 'error').length);
});

test('GitHub reads one command a finding, whatever its texts hold', () => {
  const lines = renderGithub(ALL).split('\n');
  expect(lines.length).toBe(ALL.length);
  for (const line of lines) {
    expect(line).toMatch(/^::(error|warning|notice) (?:(?:file|line|col|title)=[^,:\r\n]*(?:,(?=\w)|(?=::)))+::[^\r\n]*$/);
    expect(line).not.toMatch(/%(?!25|0A|0D|3A|2C)/);
  }
});

interface Element {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: Element[];
}

/** The elements of an XML text. @throws Error where it is not well formed */
function readXml(text: string): Element {
  const top: Element = { name: '', attributes: {}, children: [] };
  const open = [top];
  const token = /<\?xml[^?]*\?>|<(\/?)([a-z-]+)((?: [a-z]+="[^"<\u0000-\u0008]*")*)(\/?)>|[^<>\u0000-\u0008]+/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const [all = '', end, name, attributes = '', empty] = token.exec(text) ?? [];
    if (all === '' || /&(?!(?:amp|lt|gt|quot|#10);)/.test(all)) throw new Error(`no XML: ${text.slice(at, at + 60)}`);
    if (name === undefined) continue;
    if (end === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> ends something else`);
      continue;
    }
    const pairs = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value] as const);
    const element: Element = { name, attributes: Object.fromEntries(pairs), children: [] };
    open.at(-1)?.children.push(element);
    if (empty !== '/') open.push(element);
  }
  const [root] = top.children;
  if (open.length !== 1 || top.children.length !== 1 || !root) throw new Error('no single element at the top');
  return root;
}
