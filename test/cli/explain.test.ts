import { kea } from './call';

test('explain prints the long form', async () => {
  expect(await kea(['explain', 'KEA4101'])).toEqual({
    code: 0,
    stderr: '',
    stdout: `KEA4101 unknown stack (error)

Commands that take --stack read stacks/<name>.yaml. Without --stack they use the built-in stack local, except check, which judges all stack files.

why  a stack is one file in stacks/, and there is none of that name
fix  name one of the stacks, or add a file for it

example
  kea check --stack production
`,
  });
});

test('an unknown code is refused and the nearest one named', async () => {
  const { code, stdout, stderr } = await kea(['explain', 'KEA410l']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/no finding has the code "KEA410l"/);
  expect(stderr).toMatch(/did you mean KEA410\d\?/);
});

test('as JSON it is the entry of the catalogue', async () => {
  const { stdout } = await kea(['explain', '4101', '--output', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { code: 'KEA4101', severity: 'error', title: 'unknown stack' } });
});
