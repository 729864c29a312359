import { buildBundle } from '../../../constructs/gateway/render/bundle';
import { method, model, version } from '../../constructs/gateway/platform';
import { until } from '../../support/envoy';
import { LiveGateway } from './gateway';

// The real processor between the real Envoy's two listeners; only the model is a stand-in.
const gateway = new LiveGateway('real');
const json = version('1.0.0', { framework: 'container' });
let token: string;

beforeAll(async () => {
  await gateway.start([model('credit', { versions: [json] }), model('secret', { versions: [json] })]);
  token = gateway.tokens.token({ roles: ['credit:score', 'iris:score'] });
}, 40_000);
afterAll(() => gateway.stop(), 20_000);

test('a valid call is answered by the model, an invalid one by the processor', async () => {
  const answer = await gateway.call('POST', '/models/credit/v1/score', { token, body: '{"x":1}' });
  expect([answer.status, answer.json]).toEqual([200, { y: 0.5 }]);
  expect(answer.headers['kea-model-version']).toBe('1.0.0');
  const wrong = await gateway.call('POST', '/models/credit/v1/score', { token, body: '{"x":"one"}' });
  expect(wrong.json).toMatchObject({
    status: 422,
    type: 'https://kea.dev/problems/invalid-request',
    instance: `urn:uuid:${wrong.headers['x-request-id']}`,
  });
});

test('the catalogue and the documents show what the caller may use', async () => {
  const catalogue = await gateway.call('GET', '/models', { token });
  expect(catalogue.status).toBe(200);
  expect(catalogue.text).toContain('credit');
  expect(catalogue.text).not.toContain('secret');
  expect((await gateway.call('GET', '/models/credit/v1/openapi.json', { token })).json).toMatchObject({ openapi: '3.1.0' });
  expect((await gateway.call('GET', '/openapi.json', { token })).json).toMatchObject({ openapi: '3.1.0' });
});

test('a new model is served while it runs', async () => {
  const bundle = buildBundle(
    gateway.platformOf([model('credit', { versions: [json] }), model('iris', { versions: [json], methods: [method('iris', 'score')] })]),
  );
  gateway.writeEndpoints(
    Object.fromEntries(['credit-v1-0-0', 'iris-v1-0-0'].map((name) => [name, [{ address: '127.0.0.1', port: gateway.modelPort }]])),
  );
  gateway.writeBundle(bundle);
  await gateway.untilServing(bundle);
  expect((await gateway.call('POST', '/models/iris/v1/score', { token, body: '{"x":1}' })).json).toEqual({ y: 0.5 });
});

test('a killed worker is replaced', async () => {
  const victim = (await gateway.status()).workers[0];
  process.kill(victim?.pid ?? 0, 'SIGKILL');
  await until(
    async () => (await gateway.status()).workers.every(({ state, pid }) => state === 'serving' && pid !== victim?.pid),
    'a new worker serves',
  );
  expect((await gateway.call('POST', '/models/credit/v1/score', { token, body: '{"x":1}' })).status).toBe(200);
}, 20_000);
