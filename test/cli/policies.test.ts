import { jest } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { kea, project } from './call';

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
  expect(await kea(['policies', 'test', 'rules'], { cwd })).toMatchObject({
    code: 0,
    stderr: '1 rule, 3 fixtures: all as they should be\n',
  });
  const wrong = project({ 'rules/team/name.yaml': RULE.replace('other }, message: its name is other', 'score-2 }') });
  const { code, stdout } = await kea(['policies', 'test', 'rules'], { cwd: wrong });
  expect(code).toBe(1);
  expect(stdout).toContain('KEA5013 rules/team/name.yaml:15:5');
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

test("the pack's manifest names what the checkout was tested with, and its lock agrees", () => {
  const read = (
    path: string,
  ): { dependencies?: object; packages: { '': { dependencies: object }; [path: string]: { version?: string } } } =>
    JSON.parse(readFileSync(join(packageRoot(), path), 'utf8')) as never;
  const { dependencies = {} } = read('policies/pack/manifest.json');
  const lock = read('policies/pack/lock.json').packages;
  expect(lock[''].dependencies).toEqual(dependencies);
  const ours = read('package-lock.json').packages;
  for (const [name, version] of Object.entries(dependencies)) {
    expect([name, lock[`node_modules/${name}`]?.version]).toEqual([name, version]);
    expect([name, ours[`node_modules/${name}`]?.version]).toEqual([name, version]);
  }
});
