import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Datatype } from '../../../core/contract/bundle';
import type { JsonObject } from '../../../core/json';
import { packageRoot } from '../../../core/package-root';
import { method, model, version } from '../../constructs/gateway/platform';
import { freePorts, until } from '../../support/envoy';
import { LiveGateway } from '../envoy/gateway';

// The clients that people have, as they come from their registry, and the model server that many run: Triton's client, OpenAI's, MLServer.

const here = join(packageRoot(), 'test/integration/clients');
const python = process.env['KEA_CLIENTS'] ?? '';
const gateway = new LiveGateway('real', languageModel, { kind: 'memory', maxBytes: 1 << 20 });
let mlserver: ChildProcess;
let token: string;

const types: { readonly [tensor: string]: Datatype } = {
  i64: 'INT64',
  u64: 'UINT64',
  i8: 'INT8',
  f32: 'FP32',
  f64: 'FP64',
  flag: 'BOOL',
  text: 'BYTES',
};
const element = (datatype: Datatype): JsonObject =>
  datatype === 'BOOL'
    ? { type: 'boolean' }
    : datatype === 'BYTES'
      ? { type: 'string' }
      : { type: datatype.startsWith('FP') ? 'number' : 'integer' };
const row = (items: JsonObject): JsonObject => ({ type: 'array', items: { type: 'array', minItems: 2, maxItems: 2, items } });

/** A model that takes these tensors and answers them again. */
function echo(name: string, tensors: typeof types): ReturnType<typeof model> {
  const list = Object.entries(tensors);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(list.map(([tensor, datatype]) => [tensor, row(element(datatype))])),
    required: Object.keys(tensors),
    additionalProperties: false,
  };
  return model(name, {
    versions: [version('1.0.0', { framework: 'sklearn' })],
    fronts: { infer: 'echo' },
    grpc: true,
    methods: [
      method(name, 'echo', {
        request: schema,
        response: schema,
        responseCheck: 'enforce',
        call: {
          kind: 'tensors',
          inputs: list.map(([tensor, datatype]) => ({ tensor, datatype, shape: [-1, 2], fields: [tensor] })),
          outputs: list.map(([tensor, datatype]) => ({ tensor, datatype, shape: [-1, 2], field: tensor })),
        },
      }),
    ],
  });
}

const message = {
  type: 'object',
  properties: { role: { type: 'string' }, content: { type: 'string', maxLength: 200_000 } },
  required: ['role', 'content'],
};
const openAi = (operation: 'chat.completions' | 'completions' | 'embeddings', request: object): object => ({
  call: { kind: 'openai', operation },
  request: { type: 'object', ...request },
  response: { type: 'object' },
});
const chat = openAi('chat.completions', {
  properties: {
    messages: { type: 'array', maxItems: 10, items: message },
    stream: { type: 'boolean' },
    stream_options: { type: 'object' },
  },
  required: ['messages'],
  additionalProperties: false,
});
const writer = model('writer', {
  versions: [version('1.0.0', { framework: 'vllm' })],
  methods: [
    method('writer', 'talk', chat),
    method('writer', 'complete', openAi('completions', { properties: { prompt: { type: 'string' } }, required: ['prompt'] })),
    method('writer', 'embed', openAi('embeddings', { properties: { input: {} }, required: ['input'] })),
  ],
  fronts: { chat: 'talk', completions: 'complete', embeddings: 'embed' },
});
const few = model('few', {
  versions: [version('1.0.0', { framework: 'vllm' })],
  methods: [method('few', 'talk', { ...chat, rateLimit: { requests: 1, per: 'hour', by: 'subject' } })],
  fronts: { chat: 'talk' },
});

/** A stand-in for a language model behind the OpenAI API. */
function languageModel(request: IncomingMessage, response: ServerResponse): void {
  let text = '';
  request.on('data', (chunk: Buffer) => (text += chunk.toString()));
  request.on('end', () => {
    const body = JSON.parse(text) as {
      stream?: boolean;
      model: string;
      input?: string | string[];
      encoding_format?: string;
      stream_options?: { include_usage?: boolean };
    };
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const base = { id: 'x', created: 1, model: body.model };
    if (body.stream === true) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const event = (more: object): boolean =>
        response.write(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...more })}\n\n`);
      for (const content of ['Hel', 'lo']) event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
      if (body.stream_options?.include_usage === true) event({ choices: [], usage });
      return response.end('data: [DONE]\n\n');
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    const answer = (more: object): ServerResponse => response.end(JSON.stringify({ ...base, usage, ...more }));
    if (request.url?.endsWith('/chat/completions') === true)
      return answer({
        object: 'chat.completion',
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello' } }],
      });
    if (request.url?.endsWith('/completions') === true)
      return answer({ object: 'text_completion', choices: [{ index: 0, finish_reason: 'stop', text: 'Hello' }] });
    const vector = new Float32Array([0.5, -0.25]);
    const embedding = body.encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return answer({ object: 'list', data: [body.input].flat().map((_, index) => ({ object: 'embedding', index, embedding })) });
  });
}

async function startMlserver(): Promise<{ http: number; grpc: number }> {
  const [http = 0, grpc = 0, metrics = 0] = await freePorts(3);
  const folder = join(gateway.folder, 'mlserver');
  for (const name of ['echo', 'half']) {
    mkdirSync(join(folder, name), { recursive: true });
    copyFileSync(join(here, 'echo_runtime.py'), join(folder, name, 'echo_runtime.py'));
    writeFileSync(join(folder, name, 'model-settings.json'), JSON.stringify({ name, implementation: 'echo_runtime.Echo' }));
  }
  const settings = { http_port: http, grpc_port: grpc, metrics_port: metrics, host: '127.0.0.1', parallel_workers: 0, debug: false };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  let log = '';
  mlserver = spawn(python, ['-c', 'from mlserver.cli import main; main()', 'start', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
  });
  for (const stream of [mlserver.stdout, mlserver.stderr]) stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ready = async (): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${http}/v2/models/half/ready`).catch(() => undefined))?.ok === true;
  await until(ready, 'MLServer is ready', 90_000).catch((error: Error) => Promise.reject(new Error(`${error.message}\n${log}`)));
  return { http, grpc };
}

beforeAll(async () => {
  await gateway.start([echo('echo', types), echo('half', { f16: 'FP16' }), writer, few]);
  const { http, grpc } = await startMlserver();
  const at = (port: number): { address: string; port: number }[] => [{ address: '127.0.0.1', port }];
  gateway.writeEndpoints({
    ...Object.fromEntries(
      ['echo-v1-0-0', 'half-v1-0-0'].flatMap((name) => [
        [name, at(http)],
        [`${name}-grpc`, at(grpc)],
      ]),
    ),
    ...Object.fromEntries(['writer-v1-0-0', 'few-v1-0-0'].map((name) => [name, at(gateway.modelPort)])),
  });
  token = gateway.tokens.token({
    roles: ['echo:echo', 'echo:pin', 'half:echo', 'writer:talk', 'writer:complete', 'writer:embed', 'writer:pin', 'few:talk'],
  });
}, 180_000);
afterAll(async () => {
  mlserver?.kill('SIGTERM');
  await gateway.stop();
});

async function run(script: string, ...args: readonly string[]): Promise<{ readonly [what: string]: unknown }> {
  const env = { ...process.env, TOKEN: token };
  const { stdout } = await promisify(execFile)(python, [join(here, script), ...args], { env, timeout: 60_000 });
  return JSON.parse(stdout) as { readonly [what: string]: unknown };
}

const exact = {
  i64: ['9007199254740993', '-9223372036854775808'],
  u64: ['18446744073709551615', '9007199254740993'],
  i8: ['-128', '127'],
  f32: ['0.10000000149011612', '-3.4028234663852886e+38'],
  f64: ['0.1', '5e-324'],
  flag: ['True', 'False'],
  text: ['häuser 🏠', ''],
};

test('Triton’s client and MLServer understand each other through the gateway, to the last bit', async () => {
  const seen = await run('oip.py', `127.0.0.1:${gateway.edgePort}`, 'echo', 'v1');
  expect(seen).toMatchObject({
    ...{ json: exact, binary: exact, grpc: exact, halves: { f16: ['0.0999755859375', '65504.0'] } },
    // Each answer is the array that was sent, bit by bit, in its own type.
    'json exact': ['i64', 'u64', 'i8', 'f32', 'f64', 'flag'],
    'binary exact': ['i64', 'u64', 'i8', 'f32', 'f64', 'flag'],
    'halves exact': ['f16'],
    ...{ live: true, ready: true, 'model ready': true, 'grpc ready': true, version: '1.0.0', bare: exact.i64 },
    server: { name: 'kea', extensions: ['binary_tensor_data'] },
    metadata: {
      name: 'echo',
      versions: ['1.0.0'],
      inputs: Object.entries(types).map(([name, datatype]) => ({ name, datatype, shape: [-1, 2] })),
    },
    compressed: '415: the body must be application/json in UTF-8',
    'no token': '401: A valid token is needed',
    'other model': '404: There is no such method or version',
    'too large': '413: the method takes bodies up to 65536 bytes',
    missing: '422: /i64 is required',
    'broken text': '422: /inputs/6 a text is not valid UTF-8',
    bfloat: '422: /inputs/0/datatype is none of BOOL UINT8 UINT16 UINT32 UINT64 INT8 INT16 INT32 INT64 FP16 FP32 FP64 BYTES',
    'grpc no token': expect.stringMatching(/^StatusCode.UNAUTHENTICATED: .*A valid token is needed/) as string,
  });
}, 90_000);

test('OpenAI’s client gets what it expects, and errors as its own classes, whoever refused', async () => {
  const url = `http://127.0.0.1:${gateway.edgePort}/models`;
  const seen = await run('chat.py', `${url}/writer/v1/openai/v1`, `${url}/few/v1/openai/v1`);
  const refused = (kind: string, status: number, code: string, text: string, pointer: string | null = null): unknown[] => [
    ...[kind, status, code, code, pointer],
    text,
  ];
  expect(seen).toEqual({
    ...{ models: ['writer'], model: 'writer', chat: ['Hello', 3], stream: ['Hel', 'lo'], 'stream usage': [3] },
    ...{ completions: 'Hello', embeddings: [0.5, -0.25], 'embeddings of a list': 2 },
    'other model': refused('UnprocessableEntityError', 422, 'invalid-request', '/model the model must be that of the path', '/model'),
    'beyond the schema': refused(
      'UnprocessableEntityError',
      422,
      'invalid-request',
      '/messages must NOT have more than 10 items',
      '/messages',
    ),
    'too large': refused('APIStatusError', 413, 'body-too-large', 'the method takes bodies up to 65536 bytes'),
    version: refused('NotFoundError', 404, 'not-found', 'there is no such version of this contract'),
    'too many': refused('RateLimitError', 429, 'too-many-requests', 'The limit of requests is used up'),
    // These the edge answers itself.
    'unknown path': refused('NotFoundError', 404, 'not-found', 'There is no such method or version'),
    'no token': refused('AuthenticationError', 401, 'unauthenticated', 'A valid token is needed'),
    forbidden: refused(
      'PermissionDeniedError',
      403,
      'forbidden',
      'The caller may not call this; kea sso doctor says for a token what it lacks',
    ),
  });
}, 90_000);
