import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { kea, project } from './call';

const STACK_LESS = { 'models/.keep': '' };

test('a new container model passes check as it is', async () => {
  const cwd = project(STACK_LESS);
  expect(await kea(['new', 'model', 'churn', '--owner', 'growth'], { cwd })).toEqual({
    code: 0,
    stdout: ['model.yaml', 'schemas/predict.request.json', 'schemas/predict.response.json', 'src/server.mjs', 'README.md']
      .map((file) => `models/churn/${file}\n`)
      .join(''),
    stderr: 'next: kea check models/churn\n',
  });
  expect(await kea(['check'], { cwd })).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^1 model in the built-in stack local: /m),
  });
});

test('with an artifact the model file is one line, and check derives the rest', async () => {
  const cwd = project(STACK_LESS);
  const artifact = join(packageRoot(), 'models/iris/iris.onnx');
  expect(await kea(['new', 'model', 'flowers', '--artifact', artifact, '--in', 'models'], { cwd })).toMatchObject({ code: 0 });
  expect(readFileSync(join(cwd, 'models/flowers/model.yaml'), 'utf8')).toBe('artifact: iris.onnx\n');
  expect(await kea(['check'], { cwd })).toMatchObject({ code: 0 });
});

test('--check writes nothing and ends with 1', async () => {
  const cwd = project(STACK_LESS);
  expect(await kea(['new', 'model', 'churn', '--check'], { cwd })).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('models/churn/model.yaml'),
  });
  expect(existsSync(join(cwd, 'models/churn'))).toBe(false);
});

test.each([
  [['Churn'], 'KEA4107'],
  [['churn', '--artifact', 'missing.onnx'], 'KEA4108'],
  [['there'], 'KEA4106'],
])('new model %j is refused with %s', async (args, code) => {
  const cwd = project(STACK_LESS);
  mkdirSync(join(cwd, 'models/there'));
  const outcome = await kea(['new', 'model', ...args], { cwd });
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toContain(`error ${code}`);
});
