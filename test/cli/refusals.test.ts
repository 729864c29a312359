import { join } from 'node:path';
import { kea, sampleProject } from './call';

let cwd: string;
beforeAll(() => {
  cwd = sampleProject();
});

test.each([
  [['explain', 'KEA9999'], 'KEA4103', 'no finding has the code "KEA9999"'],
  [['show', 'irsi', '--stack', 'dev'], 'KEA4102', 'there is no model "irsi"'],
  [
    ['promote', 'credit-score', '9.9.9', '--stack', 'dev', '--weight', '5'],
    'KEA4110',
    'there is no version "9.9.9"; there are 1.4.0, 1.5.0',
  ],
  [['rollback', 'iris', '--stack', 'dev'], 'KEA4113', 'there is no older version to go back to'],
  [
    ['synth', '--stack', 'local', '--out', 'rendered'],
    'KEA4114',
    'stack local has identity "embedded", which exists only while kea run runs',
  ],
  [['cache', 'purge', 'Credit', '--stack', 'dev'], 'KEA4119', '"Credit" names no model, contract or version'],
  [['cache', 'purge', 'iris', '--processor', 'none.json'], 'KEA4118', '"none.json" cannot be read'],
  [['diff', '--stack', 'dev', 'no-such-folder-or-revision'], 'KEA4109', 'no-such-folder-or-revision'],
])('%j is refused with its own code', async (args, code, message) => {
  const outcome = await kea(args, { cwd });
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toContain(`error ${code}`);
  expect(outcome.stderr).toContain(message);
});

test('a place that cannot be written is named, and nothing is left behind', async () => {
  const { code, stderr } = await kea(['synth', '--stack', 'dev', '--out', join(cwd, 'stacks/dev.yaml', 'below')], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('error KEA4115');
});

// Node's own recursive mkdir never came back from there.
test('a place below /proc is refused as well', async () => {
  const { code, stderr } = await kea(['synth', '--stack', 'dev', '--out', '/proc/rendered'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('error KEA4115');
}, 20_000);

test('a token of nothing that runs', async () => {
  const { code, stdout, stderr } = await kea(['token'], { cwd });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('error KEA4009');
});

test('a new model that cannot be written is refused with the place, not as a bug', async () => {
  const { code, stderr } = await kea(['new', 'model', 'fresh', '--in', 'stacks/dev.yaml'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('error KEA4115');
});

test.each([['stacks'], ['models/below'], ['.']])('synth does not write into %s, where people write', async (out) => {
  const { code, stderr } = await kea(['synth', '--stack', 'dev', '--out', out], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('which people write');
});
