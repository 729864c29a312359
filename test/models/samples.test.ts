import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { digestPath } from '../../core/digests';
import { checkExamples } from '../../services/example-check/check';
import { startProgram, type Program } from '../services/support/program';
import { checksOf, modelFolder, samplesOf, type Metadata, type Sample } from './samples';

const programs: Program[] = [];
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(programs.map(({ end }) => end('SIGKILL')));
});

const tensors: readonly Sample[] = [...samplesOf('risk/credit-score', 'v1.yaml'), ...samplesOf('text/text-sentiment', 'model.yaml')];

async function serve(graph: string, model: string, version: string): Promise<{ url: string; metadata: Metadata }> {
  const program = await startProgram('model-server', [
    ...['--model', graph, '--name', model, '--version', version, '--host', '127.0.0.1', '--port', '0'],
  ]);
  programs.push(program);
  const metadata = (await (await fetch(`${program.url}/v2/models/${model}`)).json()) as Metadata;
  return { url: program.url, metadata };
}

test.each(tensors.map((sample) => [sample.model, sample.version, sample] as const))('%s %s answers its examples', async (model, version, sample) => {
  const { url, metadata } = await serve(sample.graph ?? '', model, version);
  const checks = checksOf(sample, metadata);
  const results = await checkExamples({ baseUrl: url, version: checks.versions[version]!, methods: checks.methods, schemas: checks.schemas });
  expect(results.length).toBeGreaterThanOrEqual(2);
  for (const result of results) expect(result).toMatchObject({ ok: true });
});

test('student-grades answers its examples, run as its file says', async () => {
  const [sample] = samplesOf('education/student-grades', 'model.yaml');
  const [command, ...args] = sample?.local?.command ?? [];
  expect(command).toBe('node');
  const child = spawn(process.execPath, args, {
    cwd: sample?.folder ?? '',
    env: { PORT: '0', HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { listening } = JSON.parse(line) as { listening: { port: number } };
  const checks = checksOf(sample!);
  const results = await checkExamples({
    baseUrl: `http://127.0.0.1:${listening.port}`,
    version: checks.versions['1.0.0']!,
    methods: checks.methods,
    schemas: checks.schemas,
  });
  expect(results.map(({ method, ok }) => [method, ok])).toEqual([
    ['read', true],
    ['write', true],
  ]);
});

test('iris has named tensors of a fixed width, so that a contract can be derived from it', async () => {
  const { url, metadata } = await serve(modelFolder('iris/iris.onnx'), 'iris', '1.0.0');
  expect(metadata.inputs.map(({ name, shape }) => [name, shape])).toEqual([
    ['sepal_length', [-1, 1]],
    ['sepal_width', [-1, 1]],
    ['petal_length', [-1, 1]],
    ['petal_width', [-1, 1]],
  ]);
  const flowers = { sepal_length: [5.1, 5.9, 6.7], sepal_width: [3.5, 2.8, 3.0], petal_length: [1.4, 4.2, 5.2], petal_width: [0.2, 1.3, 2.3] };
  const inputs = Object.entries(flowers).map(([name, data]) => ({ name, datatype: 'FP32', shape: [3, 1], data }));
  const response = await fetch(`${url}/v2/models/iris/infer`, { method: 'POST', body: JSON.stringify({ inputs }), headers: { 'content-type': 'application/json' } });
  const { outputs } = (await response.json()) as { outputs: { data: unknown[] }[] };
  expect(outputs[0]?.data).toEqual(['setosa', 'versicolor', 'virginica']);
});

test.each([...tensors.map(({ graph, sha256 }) => [graph ?? '', sha256]), [modelFolder('iris/iris.onnx'), undefined]])(
  '%s is small, and what its file says',
  (graph, sha256) => {
    expect(statSync(graph ?? '').size).toBeLessThan(300_000);
    if (sha256 !== undefined) expect(digestPath(graph ?? '').sha256).toBe(sha256);
  },
);
