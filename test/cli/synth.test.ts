import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kea, sampleProject } from './call';

test('synth writes once, a second time nothing, and --check tells the difference', async () => {
  const cwd = sampleProject();
  const args = ['synth', '--stack', 'dev', '--out', 'out'];
  const first = await kea(args, { cwd });
  expect(first.code).toBe(0);
  expect(first.stdout.split('\n')).toContain('kustomization.yaml');
  expect(first.stderr).toMatch(/\d+ objects of stack dev in out: \d+ files written, 0 removed, 0 as they were\n$/);

  expect(await kea(args, { cwd })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/: 0 files written, 0 removed, \d+ as they were\n$/),
  });
  expect(await kea([...args, '--check'], { cwd })).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/out is what the files say\n$/),
  });

  const index = JSON.parse(readFileSync(join(cwd, 'out/kea-index.json'), 'utf8')) as { files: { path: string }[] };
  const [changed, removed] = index.files.map((each) => each.path);
  writeFileSync(join(cwd, 'out', changed!), 'kind: Other\n');
  rmSync(join(cwd, 'out', removed!));
  const checked = await kea([...args, '--check', '--output', 'json'], { cwd });
  expect(checked.code).toBe(1);
  const messages = (JSON.parse(checked.stdout) as { findings: { code: string; message: string }[] }).findings.filter(
    (each) => each.code === 'KEA4105',
  );
  expect(messages.map((each) => each.message).sort()).toEqual([`${changed} would be changed`, `${removed} would be added`].sort());
  expect(existsSync(join(cwd, 'out', removed!))).toBe(false);
}, 30_000);

test('the built-in stack cannot be written as files', async () => {
  const { code, stderr } = await kea(['synth', '--stack', 'local', '--out', 'out'], { cwd: sampleProject() });
  expect(code).toBe(2);
  expect(stderr).toContain('stack local has identity "embedded"');
});

test('with errors nothing is written', async () => {
  const cwd = sampleProject();
  writeFileSync(join(cwd, 'models/iris/model.yaml'), 'ownr: me\n');
  const { code, stderr } = await kea(['synth', '--stack', 'dev', '--out', 'out'], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain('nothing was done: correct the errors first');
  expect(existsSync(join(cwd, 'out'))).toBe(false);
});

test('a place that cannot be written is named with the reason', async () => {
  const cwd = sampleProject();
  writeFileSync(join(cwd, 'file'), '');
  const { code, stderr } = await kea(['synth', '--stack', 'dev', '--out', 'file/out'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatch(/cannot be written: part of the path is a file/);
});
