import { parseAllDocuments } from 'yaml';
import { kea, sampleProject } from './call';

test('show prints the full files, each value with its origin', async () => {
  const { code, stdout, stderr } = await kea(['show', 'iris'], { cwd: sampleProject() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('uri: iris.onnx # models/iris/model.yaml:1\n');
  expect(stdout).toContain('framework: onnx # derived from');
  expect(stdout).toContain('timeout: 5s # default\n');
});

test('what show prints is YAML that says the same without its comments', async () => {
  const { stdout } = await kea(['show', 'credit-score', '--stack', 'prod'], { cwd: sampleProject() });
  const documents = parseAllDocuments(stdout).map((each) => each.toJS() as { owner?: string; methods?: object });
  expect(documents).toHaveLength(2);
  expect(documents[0]).toMatchObject({ owner: 'risk-team' });
  expect(Object.keys(documents[1]?.methods ?? {})).toEqual(['score']);
});

test('values of the stack name the stack file', async () => {
  const { stdout } = await kea(['show', 'iris', '--stack', 'prod'], { cwd: sampleProject() });
  expect(stdout).toMatch(/min: 3 # stack, stacks\/prod\.yaml:\d+\n/);
});

test('an unknown model names the nearest one', async () => {
  const { code, stderr } = await kea(['show', 'irs'], { cwd: sampleProject() });
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean "iris"?');
});
