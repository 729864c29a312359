import type { JsonSchema } from '../../../core/json';
import { json, text } from '../../support/stand-in-inner';
import { until } from '../../support/until';
import { makePart, WorkerFixture, type ContractFixture } from '../../support/worker-fixture';

const GOOD = { income: 1, age: 1, amount: 1 };

let fixture: WorkerFixture;
afterEach(() => fixture.stop());

describe('tokens of a language model', () => {
  const any: JsonSchema = { type: 'object' };
  const chat = (more: Partial<NonNullable<ContractFixture['methods']>[number]> = {}) =>
    makePart({
      model: 'writer',
      methods: [
        {
          method: 'chat',
          call: { kind: 'openai', operation: 'chat.completions' },
          request: any,
          response: any,
          rateLimit: { tokens: 100, per: 'minute', by: 'subject' },
          ...more,
        },
      ],
      versions: [{ version: '1.0.0', protocol: 'openai' }],
    });
  const used = (total: number) => ({ choices: [{ message: { content: 'hi' } }], usage: { total_tokens: total } });
  const ask = (body: object = {}) => fixture.call({ model: 'writer', body: { messages: [], ...body } });

  test('are counted from the answer, hits too; what was used up is waited for', async () => {
    fixture = await WorkerFixture.start([chat({ cache: { scope: 'shared', ttlSeconds: 60 } })]);
    fixture.inner.answer = (_call, response) => json(response, 200, used(60));
    const first = await ask();
    expect(first.headers).toMatchObject({ ratelimit: '"tokens";r=100;t=0', 'ratelimit-policy': '"tokens";q=100;w=60;qu="tokens"' });
    const hit = await ask();
    expect(hit.headers['cache-status']).toContain('hit');
    const refused = await ask();
    expect([refused.status, refused.headers['retry-after'], refused.headers['ratelimit']]).toEqual([429, '13', '"tokens";r=0;t=72']);
    expect(fixture.inner.calls).toHaveLength(1);
  });

  test('an answer without usage is estimated by its length', async () => {
    fixture = await WorkerFixture.start([chat()]);
    fixture.inner.answer = (_call, response) => json(response, 200, { choices: [{ text: 'x'.repeat(600) }] });
    await ask();
    expect((await ask()).status).toBe(429);
  });

  const events = (...data: object[]): string => data.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('') + 'data: [DONE]\n\n';
  const piece = { choices: [{ delta: { content: 'hi' } }], usage: null };
  const last = { choices: [], usage: { total_tokens: 150 } };

  test('of a stream are asked for, counted, and shown only to who asked', async () => {
    fixture = await WorkerFixture.start([chat()]);
    fixture.inner.answer = (_call, response) => text(response, 200, events(piece, last), { 'content-type': 'text/event-stream' });
    const hidden = await ask({ stream: true });
    expect(JSON.parse(fixture.inner.calls[0]?.body ?? '')).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(hidden.text).toBe(events(piece));
    expect((await ask({ stream: true })).status).toBe(429);
    const other = await fixture.call({
      model: 'writer',
      subject: 'bob',
      body: { messages: [], stream: true, stream_options: { include_usage: true } },
    });
    expect(other.text).toBe(events(piece, last));
  });

  test('of a stream that the caller leaves are counted too', async () => {
    fixture = await WorkerFixture.start([chat({ rateLimit: { tokens: 1, per: 'hour', by: 'subject' } })]);
    fixture.inner.answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(events(piece));
    };
    const { request } = await import('node:http');
    const sent = request({
      socketPath: fixture.worker.socketPath,
      ...fixture.envelope({ model: 'writer', method: 'chat' }),
    });
    sent.on('error', () => undefined);
    sent.on('response', (response) => response.once('data', () => sent.destroy()));
    sent.end(JSON.stringify({ messages: [], stream: true }));
    await until(() => fixture.inner.calls[0]?.aborted === true);
    await until(async () => (await ask()).status === 429);
  });
});

describe('concurrency of a version', () => {
  const small = (concurrency: number, queue: number) =>
    makePart({ versions: [{ version: '1.4.0', concurrency, queue }], methods: [{ method: 'score', timeoutMs: 600 }] });

  test('no more than it takes are under way; as many as may wait do, in turn; the next is told to come again', async () => {
    fixture = await WorkerFixture.start([small(2, 3)]);
    let inside = 0;
    let most = 0;
    const free: (() => void)[] = [];
    fixture.inner.answer = (_call, response) => {
      most = Math.max(most, ++inside);
      free.push(() => {
        inside--;
        json(response, 200, { score: 0.5 });
      });
    };
    const calls = Array.from({ length: 5 }, () => fixture.call({ body: GOOD }));
    await until(() => free.length === 2 && fixture.worker.services.gates.waiting === 3);
    const over = await fixture.call({ body: GOOD });
    expect([over.status, over.json.type, over.headers['retry-after']]).toEqual([503, 'https://kea.dev/problems/overloaded', '1']);
    while (free.length > 0 || inside > 0 || fixture.worker.services.gates.waiting > 0) {
      free.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(most).toBe(2);
  });

  test('whoever waits keeps its deadline, and one that leaves makes room', async () => {
    fixture = await WorkerFixture.start([small(1, 2)]);
    fixture.inner.answer = () => undefined;
    const stuck = fixture.call({ body: GOOD });
    await until(() => fixture.inner.calls.length === 1);
    const started = performance.now();
    const waiting = await fixture.call({ body: GOOD });
    expect([waiting.status, Math.round((performance.now() - started) / 1000)]).toEqual([503, 1]);
    expect((await stuck).status).toBe(504);
    expect(fixture.worker.services.gates.waiting).toBe(0);
    fixture.inner.answer = (_call, response) => json(response, 200, { score: 0.5 });
    expect((await fixture.call({ body: GOOD })).status).toBe(200);
  });
});

test('whether others asked the same about sensitive data is not told', async () => {
  fixture = await WorkerFixture.start([
    makePart({ contract: { classification: 'confidential' }, methods: [{ method: 'score', cache: { scope: 'shared', ttlSeconds: 60 } }] }),
  ]);
  for (const subject of ['ada', 'bob']) {
    const { status, headers } = await fixture.call({ body: GOOD, subject });
    expect([status, headers['cache-status'], headers['age']]).toEqual([200, undefined, undefined]);
  }
  expect(fixture.inner.calls).toHaveLength(1);
});

test('a tensor gets the schema’s default for a field that the caller left out', async () => {
  const request: JsonSchema = {
    type: 'object',
    additionalProperties: false,
    required: ['a'],
    properties: { a: { type: 'number' }, b: { type: 'number', default: 7.5 } },
  };
  fixture = await WorkerFixture.start([
    makePart({
      methods: [
        {
          method: 'score',
          request,
          call: {
            kind: 'tensors',
            inputs: [{ tensor: 'X', datatype: 'FP32', shape: [-1, 2], fields: ['a', 'b'] }],
            outputs: [{ field: 'score', tensor: 'p', datatype: 'FP32', shape: [-1, 1] }],
          },
        },
      ],
      versions: [{ version: '1.4.0', protocol: 'oip' }],
    }),
  ]);
  fixture.inner.answer = (_call, response) =>
    json(response, 200, { outputs: [{ name: 'p', shape: [1, 1], datatype: 'FP32', data: [0.5] }] });
  expect((await fixture.call({ body: { a: 1 } })).status).toBe(200);
  expect(JSON.parse(fixture.inner.calls[0]?.body ?? '')).toMatchObject({ inputs: [{ data: [1, 7.5] }] });
});
