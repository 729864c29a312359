import { request } from 'node:http';
import { json } from '../../support/stand-in-inner';
import { until } from '../../support/until';
import { makePart, WorkerFixture } from '../../support/worker-fixture';

const chat = makePart({
  model: 'chat',
  versions: [{ version: '1.0.0', protocol: 'openai' }],
  contract: { routing: { weights: { '1.0.0': 100 }, sticky: 'principal', match: [], shadow: {} } },
  methods: [
    {
      method: 'complete',
      request: { type: 'object' },
      response: { type: 'object' },
      call: { kind: 'openai', operation: 'chat.completions' },
      cache: { scope: 'shared', ttlSeconds: 60 },
    },
  ],
});
let fixture: WorkerFixture;
beforeEach(async () => {
  fixture = await WorkerFixture.start([chat]);
});
afterEach(() => fixture.stop());

const ask = { messages: [{ role: 'user', content: 'hi' }], stream: true };

/** Sends a call and gives its pieces as they come. */
function open(): { pieces: string[]; ended: Promise<string>; leave: () => void; headers: () => NodeJS.Dict<string | string[]> } {
  const pieces: string[] = [];
  let headers: NodeJS.Dict<string | string[]> = {};
  const sent = request({ socketPath: fixture.worker.socketPath, ...fixture.envelope({}) });
  const ended = new Promise<string>((resolve) => {
    sent.on('error', () => resolve('error'));
    sent.on('response', (response) => {
      ({ headers } = response);
      response.on('data', (chunk: Buffer) => pieces.push(chunk.toString()));
      response.on('end', () => resolve('end'));
      response.on('error', () => resolve('broken'));
    });
  });
  sent.end(JSON.stringify(ask));
  return { pieces, ended, leave: () => sent.destroy(), headers: () => headers };
}

test('pieces pass as they come, without a deadline for the model and without the cache', async () => {
  let next: ((text: string) => void) | undefined;
  fixture.inner.answer = (_call, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    next = (text) => (text === '' ? response.end() : response.write(text));
  };
  const { pieces, ended, headers } = open();
  await until(() => next !== undefined);
  next?.('data: 1\n\n');
  await until(() => pieces.join('') === 'data: 1\n\n');
  next?.('data: 2\n\n');
  await until(() => pieces.join('') === 'data: 1\n\ndata: 2\n\n');
  next?.('');
  expect(await ended).toBe('end');
  expect(headers()).toMatchObject({ 'content-type': 'text/event-stream', 'kea-model-version': '1.0.0' });
  expect(fixture.inner.calls[0]).toMatchObject({ path: '/v1/chat/completions', headers: { 'x-envoy-upstream-rq-timeout-ms': '0' } });
  expect(JSON.parse(fixture.inner.calls[0]!.body)).toEqual({ ...ask, model: 'chat' });
  expect((await fixture.records())[0]).toMatchObject({ streamed: true, decision: { cache: 'bypass' } });
});

test('a caller that leaves a stream ends it at the model', async () => {
  fixture.inner.answer = (_call, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  const { pieces, leave } = open();
  await until(() => pieces.length > 0);
  leave();
  await until(() => fixture.inner.calls[0]?.aborted === true);
  await until(() => fixture.worker.services.memory.bytes === 0);
});

test('a model that breaks off breaks the stream: no clean end hides it', async () => {
  fixture.inner.answer = (_call, response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n', () => response.destroy());
  expect(await open().ended).toBe('broken');
});

test('a model that answers whole, or not at all', async () => {
  fixture.inner.answer = (_call, response) => json(response, 200, { choices: [] });
  expect((await fixture.call({ body: ask })).json).toEqual({ choices: [] });
  fixture.inner.answer = (_call, response) => json(response, 500, { error: 'secret' });
  expect((await fixture.call({ body: ask })).status).toBe(502);
  const other = await fixture.call({ body: { ...ask, model: 'another' } });
  expect([other.status, other.json.errors[0].pointer]).toEqual([422, '/model']);
});
