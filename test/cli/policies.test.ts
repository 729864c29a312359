import { jest } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { kea, project, sampleProject } from './call';

// Each call starts an evaluator; a busy machine takes its time.
jest.setTimeout(60_000);

const RULE = `id: team.name
title: names begin with the team
severity: low
rationale: so that everybody knows whose it is
remediation: rename it
applies: { kinds: [v1/Service] }
expression: object.metadata.name.startsWith("score")
messageExpression: '"its name is " + object.metadata.name'
fixtures:
  base: service
  pass:
    - { name: ours }
    - { name: spec absent, remove: [/spec], absent: true }
  fail:
    - { name: theirs, set: { /metadata/name: other }, message: its name is other }
`;

test('the rules that KEA brings along are listed with what they cost and how far they are rolled out', async () => {
  const { code, stdout } = await kea(['policies', 'list']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^pod\.privileged +critical +deny +no container is privileged$/m);
  expect(stdout).toMatch(/^ml\.route\.rules +critical +deny /m);
});

test('a team tries its own rules by their fixtures; a wrong fixture is a finding with its place', async () => {
  const cwd = project({ 'rules/team/name.yaml': RULE });
  expect(await kea(['policies', 'test'], { cwd })).toMatchObject({
    code: 0,
    stderr: '1 rule, 3 fixtures: all as they should be\n',
  });
  const wrong = project({ 'rules/team/name.yaml': RULE.replace('other }, message: its name is other', 'score-2 }') });
  const { code, stdout } = await kea(['policies', 'test', 'rules'], { cwd: wrong });
  expect(code).toBe(1);
  expect(stdout).toContain('KEA5013 rules/team/name.yaml:15:7');
  expect(stdout).toContain('theirs');
});

test('the same rule in three forms; what an earlier call wrote and this one does not is removed', async () => {
  const cwd = project({ 'rules/team/name.yaml': RULE });
  const call = ['policies', 'emit', '--rules', 'rules', '--name', 'team', '--namespace', 'team-a', '--out'];
  expect((await kea([...call, 'vap', '--form', 'vap', '--deployer', 'flux'], { cwd })).code).toBe(0);
  expect(readdirSync(join(cwd, 'vap')).sort()).toEqual([
    'kea-policies.json',
    'validatingadmissionpolicy-team.guard.facts.yaml',
    'validatingadmissionpolicy-team.team.name.yaml',
    'validatingadmissionpolicybinding-team.guard.facts.yaml',
    'validatingadmissionpolicybinding-team.team.name.yaml',
  ]);
  expect((await kea([...call, 'vap', '--form', 'vap'], { cwd })).code).toBe(0);
  expect(readdirSync(join(cwd, 'vap')).filter((file) => file.includes('guard'))).toEqual([]);
  expect(readFileSync(join(cwd, 'vap/validatingadmissionpolicy-team.team.name.yaml'), 'utf8')).toContain(
    'expression: object.metadata.name.startsWith("score")',
  );
  expect((await kea([...call, 'kyverno', '--form', 'kyverno'], { cwd })).code).toBe(0);
  expect(readFileSync(join(cwd, 'kyverno/validatingpolicy-team.team.name.yaml'), 'utf8')).toMatch(
    /^apiVersion: policies\.kyverno\.io\/v1\nkind: ValidatingPolicy\n/,
  );
  expect((await kea([...call, 'pack', '--form', 'pack'], { cwd })).code).toBe(0);
  expect(JSON.parse(readFileSync(join(cwd, 'pack/rules.json'), 'utf8'))).toMatchObject({
    name: 'team',
    rules: [{ id: 'team.name', step: 'deny' }],
    planRules: [],
  });
});

test('the rule of the guide is one, and does what the guide says', async () => {
  const guide = readFileSync(join(packageRoot(), 'docs/guides/policies.md'), 'utf8');
  const [, written = ''] = /```yaml\n(id: team\.owner\n[\s\S]*?)```/.exec(guide) ?? [];
  const cwd = project({ 'rules/team/owner.yaml': written });
  const { code, stderr } = await kea(['policies', 'test', 'rules'], { cwd });
  expect([code, stderr]).toEqual([0, '1 rule, 3 fixtures: all as they should be\n']);
});

const EXCEPTION = `exceptions:
  - rule: team.name
    stack: prod
    object: Service kea-models/OBJECT
    reason: renamed with the next version
    approver: head of risk
    approved: 2026-01-01
    expires: 2026-03-01
`;

test("a project's own rule and its exception hold at check, synth and admission; an expired and an unused one are findings", async () => {
  const cwd = sampleProject();
  const rule = RULE.replace('startsWith("score")', 'startsWith("kea-") || object.metadata.name.startsWith("iris")');
  put(cwd, 'rules/team/name.yaml', rule);
  const check = (asOf: string): ReturnType<typeof kea> => kea(['check', '--stack', 'prod', '--as-of', asOf, '--output', 'json'], { cwd });
  type Said = { readonly code: string; readonly policy?: { readonly rule: string; readonly object: string } };
  const said = (json: string): readonly Said[] => (JSON.parse(json) as { readonly findings: readonly Said[] }).findings;
  const refused = (json: string): readonly (string | undefined)[] =>
    said(json)
      .filter((each) => each.policy?.rule === 'team.name')
      .map((each) => each.policy?.object);
  const before = await check('2026-02-01');
  expect(before.code).toBe(0);
  const [first = '', ...others] = refused(before.stdout);
  expect(others.length).toBeGreaterThan(0);

  put(cwd, 'exceptions.yaml', EXCEPTION.replace('Service kea-models/OBJECT', first));
  expect(refused((await check('2026-02-01')).stdout)).toEqual(others);
  const late = await check('2026-03-02');
  expect([late.code, refused(late.stdout)]).toEqual([1, [first, ...others]]);
  expect(said(late.stdout).map((each) => each.code)).toContain('KEA5031');

  const synth = await kea(['synth', '--stack', 'prod', '--out', 'out', '--output', 'json'], { cwd });
  expect([synth.code, refused(synth.stdout)]).toEqual([0, others]);

  const emit = ['policies', 'emit', '--form', 'vap', '--stack', 'prod', '--out', 'vap', '--as-of'];
  const policy = async (asOf: string): Promise<string> => {
    expect((await kea([...emit, asOf], { cwd })).code).toBe(0);
    return readFileSync(join(cwd, 'vap/validatingadmissionpolicy-kea.team.name.yaml'), 'utf8');
  };
  expect(await policy('2026-02-01')).toContain(first);
  expect(await policy('2026-03-02')).not.toContain(first);

  put(cwd, 'exceptions.yaml', EXCEPTION);
  expect(said((await check('2026-02-01')).stdout).map((each) => each.code)).toContain('KEA5032');
});

test('a rule that takes the id of one of KEA is refused, and the own one still holds', async () => {
  const cwd = sampleProject();
  put(cwd, 'rules/pod/privileged.yaml', RULE.replace('team.name', 'pod.privileged'));
  const { code, stdout } = await kea(['check', '--stack', 'dev'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain(`KEA5012 rules/pod/privileged.yaml:1:5`);
});

test('the scoreboard counts a plan beside the baseline', async () => {
  const { code, stdout, stderr } = await kea(['policies', 'score', '--stack', 'prod']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^root filesystem read only +0 % +88 % +0 of \d+ containers$/m);
  expect(stderr).toMatch(/^\d+ of 18 demands are met everywhere in stack prod$/m);
});

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

test("the pack's manifest names what the checkout was tested with, and its lock agrees", () => {
  const read = (
    path: string,
  ): { dependencies?: object; packages: { readonly [path: string]: { version?: string; dependencies?: object } } } =>
    JSON.parse(readFileSync(join(packageRoot(), path), 'utf8')) as never;
  const { dependencies = {} } = read('policies/pack/manifest.json');
  const lock = read('policies/pack/lock.json').packages;
  expect(lock['']?.dependencies).toEqual(dependencies);
  const ours = read('package-lock.json').packages;
  for (const [name, version] of Object.entries(dependencies)) {
    expect([name, lock[`node_modules/${name}`]?.version]).toEqual([name, version]);
    expect([name, ours[`node_modules/${name}`]?.version]).toEqual([name, version]);
  }
});
