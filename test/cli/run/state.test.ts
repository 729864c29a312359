import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cleanUpAfterKilled,
  isAlive,
  processNamed,
  readRunState,
  stateFolder,
  writeRunState,
  type StateFolder,
} from '../../../cli/run/state';

let root: string;
let folder: StateFolder;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kea-state-'));
  folder = stateFolder(root);
});
afterEach(() => rmSync(root, { recursive: true }));

const own = processNamed('kea run', process.pid)!;
const common = { url: 'http://localhost:1', issuer: 'http://localhost:2', keycloak: false, port: 1, host: '127.0.0.1' };

test('a run is found while its process lives', () => {
  writeRunState(folder, { ...common, run: own, children: [], socketFolder: root });
  expect(readRunState(folder)?.url).toBe('http://localhost:1');
  expect(statSync(folder.run).mode & 0o777).toBe(0o600);
});

// Numbers of processes are used again: only number and start time together name one.
test('another process of the same number is not taken for the run', () => {
  writeRunState(folder, { ...common, run: { ...own, started: 'Thu Jan  1 00:00:00 1970' }, children: [], socketFolder: root });
  expect(readRunState(folder)).toBeUndefined();
});

test('what a killed run left is ended, strangers are not', async () => {
  const left = spawn('sleep', ['60'], { detached: true });
  await once(left, 'spawn');
  const ended = once(left, 'exit');
  const socketFolder = join(root, 'sockets');
  mkdirSync(socketFolder);
  const child = processNamed('envoy', left.pid!)!;
  const stranger = { ...own, name: 'stranger', started: 'Thu Jan  1 00:00:00 1970' };
  writeRunState(folder, {
    ...common,
    run: { name: 'kea run', pid: 999_999_999, started: 'long ago' },
    children: [child, stranger],
    socketFolder,
  });
  expect(await cleanUpAfterKilled(folder)).toEqual(['envoy']);
  await ended;
  expect(isAlive(child)).toBe(false);
  expect([existsSync(socketFolder), existsSync(folder.run)]).toEqual([false, false]);
});

test.each(['', '{', 'null', '[]', '{"run":{}}'])('a state file that says %j counts as none', async (text) => {
  writeFileSync(folder.run, text);
  expect(readRunState(folder)).toBeUndefined();
  expect(await cleanUpAfterKilled(folder)).toEqual([]);
});
