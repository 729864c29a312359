import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanObject } from '../../../constructs/plan/plan-object';
import { judged } from '../../../stacks/bridge/judge';
import { samplePlatform } from '../../support/platforms';

const RULE = `id: team.name
title: names begin with the team
severity: low
rationale: so that everybody knows whose it is
remediation: rename it
applies: { kinds: [v1/Service] }
expression: object.metadata.name.startsWith("score")
fixtures:
  base: service
  pass: [{ name: ours }, { name: spec absent, remove: [/spec], absent: true }]
  fail: [{ name: theirs, set: { /metadata/name: other } }]
`;
const today = new Date().toISOString().slice(0, 10);
const exception = (stack: string): string =>
  JSON.stringify({
    exceptions: [{ rule: 'team.name', stack, object: 'Service m/other', reason: 'r', approver: 'a', approved: today, expires: today }],
  });
const platform = { ...samplePlatform({ policies: { level: 'deny' } }), models: [] };
const service = { value: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'other', namespace: 'm' } } } as unknown as PlanObject;

const project = mkdtempSync(join(tmpdir(), 'kea-judge-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));
mkdirSync(join(project, 'rules/team'), { recursive: true });
writeFileSync(join(project, 'rules/team/name.yaml'), RULE);

const refusal = async (): Promise<string> =>
  judged([service], platform, project).then(
    () => '',
    (error: Error) => error.message,
  );

test('pulumi up is refused by a rule of the project, and passes by its exception in this stack alone', async () => {
  expect(await refusal()).toContain('KEA5001 team.name: Service m/other: names begin with the team');
  writeFileSync(join(project, 'exceptions.yaml'), exception(platform.stack.name));
  expect(await refusal()).not.toContain('team.name');
  writeFileSync(join(project, 'exceptions.yaml'), exception('another'));
  expect(await refusal()).toContain('KEA5001 team.name');
  writeFileSync(join(project, 'exceptions.yaml'), 'exceptions: {}\n');
  expect(await refusal()).toContain('KEA5030 exceptions.yaml:1: the file has one key, "exceptions", with a list');
});
