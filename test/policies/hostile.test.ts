import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import type { JsonObject } from '../../core/json';
import { packageRoot } from '../../core/package-root';
import { judge, type PolicyReport } from '../../policies/evaluate/index';
import { prepareJudge } from '../../policies/evaluate/judge-objects';
import { bases } from '../../policies/generated/bases';
import { rules } from '../../policies/generated/rules';
import type { Rule } from '../../policies/rule';

// The worker runs the built program, so it must be what the sources say.
execFileSync(process.execPath, [join(packageRoot(), 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'pipe'] });

const pod = (more: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'hostile', namespace: 'models' },
  ...more,
});

const rule = (expression: string, more: Partial<Rule> = {}): Rule => ({
  id: 'test.rule',
  title: 'a rule of this test',
  severity: 'high',
  rationale: 'because',
  remediation: 'do it',
  frameworks: [],
  tools: [],
  step: 'deny',
  parameters: {},
  kinds: ['v1/Pod'],
  labels: {},
  variables: [],
  expression,
  source: 'written',
  file: 'rules/test/rule.yaml',
  ...more,
});

const ask = (objects: readonly JsonObject[], own: readonly Rule[] | undefined = undefined, deadlineMs = 500): Promise<PolicyReport> =>
  judge({ objects, asOf: '2026-11-22', level: 'deny', deadlineMs, ...(own ? { rules: { rules: own, planRules: [] } } : {}) });

const codes = ({ findings }: PolicyReport): readonly string[] => findings.map((each) => each.code);

test('a rule that hangs is stopped, told, and counts as refused; the others go on', async () => {
  const hangs = rule('object.spec.text.matches("^(a+)+$")', { id: 'test.hangs' });
  const says = rule('false', { id: 'test.says' });
  const report = await ask([pod({ spec: { text: `${'a'.repeat(40)}!` } }), pod()], [hangs, says]);
  expect(report.denied).toBe(true);
  expect(report.findings.map(({ code, severity, message }) => [code, severity, message])).toEqual([
    ['KEA5001', 'error', 'test.says: Pod models/hostile: a rule of this test'],
    ['KEA5001', 'error', 'test.says: Pod models/hostile: a rule of this test'],
    ['KEA5003', 'error', 'test.hangs: no answer within the deadline over Pod models/hostile'],
  ]);
}, 30_000);

test('a rule that throws, or says neither yes nor no, has not said yes', async () => {
  const report = await ask(
    [pod()],
    [rule('object.spec.missing == 1', { id: 'test.throws' }), rule('object.metadata.name', { id: 'test.text' })],
  );
  expect([report.denied, codes(report)]).toEqual([true, ['KEA5002', 'KEA5002']]);
  expect(report.findings.map((each) => each.message)).toEqual([
    'test.throws: Pod models/hostile: No such key: spec',
    'test.text: Pod models/hostile: the expression is the text "hostile", not true or false',
  ]);
}, 30_000);

test('a rule that does not compile is told once, and every object of its kind counts as refused', async () => {
  const report = await ask([pod(), pod()], [rule('object.(')]);
  expect(report.denied).toBe(true);
  expect(codes(report)).toEqual(['KEA5002', 'KEA5002', 'KEA5011']);
}, 30_000);

test('an audited rule that breaks is still a warning', async () => {
  const report = await ask([pod()], [rule('object.nothing', { step: 'audit' })]);
  expect([report.denied, report.findings.map((each) => each.severity)]).toEqual([false, ['warning']]);
}, 30_000);

test('objects of 10 MB are judged', async () => {
  const containers = Array.from({ length: 20_000 }, (_, index) => ({
    name: `c${index}`,
    image: 'x'.repeat(400),
    securityContext: { privileged: index === 19_999 },
  }));
  const report = await ask(
    [pod({ spec: { containers } })],
    rules.filter((each) => each.id === 'pod.privileged'),
    5000,
  );
  expect(report.findings.map((each) => each.message)).toEqual(['pod.privileged: Pod models/hostile: privileged: c19999']);
}, 60_000);

test('what is nested too deep, or holds what JSON cannot hold, is refused by every rule', async () => {
  let deep: JsonObject = {};
  for (let level = 0; level < 100_000; level += 1) deep = { deep };
  const own = [rule('true')];
  for (const object of [pod({ spec: deep }), pod({ spec: { call: (() => 1) as never } }), pod({ spec: { when: new Map() as never } })]) {
    const report = await ask([object], own);
    expect([report.denied, codes(report)]).toEqual([true, ['KEA5002']]);
  }
}, 60_000);

test('keys that are words of JavaScript are keys', async () => {
  const text =
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"hostile","labels":{"constructor":"a","__proto__":"b","toString":"c"}},"spec":{"hasOwnProperty":1}}';
  const yes = rule(
    'object.metadata.labels["constructor"] == "a" && object.metadata.labels["__proto__"] == "b" && object.metadata.labels.size() == 3 && object.spec.hasOwnProperty == 1 && !has(object.spec.valueOf)',
  );
  const report = await ask([JSON.parse(text) as JsonObject], [yes]);
  expect(report.findings).toEqual([]);
}, 30_000);

const kinds = [...new Set(rules.flatMap((each) => each.kinds))];
const named = ([kind, metadata, spec, more]: readonly [string, unknown, unknown, unknown]): JsonObject => {
  const slash = kind.lastIndexOf('/');
  return { apiVersion: kind.slice(0, slash), kind: kind.slice(slash + 1), metadata, spec, rules: more, data: more } as JsonObject;
};

test('whatever an object holds, every rule that applies says yes, no, or that it cannot say', () => {
  const made = prepareJudge(rules);
  const anyObject = fc.tuple(fc.constantFrom(...kinds), fc.jsonValue(), fc.jsonValue(), fc.jsonValue());
  fc.assert(
    fc.property(anyObject, (parts) => {
      const { verdicts } = made.judge([JSON.parse(JSON.stringify(named(parts)))]);
      return verdicts.every(({ decision }) => decision.message !== '' && !decision.message.includes('is not a function'));
    }),
    { numRuns: 300 },
  );
});

/** Every value of an object, by its path. */
function places(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => places(each, [...path, Array.isArray(value) ? Number(key) : key]))];
}

test('a hardened object with one value of a wrong type is never more than what it was: no rule starts to say yes', () => {
  const made = prepareJudge(rules);
  const bad = JSON.stringify(bases['deployment']).replaceAll('"privileged":false', '"privileged":true');
  const verdictsOf = (text: string): readonly number[] => made.judge([JSON.parse(text)]).verdicts.map((each) => each.rule);
  const privileged = rules.findIndex((each) => each.id === 'pod.privileged');
  expect(verdictsOf(bad)).toContain(privileged);
  const security = places(JSON.parse(bad)).filter((path) => path.includes('containers') && path.length < 6);
  for (const path of security) {
    for (const wrong of [1, 'text', [], true]) {
      const object = JSON.parse(bad) as { [key: string]: unknown };
      const parent = path.slice(0, -1).reduce<unknown>((value, key) => (value as { [key: string]: unknown })[key], object) as {
        [key: string]: unknown;
      };
      parent[String(path.at(-1))] = wrong;
      expect([path, wrong, verdictsOf(JSON.stringify(object)).includes(privileged)]).toEqual([path, wrong, true]);
    }
  }
});
