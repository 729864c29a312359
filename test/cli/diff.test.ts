import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kea, sampleProject } from './call';

function committed(): string {
  const cwd = sampleProject();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd, stdio: 'ignore' });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'samples');
  return cwd;
}

function raiseScaling(cwd: string): void {
  const file = join(cwd, 'models/risk/credit-score/v1.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^scaling: .*$/m, 'scaling: { min: 2, max: 7, target: { cpu: 70 } }'));
}

test('a change of one model is shown under its name, against the last commit', async () => {
  const cwd = committed();
  expect(await kea(['diff', '--stack', 'dev'], { cwd })).toEqual({ code: 0, stdout: '', stderr: 'no difference\n' });
  raiseScaling(cwd);
  const { code, stdout, stderr } = await kea(['diff', '--stack', 'dev', '--exit-code'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^credit-score\n {2}~ HorizontalPodAutoscaler \S+\/credit-score-v1-4-0\n {6}spec\.maxReplicas: 6 → 7\n/m);
  expect(stdout).not.toContain('iris');
  expect(stderr).toMatch(/^1 added, \d+ changed, 1 removed\n$/);
}, 30_000);

test('a folder that synth wrote can be compared with', async () => {
  const cwd = sampleProject();
  await kea(['synth', '--stack', 'dev', '--out', 'out'], { cwd });
  expect(await kea(['diff', '--stack', 'dev', 'out'], { cwd })).toMatchObject({ code: 0, stdout: '', stderr: 'no difference\n' });
}, 30_000);

test.each(['no-such-branch', '--upload-pack=x', 'models'])('"%s" is nothing to compare with', async (against) => {
  const { code, stderr } = await kea(['diff', '--stack', 'dev', '--', against], { cwd: committed() });
  expect(code).toBe(2);
  expect(stderr).toContain(`"${against}" is neither a folder that kea synth wrote nor a revision of git`);
});

test('what still takes calls is not removed in one step', async () => {
  const cwd = committed();
  const contract = join(cwd, 'models/risk/credit-score/v1.yaml');
  const text = readFileSync(contract, 'utf8');
  rmSync(join(cwd, 'models/iris'), { recursive: true });
  writeFileSync(contract, text.replace(/^ {2}1\.5\.0:.*\n.*\n/m, '').replace('{ 1.4.0: 90, 1.5.0: 10 }', '{ 1.4.0: 100 }'));
  const { code, stderr } = await kea(['diff', '--stack', 'dev', '--output', 'text'], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain('error KEA4117');
  expect(stderr).toContain('version 1.0.0 of "iris" is removed, and its contract v1 still sends calls to it');
  expect(stderr).toContain('first apply `lifecycle: { retired: true }`, then remove the file');
  expect(stderr).toContain('version 1.5.0 of "credit-score" is removed, and its contract v1 still sends calls to it');
  expect(stderr).toContain('first apply a change that gives it weight 0, then remove it');

  const checked = await kea(['check', '--stack', 'dev', '--base', 'HEAD'], { cwd });
  expect([checked.code, checked.stdout.match(/KEA4117/g)]).toEqual([1, ['KEA4117', 'KEA4117']]);
  expect(checked.stdout).toContain('version 1.0.0 of "iris" is removed, and its contract v1 still sends calls to it');
  expect((await kea(['check', '--stack', 'dev'], { cwd })).stdout).not.toContain('KEA4117');
  expect((await kea(['check', '--base', 'no-such-branch'], { cwd })).stderr).toContain('"no-such-branch" is no revision of git');

  // With weight 0 before, it may go.
  const after = readFileSync(contract, 'utf8');
  writeFileSync(contract, text.replace('{ 1.4.0: 90, 1.5.0: 10 }', '{ 1.4.0: 100, 1.5.0: 0 }'));
  await kea(['synth', '--stack', 'dev', '--out', 'out'], { cwd });
  writeFileSync(contract, after);
  expect(await kea(['diff', '--stack', 'dev', 'out'], { cwd })).toMatchObject({ code: 0 });
}, 60_000);
