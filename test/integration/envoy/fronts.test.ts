import type { IncomingMessage, ServerResponse } from 'node:http';
import { method, model, version } from '../../constructs/gateway/platform';
import { LiveGateway } from './gateway';

/** A stand-in for a tensor server and for a language model: doubles X, counts what it was asked. */
const asked: { readonly path: string; readonly body: string }[] = [];
function answer(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    asked.push({ path: request.url ?? '', body });
    const json = JSON.parse(body) as { inputs: { data: number[]; shape: number[] }[]; stream?: boolean; model?: string };
    if (request.url?.startsWith('/v1/')) {
      if (json.stream === true) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const word of ['Hel', 'lo']) response.write(`data: {"choices":[{"delta":{"content":"${word}"}}]}\n\n`);
        return response.end('data: [DONE]\n\n');
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ object: 'chat.completion', model: json.model, choices: [{ message: { content: 'Hello' } }] }));
    }
    const [x] = json.inputs;
    const data = x?.data.map((each) => each * 2) ?? [];
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(
      JSON.stringify({
        outputs: [
          { name: 'Y', datatype: 'FP32', shape: x?.shape, data },
          { name: 'N', datatype: 'INT64', shape: [x?.shape[0] ?? 1], data: Array(x?.shape[0] ?? 1).fill(7) },
        ],
      }),
    );
  });
}

const gateway = new LiveGateway('real', answer, { kind: 'memory', maxBytes: 1 << 20 });
const call = {
  kind: 'tensors',
  inputs: [{ tensor: 'X', datatype: 'FP32', shape: [-1, 2], fields: ['a', 'b'] }],
  outputs: [
    { field: 'y', tensor: 'Y', datatype: 'FP32', shape: [-1, 2] },
    { field: 'n', tensor: 'N', datatype: 'INT64', shape: [-1] },
  ],
} as const;
const number = { type: 'number', maximum: 100 };
const request = { type: 'object', properties: { a: number, b: number }, required: ['a', 'b'], additionalProperties: false };
const response = { type: 'object', properties: { y: { type: 'array', items: { type: 'number' } }, n: { type: 'integer' } } };
const message = {
  type: 'object',
  properties: { role: { type: 'string' }, content: { type: 'string', maxLength: 100 } },
  required: ['role', 'content'],
};
const chatRequest = {
  type: 'object',
  properties: { messages: { type: 'array', maxItems: 10, items: message }, stream: { type: 'boolean' } },
  required: ['messages'],
  additionalProperties: false,
};
const contract = {
  versions: [version('1.0.0', { framework: 'triton' }), version('1.1.0', { framework: 'triton' })],
  routing: { weights: { '1.0.0': 100, '1.1.0': 0 }, sticky: 'principal', match: [], shadow: {} } as const,
  methods: [
    method('credit', 'score', {
      call,
      request,
      response,
      responseCheck: 'enforce',
      cache: { scope: 'shared', ttlSeconds: 60 },
      rateLimit: { requests: 1000, per: 'hour', by: 'subject' },
    }),
  ],
  fronts: { infer: 'score' },
};
const credit = model('credit', contract);
const v2 = {
  ...credit.contracts[0]!,
  contract: 'v2',
  versions: [version('2.0.0', { framework: 'triton' })],
  routing: { ...contract.routing, weights: { '2.0.0': 100 } },
};
const writer = model('writer', {
  versions: [version('1.0.0', { framework: 'vllm' })],
  methods: [
    method('writer', 'talk', {
      call: { kind: 'openai', operation: 'chat.completions' },
      request: chatRequest,
      response: { type: 'object' },
    }),
  ],
  fronts: { chat: 'talk' },
});
let token: string;
let pins: string;
const base = '/models/credit/v1/v2';
const infer = (
  body: object,
  path = `${base}/models/credit/infer`,
  options: { readonly token?: string; readonly headers?: { readonly [name: string]: string } } = {},
) => gateway.call('POST', path, { token, ...options, body: JSON.stringify(body) });
const tensor = (data: unknown, more: object = {}): object => ({ inputs: [{ name: 'X', shape: [1, 2], datatype: 'FP32', data, ...more }] });

beforeAll(async () => {
  await gateway.start([{ ...credit, contracts: [credit.contracts[0]!, v2] }, writer, model('plain')]);
  token = gateway.tokens.token({ roles: ['credit:score', 'writer:talk'] });
  pins = gateway.tokens.token({ roles: ['credit:score', 'credit:pin'] });
}, 40_000);
afterAll(() => gateway.stop());

test('tensors in, tensors out, and the same answer as the method itself gives', async () => {
  const direct = await gateway.call('POST', '/models/credit/v1/score', { token, body: '{"a":1.5,"b":2}' });
  expect([direct.status, direct.json]).toEqual([200, { y: [3, 4], n: 7 }]);
  const front = await infer({ id: 'mine', ...tensor([1.5, 2]) });
  expect([front.status, front.json]).toEqual([
    200,
    {
      model_name: 'credit',
      model_version: '1.0.0',
      id: 'mine',
      outputs: [
        { name: 'Y', datatype: 'FP32', shape: [1, 2], data: [3, 4] },
        { name: 'N', datatype: 'INT64', shape: [1], data: [7] },
      ],
    },
  ]);
});

test('a call of the method and one of its standard path share one cached answer and one limit', async () => {
  const before = asked.length;
  const first = await gateway.call('POST', '/models/credit/v1/score', { token, body: '{"b":11,"a":10}' });
  // Each of the two workers has a memory of its own: at most two calls reach the model, whichever way they came.
  for (let turn = 0; turn < 8; turn++) await gateway.call('POST', '/models/credit/v1/score', { token, body: '{"b":11,"a":10}' });
  const hits = await Promise.all(Array.from({ length: 8 }, () => infer(tensor([[10, 11]]))));
  expect(asked.length).toBeLessThanOrEqual(before + 2);
  expect(hits.map(({ headers }) => headers['cache-status']?.slice(0, 8))).toContain('kea; hit');
  expect(hits[0]?.headers['ratelimit-policy']).toBe(first.headers['ratelimit-policy']);
});

test.each([
  ['beyond the schema', tensor([1, 101]), '/inputs/0'],
  ['another datatype', tensor([1, 2], { datatype: 'FP64' }), '/inputs/0/datatype'],
  ['another name', { inputs: [{ name: 'Z', shape: [1, 2], datatype: 'FP32', data: [1, 2] }] }, '/inputs/0/name'],
  [
    'twice the same tensor',
    { inputs: [...(tensor([1, 2]) as { inputs: object[] }).inputs, ...(tensor([1, 2]) as { inputs: object[] }).inputs] },
    '/inputs/1/name',
  ],
  ['another shape', tensor([1, 2, 3], { shape: [1, 3] }), '/inputs/0/shape'],
  ['less data than the shape', tensor([1]), '/inputs/0/shape'],
  ['texts for numbers', tensor(['1', '2']), '/inputs/0'],
  ['an unknown output', { ...tensor([1, 2]), outputs: [{ name: 'secret' }] }, '/outputs/0'],
  ['no inputs', {}, '/inputs'],
])('%s is refused before the model is asked', async (_what, body, pointer) => {
  const before = asked.length;
  const answer = await infer(body);
  expect([answer.status, (answer.json['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([422, pointer]);
  expect(asked.length).toBe(before);
});

test('raw tensors behind the JSON, both ways', async () => {
  const json = JSON.stringify({
    inputs: [{ name: 'X', shape: [1, 2], datatype: 'FP32', parameters: { binary_data_size: 8 } }],
    parameters: { binary_data_output: true },
  });
  const raw = Buffer.alloc(8);
  raw.writeFloatLE(0.1, 0);
  raw.writeFloatLE(3, 4);
  const answer = await fetch(`http://127.0.0.1:${gateway.edgePort}${base}/models/credit/infer`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'inference-header-content-length': String(json.length),
      'content-type': 'application/octet-stream',
    },
    body: Buffer.concat([Buffer.from(json), raw]),
  });
  expect(answer.status).toBe(200);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const head = Number(answer.headers.get('inference-header-content-length'));
  expect(JSON.parse(bytes.subarray(0, head).toString())).toMatchObject({
    outputs: [
      { name: 'Y', parameters: { binary_data_size: 8 } },
      { name: 'N', parameters: { binary_data_size: 8 } },
    ],
  });
  expect([bytes.readFloatLE(head), bytes.readFloatLE(head + 4), bytes.readBigInt64LE(head + 8)]).toEqual([Math.fround(0.2), 6, 7n]);
  // What is keyed and shown is the number that a person would write.
  expect(asked.at(-1)?.body).toContain('"data":[0.1,3]');
});

test.each([
  ['a length beyond the body', { 'inference-header-content-length': '9999' }],
  ['a length that is none', { 'inference-header-content-length': '-1' }],
  ['a compressed body', { 'content-encoding': 'gzip' }],
  ['another media type', { 'content-type': 'text/plain' }],
])('%s is refused', async (_what, headers) => {
  expect([400, 415]).toContain((await infer(tensor([1, 2]), undefined, { headers })).status);
});

test('versions are pinned by header or by path, and only with the role', async () => {
  const path = `${base}/models/credit/versions/1.1.0/infer`;
  expect((await infer(tensor([5, 5]), path)).status).toBe(403);
  expect((await infer(tensor([5, 5]), path, { token: pins })).json).toMatchObject({ model_version: '1.1.0' });
  expect((await infer(tensor([5, 5]), undefined, { token: pins, headers: { 'kea-version': '1.1.0' } })).json).toMatchObject({
    model_version: '1.1.0',
  });
  expect((await infer(tensor([5, 5]), undefined, { headers: { 'kea-version': '1.1.0' } })).status).toBe(403);
  for (const other of ['versions/9.9.9/infer', 'versions/1.1.0', 'versions/1.1.0/infer/x', 'versions//infer'])
    expect([403, 404]).toContain((await infer(tensor([5, 5]), `${base}/models/credit/${other}`, { token: pins })).status);
});

test('the bare path is the newest contract, and of another name nothing', async () => {
  expect((await infer(tensor([6, 6]), '/v2/models/credit/infer')).json).toMatchObject({ model_version: '2.0.0' });
  for (const name of ['creditx', 'plain', 'credit%2f', 'writer'])
    expect([400, 403]).toContain((await infer(tensor([6, 6]), `/v2/models/${name}/infer`)).status);
});

test('errors hold the text where the standard’s clients look for it', async () => {
  const tensors = await infer(tensor([1, 101]));
  expect([tensors.json['type'], tensors.json['error']]).toEqual(['https://kea.dev/problems/invalid-request', '/inputs/0 must be <= 100']);
  const chat = await gateway.call('POST', '/models/writer/v1/openai/v1/chat/completions', { token, body: '{"model":"x","messages":[]}' });
  expect(chat.json['error']).toEqual({
    message: '/model the model must be that of the path',
    type: 'invalid-request',
    code: 'invalid-request',
    param: '/model',
  });
  expect((await gateway.call('POST', '/models/credit/v1/score', { token, body: '{}' })).json).not.toHaveProperty('error');
});

test('what a client asks before it calls', async () => {
  const get = async (path: string) => {
    const { status, json } = await gateway.call('GET', path, { token });
    return [status, json];
  };
  expect(await get('/v2/health/live')).toEqual([200, { live: true }]);
  expect(await get('/v2')).toEqual([200, { name: 'kea', version: '1', extensions: ['binary_tensor_data'] }]);
  expect(await get(`${base}/health/ready`)).toEqual([200, { ready: true }]);
  expect(await get(`${base}/models/credit/ready`)).toEqual([200, { name: 'credit', ready: true }]);
  expect(await get('/v2/models/credit')).toMatchObject([200, { name: 'credit', versions: ['2.0.0'] }]);
  expect(await get(`${base}/models/credit`)).toEqual([
    200,
    {
      name: 'credit',
      versions: ['1.0.0', '1.1.0'],
      platform: 'kea',
      inputs: [{ name: 'X', datatype: 'FP32', shape: [-1, 2] }],
      outputs: [
        { name: 'Y', datatype: 'FP32', shape: [-1, 2] },
        { name: 'N', datatype: 'INT64', shape: [-1] },
      ],
    },
  ]);
  expect((await get(`${base}/models/other`))[0]).toBe(404);
  expect((await get('/models/plain/v1/v2'))[0]).toBe(403);
});

test('OpenAI: the model of the body is that of the path, and streams stream', async () => {
  const at = '/models/writer/v1/openai/v1';
  const messages = [{ role: 'user', content: 'Hi' }];
  const chat = (body: object) => gateway.call('POST', `${at}/chat/completions`, { token, body: JSON.stringify(body) });
  expect((await chat({ model: 'writer', messages })).json).toMatchObject({ model: 'writer', choices: [{ message: { content: 'Hello' } }] });
  expect((await chat({ model: 'writer', messages, stream: true })).text).toBe(
    'data: {"choices":[{"delta":{"content":"Hel"}}]}\n\ndata: {"choices":[{"delta":{"content":"lo"}}]}\n\ndata: [DONE]\n\n',
  );
  for (const body of [{ messages }, { model: 'credit', messages }, { model: ['writer'], messages }])
    expect([(await chat(body)).status, ((await chat(body)).json['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([422, '/model']);
  expect((await chat({ model: 'writer', messages, temperature: 1 })).status).toBe(422);
  expect((await gateway.call('GET', `${at}/models`, { token })).json).toEqual({
    object: 'list',
    data: [{ id: 'writer', object: 'model', created: 0, owned_by: 'team' }],
  });
  expect((await gateway.call('POST', `${at}/embeddings`, { token, body: '{}' })).status).toBe(404);
});
