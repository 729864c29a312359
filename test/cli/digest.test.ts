import { kea, project } from './call';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

test('the digest of a file is of its bytes', async () => {
  expect(await kea(['digest', 'model.bin'], { cwd: project({ 'model.bin': '' }) })).toEqual({ code: 0, stdout: `${EMPTY}\n`, stderr: '' });
});

test('the digest of a folder is of its lines', async () => {
  const { stdout } = await kea(['digest', 'm', '--output', 'json'], { cwd: project({ 'm/b': '', 'm/a/c': '' }) });
  // sha256 of "<EMPTY>  a/c\n<EMPTY>  b\n"
  expect(JSON.parse(stdout)).toMatchObject({
    data: { path: 'm', isFolder: true, bytes: 0, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
});

test('a path that is not there is refused', async () => {
  const { code, stderr } = await kea(['digest', 'missing.onnx']);
  expect(code).toBe(2);
  expect(stderr).toContain('"missing.onnx" cannot be digested: it is not there');
});
