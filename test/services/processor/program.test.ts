import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleIndex } from '../../../core/contract/bundle';
import { encodePart, indexDigest, packText, partDigest } from '../../../core/contract/bundle-codec';
import { digestOf } from '../../../core/digests';
import { packageRoot } from '../../../core/package-root';
import { readChain } from '../../../services/audit/chain';
import type { FromWorker, ToWorker } from '../../../services/processor/messages';
import { json, StandInInner } from '../../support/stand-in-inner';
import { until } from '../../support/until';
import { makePart } from '../../support/worker-fixture';

// The compiled program, as the supervisor forks it.
const PROGRAM = join(packageRoot(), 'dist/services/processor/worker/main.js');
const part = makePart({ contract: { audit: { level: 'durable', payload: 'none' } } });
const digest = partDigest(part);

let folder: string;
let inner: StandInInner;
let children: ChildProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kp-'));
  inner = await StandInInner.start(join(folder, 'inner.sock'));
  writeFileSync(join(folder, 'part.gz'), encodePart(part));
  writeFileSync(join(folder, 'openapi.gz'), packText('{}'));
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      bundleFolder: folder,
      socketFolder: folder,
      workers: 1,
      management: { host: '127.0.0.1', port: 0 },
      envoyAdmin: 'http://127.0.0.1:1',
      audit: { folder: join(folder, 'audit'), writer: 'w' },
      cache: { kind: 'none' },
      maxBufferedBytes: 1e7,
    }),
  );
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await inner.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly heard: FromWorker[];
  readonly exit: Promise<number | null>;
  send(message: ToWorker): void;
}

function start(): Started {
  const child = fork(PROGRAM, ['--config', join(folder, 'config.json'), '--index', '0'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  children.push(child);
  const heard: FromWorker[] = [];
  child.on('message', (message: FromWorker) => heard.push(message));
  return { child, heard, exit: once(child, 'exit').then(([code]) => code as number | null), send: (message) => void child.send(message) };
}

const load = (): ToWorker => {
  const body = {
    format: 1 as const,
    stack: 't',
    parts: [{ name: 'credit-score-v1', digest }],
    platformRoutes: [],
    platformClusters: [],
    openapi: digestOf({}),
  };
  const index: BundleIndex = { ...body, digest: indexDigest(body) };
  return {
    type: 'load',
    index,
    files: [{ name: 'credit-score-v1', digest, file: join(folder, 'part.gz') }],
    openapi: join(folder, 'openapi.gz'),
  };
};

function call(): Promise<{ status: number; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath: join(folder, 'worker-0.sock'),
        method: 'POST',
        path: '/models/credit-score/v1/score',
        headers: {
          'content-type': 'application/json',
          'x-kea-route': 'credit-score/v1/score',
          'x-kea-part': digest,
          'x-kea-subject': 'ada',
          'x-kea-issuer': 'i',
        },
      },
      (response) => {
        response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, connection: response.headers.connection }));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end('{"income":1,"age":1,"amount":1}');
  });
}

test('takes calls only once it knows a bundle, on a socket for the group, and reports', async () => {
  const worker = start();
  worker.send(load());
  await until(() => worker.heard.some((message) => message.type === 'loaded'));
  expect(worker.heard.slice(0, 2).map((message) => message.type)).toEqual(['listening', 'loaded']);
  expect(statSync(join(folder, 'worker-0.sock')).mode & 0o777).toBe(0o660);
  expect((await call()).status).toBe(200);
  await until(() =>
    worker.heard.some(
      (message) =>
        message.type === 'metrics' &&
        message.values['kea_calls_total{model="credit-score",contract="v1",version="1.4.0",outcome="answered"}'] === 1,
    ),
  );
});

test('drain: no new connections, the call in flight is finished, records are written, exit 0', async () => {
  const worker = start();
  worker.send(load());
  await until(() => worker.heard.some((message) => message.type === 'loaded'));
  let release: (() => void) | undefined;
  inner.answer = (_call, response) => {
    release = () => json(response, 200, { score: 0.5 });
  };
  const inFlight = call();
  await until(() => release !== undefined);
  worker.send({ type: 'drain' });
  await until(() =>
    call().then(
      () => false,
      () => true,
    ),
  );
  release?.();
  expect((await inFlight).status).toBe(200);
  expect(await worker.exit).toBe(0);
  expect(worker.heard.at(-1)).toMatchObject({ type: 'metrics' });
  expect(existsSync(join(folder, 'worker-0.sock'))).toBe(false);
});

test('kill -9: the next life takes the same socket, and every answered call is in the chain', async () => {
  const first = start();
  first.send(load());
  await until(() => first.heard.some((message) => message.type === 'loaded'));
  let answered = 0;
  for (let round = 0; round < 20; round++)
    answered += (await Promise.all([call(), call(), call()])).filter((reply) => reply.status === 200).length;
  first.child.kill('SIGKILL');
  await first.exit;
  const second = start();
  second.send(load());
  await until(() => second.heard.some((message) => message.type === 'loaded'));
  expect((await call()).status).toBe(200);
  const files = readdirSync(join(folder, 'audit')).sort();
  expect(files).toHaveLength(2);
  const [before, after] = files.map((file) => readChain(readFileSync(join(folder, 'audit', file), 'utf8')));
  expect(before).toMatchObject({ ok: true, records: answered });
  expect(after).toMatchObject({ ok: true, records: 1 });
});

test('a worker whose supervisor is gone serves on until another socket takes the place of its own', async () => {
  const worker = start();
  worker.send(load());
  await until(() => worker.heard.some((message) => message.type === 'loaded'));
  worker.child.disconnect();
  expect((await call()).status).toBe(200);
  const successor = start();
  successor.send(load());
  await until(() => successor.heard.some((message) => message.type === 'loaded'));
  expect(await worker.exit).toBe(0);
  expect((await call()).status).toBe(200);
}, 15_000);

test('without a configuration it says what it needs and ends with 1', async () => {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  expect(JSON.parse(stderr.trim())).toMatchObject({ level: 'error', message: 'the worker could not start' });
});

test('an event loop that stands still ends the process', async () => {
  const script = `require(${JSON.stringify(join(packageRoot(), 'dist/services/shared/watchdog.js'))}).guardEventLoop(200);
    setTimeout(() => { for (;;); }, 500);`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [, signal] = (await once(child, 'close')) as [number | null, string];
  expect(signal).toBe('SIGKILL');
  expect(stderr).toContain('the event loop stands still');
});
