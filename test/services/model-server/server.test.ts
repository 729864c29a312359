import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../core/package-root';
import { sha256Hex } from '../../../core/digests';
import { runProgram, startProgram, type Program } from '../support/program';

const graph = (name: string): string => join(packageRoot(), 'test/services/model-server/graphs', `${name}.onnx`);
const iris = join(packageRoot(), 'models/iris/iris.onnx');
const local = ['--host', '127.0.0.1', '--port', '0'];

const started: Program[] = [];
async function serve(model: string, name: string, ...args: string[]): Promise<Program> {
  const program = await startProgram('model-server', ['--model', model, '--name', name, ...local, ...args]);
  started.push(program);
  return program;
}
afterAll(() => Promise.all(started.map(({ end }) => end('SIGKILL'))));

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: {
    readonly error?: string;
    readonly outputs?: readonly { name: string; datatype: string; shape: number[]; data: unknown[] }[];
  };
}

async function call(url: string, body?: unknown, init: RequestInit = {}): Promise<Answer> {
  const posted = body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(url, { ...posted, headers: { 'content-type': 'application/json' }, ...init });
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith('{') ? (JSON.parse(text) as Answer['json']) : {} };
}

const measure = (name: string, value: number | number[], shape = [1, 1]): object => ({
  name,
  datatype: 'FP32',
  shape,
  data: Array.isArray(value) ? value : [value],
});
const setosa = [measure('sepal_length', 5.1), measure('sepal_width', 3.5), measure('petal_length', 1.4), measure('petal_width', 0.2)];

describe('iris', () => {
  let url: string;
  let infer: string;
  beforeAll(async () => {
    const sha256 = sha256Hex(readFileSync(iris));
    ({ url } = await serve(iris, 'iris', '--version', '1.2.3', '--sha256', sha256, '--max-batch', '3', '--max-body', '4096'));
    infer = `${url}/v2/models/iris/infer`;
  });

  test('tells what it is', async () => {
    expect((await call(`${url}/v2/health/live`)).text).toBe('{"live":true}');
    expect((await call(`${url}/v2/health/ready`)).text).toBe('{"ready":true}');
    expect((await call(`${url}/v2/models/iris/ready`)).text).toBe('{"name":"iris","ready":true}');
    expect((await call(`${url}/v2/models/iris/versions/1.2.3`)).json).toEqual({
      name: 'iris',
      versions: ['1.2.3'],
      platform: 'onnxruntime_onnx',
      inputs: ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'].map((name) => ({ name, datatype: 'FP32', shape: [-1, 1] })),
      outputs: [
        { name: 'species', datatype: 'BYTES', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 3] },
      ],
    });
  });

  test('answers one flower, and only the output that was asked for', async () => {
    const answer = await call(infer, { id: 'a1', inputs: setosa, outputs: [{ name: 'species' }] });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      model_name: 'iris',
      model_version: '1.2.3',
      id: 'a1',
      outputs: [{ name: 'species', datatype: 'BYTES', shape: [1], data: ['setosa'] }],
    });
  });

  test('answers rows, nested or flat', async () => {
    const nested = [
      { ...measure('sepal_length', 0, [2, 1]), data: [[5.1], [6.7]] },
      measure('sepal_width', [3.5, 3.0], [2, 1]),
      measure('petal_length', [1.4, 5.2], [2, 1]),
      measure('petal_width', [0.2, 2.3], [2, 1]),
    ];
    const { json } = await call(`${url}/v2/models/iris/versions/1.2.3/infer`, { inputs: nested });
    expect(json.outputs?.[0]?.data).toEqual(['setosa', 'virginica']);
    expect(json.outputs?.[1]?.shape).toEqual([2, 3]);
  });

  const one = (replacement: object): object => ({ inputs: [...setosa.slice(0, 3), replacement] });
  test.each([
    ['no JSON', '{', 'not JSON'],
    ['same key twice', '{"inputs":[],"inputs":[]}', 'same key twice'],
    ['not an object', [], 'must be an object'],
    ['no inputs', {}, '"inputs" must be an array'],
    ['missing input', { inputs: setosa.slice(1) }, 'input "sepal_length" is missing'],
    ['input twice', { inputs: [...setosa, setosa[0]] }, 'there twice'],
    ['unknown input', one(measure('petal', 1)), 'must have the name of an input: sepal_length'],
    ['inherited name', one(measure('toString', 1)), 'must have the name of an input'],
    ['other datatype', one({ ...measure('petal_width', 1), datatype: 'FP64' }), 'must have the datatype FP32'],
    ['shape of other rank', one(measure('petal_width', 1, [1])), 'has the shape [1], and the model takes [-1, 1]'],
    ['shape of other width', one(measure('petal_width', [1, 2], [1, 2])), 'has the shape [1, 2]'],
    ['shape of nothing', one(measure('petal_width', [], [0, 1])), 'is empty'],
    ['negative shape', one(measure('petal_width', 1, [-1, 1])), 'must have a shape like'],
    ['too many rows', one(measure('petal_width', [1, 2, 3, 4], [4, 1])), 'has 4 rows, and at most 3 are taken'],
    ['fewer elements', one(measure('petal_width', [1], [2, 1])), 'has 1 elements, and 2 by its shape'],
    ['more elements', one(measure('petal_width', [1, 2], [1, 1])), 'more than the 1 elements'],
    ['other rows', one(measure('petal_width', [1, 2], [2, 1])), 'different numbers of rows'],
    ['text for a number', one({ ...measure('petal_width', 1), data: ['1'] }), 'element 0 is not a value of FP32'],
    ['a number beyond float32', one(measure('petal_width', 1e39)), 'element 0 is not a value of FP32'],
    ['unknown output', { inputs: setosa, outputs: [{ name: 'colour' }] }, 'outputs[0] must have the name of an output: species'],
  ])('refuses %s', async (_, body, error) => {
    const answer = await call(infer, body);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toContain(error);
  });

  test('refuses what is not for it', async () => {
    expect((await call(`${url}/v2/models/rose`)).status).toBe(404);
    expect((await call(`${url}/v2/models/iris/versions/1.2.4/infer`, { inputs: setosa })).status).toBe(404);
    expect((await call(`${url}/v2/models/iris/infer`)).status).toBe(405);
    expect((await call(`${url}/v1/models/iris`)).status).toBe(404);
    expect((await call(`${url}/v2/models/%ff`)).status).toBe(400);
    expect((await call(infer, { inputs: setosa }, { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await call(infer, ' '.repeat(5000))).status).toBe(413);
  });

  test('counts', async () => {
    await call(infer, { inputs: setosa });
    const { text } = await call(`${url}/metrics`);
    expect(text).toMatch(/kea_model_requests_total\{status="200"\} [1-9]/);
    expect(text).toMatch(/kea_model_inference_seconds_bucket\{le="\+Inf"\} [1-9]/);
  });
});

test('every datatype comes back as it went in, 64-bit integers to the last digit', async () => {
  const { url } = await serve(graph('echo'), 'echo');
  const sent: { readonly [type: string]: readonly [datatype: string, data: string, back?: string] } = {
    bool: ['BOOL', '[true,false]'],
    uint8: ['UINT8', '[0,255]'],
    uint16: ['UINT16', '[0,65535]'],
    uint32: ['UINT32', '[0,4294967295]'],
    uint64: ['UINT64', '[0,18446744073709551615]'],
    int8: ['INT8', '[-128,127]'],
    int16: ['INT16', '[-32768,32767]'],
    int32: ['INT32', '[-2147483648,2147483647]'],
    int64: ['INT64', '[-9223372036854775808,9007199254740993]'],
    float16: ['FP16', '[0.5,-65504]'],
    float: ['FP32', '[0.1,-3.5]', '[0.10000000149011612,-3.5]'],
    double: ['FP64', '[0.1,-1e+300]'],
    string: ['BYTES', '["über 🚗","\\"\\\\n"]'],
  };
  const inputs = Object.entries(sent).map(
    ([type, [datatype, data]]) => `{"name":"in_${type}","datatype":"${datatype}","shape":[2],"data":${data}}`,
  );
  const { status, text } = await call(`${url}/v2/models/echo/infer`, `{"inputs":[${inputs.join(',')}]}`);
  expect([status, text]).toEqual([200, expect.any(String)]);
  for (const [type, [datatype, data, back]] of Object.entries(sent)) {
    expect(text).toContain(`{"name":"out_${type}","datatype":"${datatype}","shape":[2],"data":${back ?? data}}`);
  }
  for (const [type, data] of [
    ['int64', '[9223372036854775808,0]'],
    ['int64', '[1.5,0]'],
    ['uint64', '[-1,0]'],
    ['bool', '[1,0]'],
    ['int8', '[128,0]'],
    ['string', '[1,2]'],
  ]) {
    const body = inputs.map((input) => (input.includes(`"in_${type}"`) ? input.replace(/"data":.*/, `"data":${data}}`) : input));
    const answer = await call(`${url}/v2/models/echo/infer`, `{"inputs":[${body.join(',')}]}`);
    expect([answer.status, answer.json.error]).toEqual([400, expect.stringContaining('element 0 is not a value of')]);
  }
});

test('an answer that JSON cannot say is the model failing, and the server goes on', async () => {
  const { url } = await serve(graph('divide'), 'divide');
  const row = (name: string, data: number[]): object => ({ name, datatype: 'FP32', shape: [1, 2], data });
  const broken = await call(`${url}/v2/models/divide/infer`, { inputs: [row('a', [1, 2]), row('b', [0, 4])] });
  expect([broken.status, broken.json.error]).toEqual([500, 'output "c" holds a number that is not finite']);
  const fine = await call(`${url}/v2/models/divide/infer`, { inputs: [row('a', [1, 2]), row('b', [1, 4])] });
  expect(fine.json.outputs?.[0]?.data).toEqual([1, 0.5]);
});

test('more callers than may wait are refused at once; SIGTERM answers those in flight, then ends', async () => {
  const program = await serve(graph('slow'), 'slow', '--queue', '1');
  const body = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [0] }] };
  const calls = Array.from({ length: 8 }, () => call(`${program.url}/v2/models/slow/infer`, body));
  // Health is answered while the model computes.
  expect((await call(`${program.url}/v2/health/live`)).status).toBe(200);
  const statuses = (await Promise.all(calls)).map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 200, 503, 503, 503, 503, 503, 503]);
  const [first, second] = [call(`${program.url}/v2/models/slow/infer`, body), call(`${program.url}/v2/models/slow/infer`, body)];
  // One waiting means that both were read.
  while (!(await call(`${program.url}/metrics`)).text.includes('kea_model_queue 1')) await new Promise((resolve) => setTimeout(resolve, 1));
  const ended = program.end();
  expect([(await first).status, (await second).status]).toEqual([200, 200]);
  expect((await ended).code).toBe(0);
});

test.each([
  ['is no model', join(packageRoot(), 'package.json'), [], 'package.json is not a model that ONNX Runtime can load'],
  ['is not there', '/nowhere/model.onnx', [], '/nowhere/model.onnx cannot be read: ENOENT'],
  ['has another digest', iris, ['--sha256', '0'.repeat(64)], 'has sha256 '],
])('a file that %s ends the start with one line and exit code 2', async (_, model, args, line) => {
  const { code, stderr } = await runProgram('model-server', ['--model', model, '--name', 'x', ...local, ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(line);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
