import type { IncomingMessage, ServerResponse } from 'node:http';
import { method, model, version } from '../../constructs/gateway/platform';
import { until } from '../../support/until';
import { LiveGateway } from './gateway';

// How a gateway pod leaves: not ready at once, calls under way end, and only then is the drain answered.
const held: (() => void)[] = [];
function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume().on('end', () => held.push(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{"y":1}')));
}

const gateway = new LiveGateway('real', answer);
beforeAll(
  () =>
    gateway.start([
      model('credit', {
        versions: [version('1.0.0', { framework: 'container' })],
        methods: [method('credit', 'score', { timeoutMs: 30_000 })],
      }),
    ]),
  40_000,
);
afterAll(() => gateway.stop(), 20_000);

test('ready speaks of the whole way, and the public listener gives nothing of it away', async () => {
  expect(await gateway.management('/-/ready')).toEqual({ status: 200, text: 'ready\n' });
  const token = gateway.tokens.token({ roles: ['credit:score'] });
  expect((await gateway.call('GET', '/-/ready')).status).toBe(401);
  const asked = await gateway.call('GET', '/-/ready', { token });
  const unknown = await gateway.call('GET', '/nowhere', { token });
  expect([asked.status, { ...asked.json, instance: '' }]).toEqual([403, { ...unknown.json, instance: '' }]);
  const { workers } = await gateway.status();
  for (const { pid } of workers) process.kill(pid ?? 0, 'SIGSTOP');
  try {
    await until(async () => (await gateway.management('/-/ready')).status === 503);
  } finally {
    for (const { pid } of workers) process.kill(pid ?? 0, 'SIGCONT');
  }
  await until(async () => (await gateway.management('/-/ready')).status === 200);
}, 40_000);

test('a drain ends when the last call has', async () => {
  const token = gateway.tokens.token({ roles: ['credit:score'] });
  const slow = gateway.call('POST', '/models/credit/v1/score', { token, body: '{"x":1}' });
  await until(() => held.length === 1);
  let drained = false;
  const drain = gateway.management('/-/drain').finally(() => (drained = true));
  await until(async () => (await gateway.management('/-/ready')).text === 'draining\n');
  // Five seconds for others to know, then Envoy's listeners say goodbye; the call is still under way.
  await until(async () => (await gateway.envoy.stat('http.edge.downstream_rq_active')) === 1);
  await new Promise((resolve) => setTimeout(resolve, 5500));
  expect(drained).toBe(false);
  for (const end of held) end();
  expect((await slow).status).toBe(200);
  expect(JSON.parse((await drain).text)).toMatchObject({ drained: true, active: 0 });
}, 40_000);
