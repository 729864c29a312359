import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';

const root = packageRoot();
let copy: string;

/** A checkout with the real scripts, the real dependencies and two small sources. */
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'kea-scripts-'));
  cpSync(join(root, 'scripts'), join(copy, 'scripts'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 'core/deep'), { recursive: true });
  write('core/one.ts', 'export const one: number = 1;\n');
  write('core/deep/two.ts', "import { one } from '../one';\nexport const two = one + 1;\n");
  write('core/data.json', '{"a":1}');
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

const write = (file: string, text: string) => writeFileSync(join(copy, file), text);
const node = (args: readonly string[], env: { readonly [name: string]: string } = {}) => {
  const { NODE_OPTIONS: _options, ...rest } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, env: { ...rest, ...env }, encoding: 'utf8' });
  return { status, stdout, stderr };
};

test('a build writes CommonJS and copies data, a second one writes nothing', () => {
  expect(node(['scripts/build.mjs']).stderr).toMatch(/^dist\/ is up to date: 3 written, 0 removed/);
  expect(node(['-p', "require('./dist/core/deep/two.js').two + require('./dist/core/data.json').a"]).stdout).toBe('3\n');
  expect(node(['scripts/build.mjs']).stderr).toMatch(/: 0 written, 0 removed/);
});

test('a changed source is compiled, a lost output restored, a removed source taken out of dist', () => {
  node(['scripts/build.mjs']);
  write('core/one.ts', 'export const one: number = 10;\n');
  unlinkSync(join(copy, 'dist/core/data.json'));
  expect(node(['scripts/build.mjs']).stderr).toMatch(/: 2 written, 0 removed/);
  rmSync(join(copy, 'core/deep'), { recursive: true });
  expect(node(['scripts/build.mjs']).stderr).toMatch(/: 0 written, 2 removed/);
  expect(existsSync(join(copy, 'dist/core/deep'))).toBe(false);
});

test('a source that cannot be read is named with its place and ends with 1', () => {
  write('core/one.ts', 'export const = 1;\n');
  const { status, stderr } = node(['scripts/build.mjs']);
  expect(status).toBe(1);
  expect(stderr).toContain('core/one.ts');
});

test('builds at the same time do not disturb each other', async () => {
  const runs = Array.from({ length: 4 }, () => spawn(process.execPath, ['scripts/build.mjs'], { cwd: copy, stdio: 'ignore' }));
  const codes = await Promise.all(runs.map((run) => new Promise((resolve) => run.once('exit', resolve))));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(node(['-p', "require('./dist/core/deep/two.js').two"]).stdout).toBe('2\n');
  expect(existsSync(join(copy, 'dist/.build.lock'))).toBe(false);
});

test('the lock of a build that was killed is taken over', () => {
  mkdirSync(join(copy, 'dist'));
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  write('dist/.build.lock', String(dead));
  expect(node(['scripts/build.mjs']).status).toBe(0);
  expect(JSON.parse(readFileSync(join(copy, 'dist/.build.json'), 'utf8')).files).toHaveProperty(['core/one.ts']);
});

test('flags that npm swallowed are named with the right line', () => {
  expect(node(['scripts/start.mjs', '9000'], { npm_config_port: 'true' })).toEqual({
    status: 2,
    stdout: '',
    stderr: 'npm keeps flags for itself unless `--` stands before them. You meant:\n  npm start -- --port 9000\n',
  });
  expect(node(['scripts/start.mjs'], { npm_config_port: '9001', npm_config_redis: 'true' }).stderr).toContain(
    'npm start -- --port 9001 --redis\n',
  );
  expect(node(['scripts/test.mjs'], { npm_config_all: 'true' })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('npm test -- --all\n'),
  });
});

test('an unknown test group is refused with the list of groups', () => {
  cpSync(join(root, '.ci'), join(copy, '.ci'), { recursive: true });
  const { status, stderr } = node(['scripts/test.mjs'], { KEA_TEST: 'unitt' });
  expect(status).toBe(2);
  expect(stderr).toMatch(/no test group is called "unitt"; there are unit, golden, envoy/);
});

test('a group without tests is a failure', () => {
  cpSync(join(root, '.ci'), join(copy, '.ci'), { recursive: true });
  mkdirSync(join(copy, 'test'));
  const { status, stdout } = node(['scripts/test.mjs'], { KEA_TEST: 'golden' });
  expect(status).toBe(1);
  expect(stdout).toMatch(/FAIL {4}golden .*the group holds no test/);
  expect(stdout).toMatch(/\n0 passed, 1 failed\n$/);
});

test('skipped tests fail a strict run and tests outside of every group are named', () => {
  cpSync(join(root, '.ci'), join(copy, '.ci'), { recursive: true });
  for (const file of ['jest.config.mjs', 'test/setup.mjs']) cpSync(join(root, file), join(copy, file), { recursive: true });
  write('test/some.test.ts', "test('a', () => { expect(1).toBe(1); });\ntest.skip('b', () => {});\n");
  mkdirSync(join(copy, 'test/integration/lost'), { recursive: true });
  write('test/integration/lost/lost.test.ts', "test('c', () => {});\n");
  const { status, stdout } = node(['scripts/test.mjs'], { KEA_TEST: 'unit' });
  expect(status).toBe(1);
  expect(stdout).toMatch(/FAIL {4}unit .*1 passed, 1 failed; 1 skipped/);
  expect(stdout).toContain('belong to no group: test/integration/lost/lost.test.ts');
  expect(stdout).toMatch(/\n1 passed, 2 failed\n$/);
});

test('the groups and .ci/groups name the same groups', () => {
  const listed = readFileSync(join(root, '.ci/groups'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/)[0])
    .filter(Boolean);
  cpSync(join(root, '.ci'), join(copy, '.ci'), { recursive: true });
  const { stdout } = node(['scripts/test.mjs', '--list']);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]),
  ).toEqual(listed);
  expect(stdout).not.toContain('undefined');
});

test('a part that cannot be had is one message with the ways to provide it', () => {
  const { status, stderr } = node(['scripts/parts.mjs', 'kube-apiserver'], { KEA_PARTS: join(copy, 'parts'), PATH: '/nowhere' });
  expect(status).toBe(2);
  expect(stderr).toContain('kube-apiserver 1.36.4 cannot be had: compiling it needs Go 1.26\n  - install Go 1.26 and start again\n');
});
