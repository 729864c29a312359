import { jest } from '@jest/globals';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kea, project, sampleProject } from './call';

// Each call loads, plans and judges several stacks; a busy machine takes its time.
jest.setTimeout(60_000);

test('the sample models and stacks are sound; one image that nobody built is told', async () => {
  const { code, stdout, stderr } = await kea(['check', '--output', 'json'], { cwd: sampleProject() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    counts: { error: 0 },
    data: { stacks: ['dev', 'prod', 'staging'], models: ['credit-score', 'iris', 'student-grades', 'text-sentiment'] },
  });
});

test('without stack files the built-in stack is used', async () => {
  const files = { 'models/hello/model.yaml': 'runtime: { framework: onnx }\nowner: me\n' };
  const { code, stderr } = await kea(['check'], { cwd: project(files) });
  expect(code).toBe(1);
  expect(stderr).toContain('in the built-in stack local: ');
});

test('a wrong key is shown with its place, the line and the nearest spelling', async () => {
  const cwd = sampleProject();
  writeFileSync(join(cwd, 'models/iris/model.yaml'), 'artifact: iris.onnx\nownr: me\n');
  const { code, stdout, stderr } = await kea(['check'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^error KEA\d{4} models\/iris\/model\.yaml:2:1 {2}ownr\n/m);
  expect(stdout).toContain('"owner"');
  expect(stdout).toContain('\n      1 | artifact: iris.onnx\n    > 2 | ownr: me\n');
  expect(stderr).toMatch(/: 1 error(, \d+ warnings?)?\n$/);
});

test('the folder of one model narrows the judgement to it', async () => {
  const cwd = sampleProject();
  writeFileSync(join(cwd, 'models/risk/credit-score/model.yaml'), 'ownr: me\n');
  expect(await kea(['check', 'models/iris'], { cwd })).toMatchObject({
    code: 0,
    stderr: '1 model in stacks dev, prod, staging: no findings\n',
  });
  expect(await kea(['check', '.'], { cwd: join(cwd, 'models/iris') })).toMatchObject({ code: 0 });
});

test('a sunset is judged as of a date: passed, near, far', async () => {
  const cwd = sampleProject();
  appendFileSync(
    join(cwd, 'models/education/student-grades/model.yaml'),
    'lifecycle: { deprecated: "2030-01-01", sunset: "2030-06-30" }\n',
  );
  const codes = async (date: string, ...more: string[]) => {
    const { code, stdout } = await kea(['check', '--as-of', date, '--output', 'json', ...more, 'models/education'], { cwd });
    return {
      code,
      codes: (JSON.parse(stdout) as { findings: { code: string }[] }).findings
        .map((each) => each.code)
        .filter((each) => each.startsWith('KEA41')),
    };
  };
  expect(await codes('2030-05-01')).toEqual({ code: 0, codes: [] });
  expect(await codes('2030-06-10')).toEqual({ code: 0, codes: ['KEA4112'] });
  expect(await codes('2030-07-01')).toEqual({ code: 0, codes: ['KEA4111'] });
  expect(await codes('2030-07-01', '--strict')).toEqual({ code: 1, codes: ['KEA4111'] });
});

test('a folder without models ends with findings, not with a stack', async () => {
  const { code, stderr, stdout } = await kea(['check'], { cwd: project({ 'readme.txt': '' }) });
  expect([0, 1]).toContain(code);
  expect(stdout + stderr).not.toMatch(/\n {4}at /);
});

test('GitHub output is one command a finding on stdout', async () => {
  const cwd = sampleProject();
  writeFileSync(join(cwd, 'models/iris/model.yaml'), 'artifact: iris.onnx\nownr: me\n');
  const { stdout, stderr } = await kea(['check', 'models/iris', '--output', 'github'], { cwd });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^::error file=models\/iris\/model\.yaml,line=2,col=1,title=KEA\d{4} ownr::.*$/m);
});
