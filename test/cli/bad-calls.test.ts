import { kea } from './call';

test('an unknown command names the nearest one and ends with 2', async () => {
  expect(await kea(['chekc'])).toEqual({ code: 2, stdout: '', stderr: 'No command registered for `chekc`, did you mean `check`?\n' });
});

test('an unknown flag names the nearest one and ends with 2', async () => {
  const { code, stdout, stderr } = await kea(['check', '--strickt']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe('No flag registered for --strickt, did you mean --strict?\n');
});

test('a missing argument ends with 2', async () => {
  expect(await kea(['digest'])).toEqual({ code: 2, stdout: '', stderr: 'Expected argument for PATH\n' });
});

test('a date that is none is refused without a stack', async () => {
  const { code, stderr } = await kea(['check', '--as-of', '2027-02-30']);
  expect(code).toBe(2);
  expect(stderr).toBe('Failed to parse "2027-02-30" for as-of: expected a date such as 2027-01-31\n');
});

test('a stack that is not there names the nearest one', async () => {
  const { code, stdout, stderr } = await kea(['check', '--stack', 'prood']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(`error KEA4101
  there is no stack "prood"; there are dev, prod, staging and the built-in local
  why  a stack is one file in stacks/, and there is none of that name
  fix  did you mean "prod"?
`);
});

test('a bad call speaks JSON when JSON was asked for', async () => {
  const { code, stdout, stderr } = await kea(['check', '--stack', 'prood', '--output', 'json']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ kea: 1, command: 'check', ok: false, findings: [{ code: 'KEA4101' }] });
});

test('a folder that is not there is a bad call', async () => {
  const { code, stderr } = await kea(['check', 'no/such/folder']);
  expect(code).toBe(2);
  expect(stderr).toContain('KEA4104');
});

test('--version and --help end with 0', async () => {
  expect(await kea(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
  const { code, stdout } = await kea(['--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('Exit codes: 0 fine, 1 findings, 2 bad call or configuration, 3 bug in KEA');
});
