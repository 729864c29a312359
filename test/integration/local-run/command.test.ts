import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../../../core/package-root';
import { portPair, sampleProject } from '../../support/local';
import type { AddressInfo } from 'node:net';
import type { RunState } from '../../../cli/run/state';

const KEA = join(packageRoot(), 'dist/cli/bin.js');
let root: string;
let port: number;
const started: ChildProcess[] = [];

beforeEach(async () => {
  root = sampleProject();
  port = await portPair();
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
  rmSync(root, { recursive: true, force: true });
}, 30_000);

interface Run {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly until: (words: string) => Promise<void>;
  readonly exit: Promise<number | null>;
}

function kea(...args: readonly string[]): Run {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
  const child = spawn(process.execPath, [KEA, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const until = async (words: string): Promise<void> => {
    let ended = false;
    void exit.then(() => (ended = true));
    while (!said.includes(words)) {
      if (ended) throw new Error(`it ended without "${words}": ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, said: () => said, until, exit };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pids: readonly number[]): Promise<boolean> {
  const deadline = Date.now() + 10_000;
  while (pids.some(alive) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  return !pids.some(alive);
}

function state(): RunState {
  return JSON.parse(readFileSync(join(root, '.kea/run.json'), 'utf8')) as RunState;
}

test('the curl that is printed works as it is, and Ctrl-C ends everything with 0', async () => {
  const run = kea('run', '--port', String(port));
  await run.until('Ctrl-C ends everything');
  const curl = /^ {2}curl[\s\S]*?'$/m.exec(run.said())?.[0] ?? '';
  // In a checkout `npx` finds kea in node_modules/.bin; here the same program is named by its path.
  const command = curl.replace('npx --no-install kea', `'${process.execPath}' '${KEA}'`);
  const answer = execFileSync('bash', ['-c', command], { cwd: root, env: { ...process.env, NODE_OPTIONS: '' }, encoding: 'utf8' });
  expect(JSON.parse(answer)).toEqual({ score: expect.closeTo(0.84, 1) as number });

  const tried = execFileSync(process.execPath, [KEA, 'try', 'iris', 'predict', '--output', 'json'], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '' },
    encoding: 'utf8',
  });
  expect(tried).toContain('setosa');

  const pids = state().children.map(({ pid }) => pid);
  run.child.kill('SIGINT');
  expect(await run.exit).toBe(0);
  expect(await gone(pids)).toBe(true);
}, 60_000);

test('killed without warning, it leaves nothing that serves, and the next start works', async () => {
  const first = kea('run', '--port', String(port));
  await first.until('Ctrl-C ends everything');
  const pids = state().children.map(({ pid }) => pid);
  first.child.kill('SIGKILL');
  await first.exit;
  expect(await gone(pids)).toBe(true);
  const second = kea('run', '--port', String(port));
  await second.until('Ctrl-C ends everything');
  second.child.kill('SIGTERM');
  expect(await second.exit).toBe(0);
}, 90_000);

test('a port in use ends the call with 2 and names who holds it', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const run = kea('run', '--port', String((server.address() as AddressInfo).port));
    expect(await run.exit).toBe(2);
    expect(run.said()).toContain('KEA4001');
  } finally {
    server.close();
  }
}, 30_000);

test('a model that is wrong everywhere is told and left out; with nothing right the start ends with 1', async () => {
  writeFileSync(join(root, 'models/iris/model.yaml'), 'artifact: no-such-file.onnx\nownr: me\n');
  const run = kea('run', '--port', String(port));
  await run.until('Ctrl-C ends everything');
  expect(run.said()).toContain('models/iris/model.yaml');
  expect(run.said()).toContain('3 models');
  run.child.kill('SIGTERM');
  expect(await run.exit).toBe(0);

  for (const folder of ['education', 'risk', 'text']) rmSync(join(root, 'models', folder), { recursive: true });
  const nothing = kea('run', '--port', String(port));
  expect(await nothing.exit).toBe(1);
  expect(nothing.said()).not.toContain('    at ');
}, 60_000);

test('without Envoy one message says how to get it', async () => {
  const env = { ...process.env, NODE_OPTIONS: '', KEA_ENVOY: '/no/such/envoy' };
  const child = spawn(process.execPath, [KEA, 'run', '--port', String(port)], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, said.includes('KEA4003'), said.includes('/no/such/envoy')]).toEqual([2, true, true]);
}, 30_000);

test('token and try without a running platform say how to start it', async () => {
  const token = kea('token');
  expect(await token.exit).toBe(2);
  expect(token.said()).toContain('npm start');
}, 30_000);
