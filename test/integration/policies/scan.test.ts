import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../core/json';
import { bases } from '../../../policies/generated/bases';
import { ensure } from '../../../scripts/parts/index.mjs';
import { kea, sampleProject } from '../../cli/call';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';
import { guardedNamespace, store } from './cluster';

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
  process.env['KEA_KUBECTL'] = await ensure('kubectl');
  process.env['KUBECONFIG'] = plane.kubeconfig;
  for (const name of ['models', 'other']) await store(plane, guardedNamespace(name));
  await store(plane, bases['deployment'] as JsonObject);
  const bad = JSON.stringify(bases['deployment'])
    .replace('"privileged":false', '"privileged":true')
    .replace('"namespace":"models"', '"namespace":"other"');
  await store(plane, JSON.parse(bad.replaceAll('"allowPrivilegeEscalation":false', '"allowPrivilegeEscalation":true')) as JsonObject);
}, 120_000);

afterAll(() => plane?.stop(), 30_000);

test('what runs is judged as the API server holds it; a refusal ends with 5 and names the object', async () => {
  const { code, stdout } = await kea(['policies', 'scan', '--live', '--namespace', 'other', '--output', 'json']);
  expect(code).toBe(5);
  const { findings } = JSON.parse(stdout) as { findings: readonly { code: string; message: string }[] };
  expect(findings.map((each) => each.message)).toContain('pod.privileged: Deployment other/score-v1-0-0: privileged: fetch');
}, 60_000);

test('namespaces that nobody asked for are not judged', async () => {
  const { stdout } = await kea(['policies', 'scan', '--live', '--namespace', 'models', '--output', 'json']);
  expect(stdout).not.toContain('other/score');
  expect(stdout).not.toContain('pod.privileged');
}, 60_000);

test('what this kubectl may not read is told, and is no pass (KEA5005)', async () => {
  const nobody = join(plane.folder, 'kubectl-of-nobody');
  writeFileSync(nobody, `#!/bin/sh\nexec "${process.env['KEA_KUBECTL'] ?? ''}" --as=system:serviceaccount:other:nobody "$@"\n`, {
    mode: 0o755,
  });
  const env = { KEA_KUBECTL: nobody };
  const { code, stdout } = await kea(['policies', 'scan', '--live', '--namespace', 'other', '--output', 'json'], { env });
  expect([code, stdout]).toEqual([1, expect.stringContaining('"KEA5005"')]);
}, 60_000);

test('with a stack, its namespaces are judged, less what the project excepts; an exception for nothing is told', async () => {
  const exceptions = ['Deployment other/score-v1-0-0', 'Deployment other/gone'].map((object) => ({
    ...{ rule: 'pod.privileged', stack: 'live', object, reason: 'an old driver', approver: 'head of risk' },
    ...{ approved: '2026-11-01', expires: '2026-12-01' },
  }));
  const cwd = sampleProject();
  const identity = 'identity: { oidc: { issuer: https://login.example.com/realms/x, audience: kea, claims: { roles: roles } } }';
  writeFileSync(
    join(cwd, 'stacks/live.yaml'),
    `namespaces: { platform: models, models: other }\nimages: { unpinned: warn }\n${identity}\n`,
  );
  writeFileSync(join(cwd, 'exceptions.yaml'), JSON.stringify({ exceptions }));
  const scan = async (asOf: string): Promise<readonly string[]> => {
    const { stdout } = await kea(['policies', 'scan', '--live', '--stack', 'live', '--as-of', asOf, '--output', 'json'], { cwd });
    const { findings } = JSON.parse(stdout) as { findings: readonly { code: string; message: string }[] };
    return findings
      .filter(({ code, message }) => code.startsWith('KEA503') || message.startsWith('pod.privileged'))
      .map((each) => each.message);
  };
  expect(await scan('2026-11-22')).toEqual(['the exception of Deployment other/gone from pod.privileged excepts nothing']);
  expect(await scan('2026-12-02')).toContain('pod.privileged: Deployment other/score-v1-0-0: privileged: fetch');
}, 60_000);
