import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { KeaPolicies, type ValidationContext } from '../../policies/cdk8s';
import { bases } from '../../policies/generated/bases';

const folder = mkdtempSync(join(tmpdir(), 'kea-cdk8s-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Added = Parameters<ValidationContext['report']['addViolation']>[0];

/** What the plugin reports of one manifest, as cdk8s would receive it. */
async function validate(text: string, properties = {}): Promise<{ status: string; added: Added[]; path: string }> {
  const path = join(folder, 'team.k8s.yaml');
  writeFileSync(path, text);
  const added: Added[] = [];
  let status = '';
  await new KeaPolicies({ asOf: '2026-11-22', ...properties }).validate({
    manifests: [path],
    report: { addViolation: (each) => void added.push(each), submit: (said) => void (status = said) },
  });
  return { status, added, path };
}

const DEPLOYMENT = stringify(bases['deployment']);

test('a hardened object passes, a privileged one fails the synth with reason and fix, by name and manifest', async () => {
  expect((await validate(DEPLOYMENT)).added.map((each) => each.ruleName)).not.toContainEqual(expect.stringContaining('pod.'));
  const { status, added, path } = await validate(`${DEPLOYMENT.replace('privileged: false', 'privileged: true')}---\n`);
  expect(status).toBe('failure');
  expect(added).toContainEqual({
    ruleName: 'pod.privileged (critical, deny)',
    recommendation: expect.stringMatching(/^no container is privileged: /),
    fix: 'remove securityContext.privileged, or set it to false',
    violatingResources: [
      { resourceName: 'score-v1-0-0', locations: ['Deployment models/score-v1-0-0: privileged: fetch'], manifestPath: path },
    ],
  });
});

test('with the level warn everything is told and nothing fails', async () => {
  const { status, added } = await validate(DEPLOYMENT.replace('privileged: false', 'privileged: true'), { level: 'warn' });
  expect([status, added.map((each) => each.ruleName)]).toEqual(['success', expect.arrayContaining(['pod.privileged (critical, warn)'])]);
});

test('a folder of rules that is not there stops the synth', async () => {
  await expect(validate(DEPLOYMENT, { rules: join(folder, 'none') })).rejects.toThrow('cannot be read');
});

test('exceptions of a project reach the plugin: exactly the object, in the stack, until the last day; one for nothing is told', async () => {
  const root = join(folder, 'project');
  mkdirSync(root, { recursive: true });
  const exception = (object: string): string =>
    `  - { rule: pod.privileged, stack: prod, object: ${object}, reason: driver, approver: head, approved: 2026-11-01, expires: 2026-12-01 }\n`;
  writeFileSync(
    join(root, 'exceptions.yaml'),
    `exceptions:\n${exception('Deployment models/score-v1-0-0')}${exception('Deployment models/other')}`,
  );
  const text = DEPLOYMENT.replace('privileged: false', 'privileged: true');
  const rules = async (more: object): Promise<readonly string[]> =>
    (await validate(text, { project: root, ...more })).added
      .map((each) => each.ruleName.split(' ')[0] ?? '')
      .filter((each) => /^pod\.priv|^KEA/.test(each));
  expect(await rules({ stack: 'prod' })).toEqual(['KEA5032']);
  expect(await rules({ stack: 'dev' })).toEqual(['pod.privileged']);
  expect(await rules({ stack: 'prod', asOf: '2026-12-02' })).toEqual(['pod.privileged', 'KEA5031', 'KEA5031']);
  writeFileSync(join(root, 'exceptions.yaml'), 'exceptions: [{ rule: pod.privilege }]\n');
  await expect(rules({ stack: 'prod' })).rejects.toThrow('exceptions.yaml:1');
});
