import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ChecksFile, type ExampleChecks } from '../../../core/contract/example-checks';
import { checksOf, samplesOf } from '../../models/samples';
import { runProgram, startProgram, type Program } from '../support/program';

const sample = samplesOf('risk/credit-score', 'v1.yaml')[0]!;
const metadata = {
  inputs: [{ name: 'X', datatype: 'FP32', shape: [-1, 3] }],
  outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2] }],
} as const;
const checks = checksOf(sample, metadata);

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kea-checks-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const programs: Program[] = [];
afterAll(() => Promise.all(programs.map(({ end }) => end('SIGKILL'))));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function model(port: number, graph = sample.graph!): Promise<Program> {
  const program = await startProgram('model-server', [
    ...['--model', graph, '--name', sample.model, '--version', sample.version, '--host', '127.0.0.1', '--port', String(port)],
  ]);
  programs.push(program);
  return program;
}

async function sidecar(port: number, version = sample.version): Promise<Program> {
  const args = [`--checks=${folder}`, `--base-url=http://127.0.0.1:${port}`, `--version=${version}`, '--port=0', '--host=127.0.0.1'];
  const program = await startProgram('example-check', args);
  programs.push(program);
  return program;
}

function write(what: ExampleChecks): void {
  writeFileSync(join(folder, ChecksFile.plain), JSON.stringify(what));
}

async function ready(program: Program): Promise<{ readonly status: number; readonly reason?: string }> {
  const response = await fetch(`${program.url}/ready`);
  return { status: response.status, ...((await response.json()) as { reason?: string }) };
}

/** Asks until the answer suits, as a kubelet would. */
async function until(program: Program, suits: (answer: { readonly status: number; readonly reason?: string }) => boolean): Promise<void> {
  for (;;) {
    if (suits(await ready(program))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a pod is ready only while its server is there, and again after its examples were answered anew', async () => {
  write(checks);
  const port = await freePort();
  const check = await sidecar(port);
  await until(check, ({ status, reason }) => status === 503 && reason === 'the model server cannot be reached');
  expect((await fetch(`${check.url}/live`)).status).toBe(200);
  const first = await model(port);
  await until(check, ({ status }) => status === 200);
  await first.end('SIGKILL');
  expect(await ready(check)).toEqual({ status: 503, ready: false, reason: 'the model server cannot be reached' });
  await model(port);
  await until(check, ({ status }) => status === 200);
  expect((await check.end()).code).toBe(0);
});

test('a model that answers otherwise never turns ready, and the reason says where', async () => {
  const method = checks.methods[0]!;
  const example = { name: 'typical', request: { income: 52000, age: 41, amount: 9000 }, response: { score: 0.1 }, tolerance: 0.01 };
  write({ ...checks, methods: [{ ...method, examples: [example] }] });
  const port = await freePort();
  const [check] = await Promise.all([sidecar(port), model(port)]);
  await until(check, ({ reason }) => reason?.startsWith('score/typical: /score is 0.83') ?? false);
  expect((await ready(check)).status).toBe(503);
});

test('an answer outside the response schema is not good enough', async () => {
  const method = checks.methods[0]!;
  const narrow = { type: 'object', properties: { score: { type: 'number', maximum: 0.5 } } };
  write({ ...checks, methods: [method], schemas: { ...checks.schemas, [method.responseSchema]: narrow } });
  const port = await freePort();
  const [check] = await Promise.all([sidecar(port), model(port)]);
  await until(check, ({ reason }) => reason?.includes('does not fit the response schema: /score must be <= 0.5') ?? false);
});

test('checks too large for one ConfigMap come in shards', async () => {
  const packed = gzipSync(JSON.stringify(checks));
  const half = Math.ceil(packed.length / 2);
  writeFileSync(join(folder, ChecksFile.shard(0)), packed.subarray(0, half));
  writeFileSync(join(folder, ChecksFile.shard(1)), packed.subarray(half));
  const port = await freePort();
  const [check] = await Promise.all([sidecar(port), model(port)]);
  await until(check, ({ status }) => status === 200);
});

test('without checks it ends with one line', async () => {
  const { code, stderr } = await runProgram('example-check', [`--checks=${folder}`, '--base-url=http://x', '--version=1.0.0', '--port=0']);
  expect([code, stderr]).toEqual([2, `example-check: ${folder} holds neither checks.json nor checks.json.gz.0\n`]);
});
