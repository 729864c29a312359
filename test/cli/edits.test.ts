import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kea, sampleProject } from './call';

const V1 = 'models/risk/credit-score/v1.yaml';
const read = (cwd: string, file: string) => readFileSync(join(cwd, file), 'utf8');

test('a promotion changes the weights of the stack and nothing else', async () => {
  const cwd = sampleProject();
  const before = read(cwd, V1);
  const { code, stdout, stderr } = await kea(['promote', 'credit-score', '1.5.0', '--stack', 'prod', '--weight', '50'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'next: kea check --stack prod\n' });
  expect(stdout).toMatch(/^models\/risk\/credit-score\/v1\.yaml\n@@ line \d+\n\+stacks: .*1\.4\.0: 50, 1\.5\.0: 50/);
  expect(
    read(cwd, V1)
      .split('\n')
      .filter((line) => !before.split('\n').includes(line)),
  ).toHaveLength(1);
  expect(await kea(['check', '--stack', 'prod'], { cwd })).toMatchObject({ code: 0 });

  expect(await kea(['rollback', 'credit-score', '--stack', 'prod'], { cwd })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1.4.0: 100, 1.5.0: 0'),
  });
}, 30_000);

test('a purge changes one line of the stack file, and counts up', async () => {
  const cwd = sampleProject();
  const purge = (name: string) => kea(['cache', 'purge', name, '--stack', 'prod'], { cwd });
  const first = await purge('credit-score/v1');
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: 'next: deploy stack prod\n' });
  expect(first.stdout).toMatch(/^stacks\/prod\.yaml\n@@ line \d+\n-cache: .*\n\+cache: .*purged: \{ credit-score\/v1: 1 \} \}\n$/);
  expect(await purge('credit-score/v1')).toMatchObject({ stdout: expect.stringContaining('credit-score/v1: 2') });
  expect(await purge('*')).toMatchObject({ stdout: expect.stringContaining('"*": 1') });
  expect(await kea(['check', '--stack', 'prod'], { cwd })).toMatchObject({ code: 0 });
}, 30_000);

test('--check shows the change, writes nothing and ends with 1', async () => {
  const cwd = sampleProject();
  const before = read(cwd, V1);
  const outcome = await kea(['promote', 'credit-score', '1.5.0', '--stack', 'prod', '--weight', '50', '--check'], { cwd });
  expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('KEA4105') });
  expect(read(cwd, V1)).toBe(before);
});

test.each([
  [['promote', 'credit-score', '1.6.0', '--stack', 'prod', '--weight', '10'], 'there is no version "1.6.0"; there are 1.4.0, 1.5.0'],
  [['promote', 'credit-scor', '1.5.0', '--stack', 'prod', '--weight', '10'], 'did you mean "credit-score"?'],
  [['promote', 'credit-score', '1.5.0', '--stack', 'prod', '--weight', '101'], 'expected a whole number from 0 to 100'],
  [['rollback', 'iris', '--stack', 'prod'], 'there is no older version to go back to'],
  [['freeze', 'irs'], 'did you mean "iris"?'],
])('%j is refused', async (args, why) => {
  const { code, stderr } = await kea(args, { cwd: sampleProject() });
  expect(code).toBe(2);
  expect(stderr).toContain(why);
});

test('freeze writes what was derived, check accepts it, a second freeze changes nothing', async () => {
  const cwd = sampleProject();
  expect(await kea(['freeze', 'iris'], { cwd })).toMatchObject({ code: 0, stdout: expect.stringContaining('+        sepal_length:') });
  expect(await kea(['check', 'models/iris'], { cwd })).toMatchObject({ code: 0 });
  expect(await kea(['freeze', 'iris'], { cwd })).toEqual({ code: 0, stdout: '', stderr: 'nothing to change\n' });
});

test('check --fix corrects what has one certain correction and keeps comments', async () => {
  const cwd = sampleProject();
  const before = read(cwd, V1);
  writeFileSync(join(cwd, V1), before.replace(/sha256: "([0-9a-f]+)"/, 'sha256: $1'));
  const { code, stderr } = await kea(['check', '--fix', 'models/risk'], { cwd });
  expect(stderr).toMatch(/^fixed models\/risk\/credit-score\/v1\.yaml, line \d+\n/);
  expect(code).toBe(0);
  expect(read(cwd, V1)).toBe(before);
});
