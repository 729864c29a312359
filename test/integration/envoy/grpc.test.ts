import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { BundleFile } from '../../../core/contract/bundle-files';
import { method, model, version } from '../../constructs/gateway/platform';
import { until } from '../../support/envoy';
import { LiveGateway } from './gateway';

const gateway = new LiveGateway('real');
const service = '/inference.GRPCInferenceService/';
const bytes = (value: Buffer): Buffer => value;
const names = ['ModelInfer', 'ModelReady', 'ServerLive', 'RepositoryModelLoad'] as const;
const definition = Object.fromEntries(
  names.map((name) => [
    name,
    {
      path: service + name,
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    },
  ]),
) as unknown as grpc.ServiceDefinition;

/** A model server that answers its own name, and remembers the metadata that it saw. */
const seen: { readonly server: string; readonly method: string; readonly metadata: { [key: string]: grpc.MetadataValue } }[] = [];
async function modelServer(name: string): Promise<{ readonly port: number; readonly stop: () => void }> {
  const server = new grpc.Server();
  const answer =
    (method: string): grpc.handleUnaryCall<Buffer, Buffer> =>
    (call, done) => {
      seen.push({ server: name, method, metadata: call.metadata.getMap() });
      done(null, Buffer.from(`${name}:${call.request.toString()}`));
    };
  server.addService(
    definition,
    Object.fromEntries(names.map((each) => [each, answer(each)])) as unknown as grpc.UntypedServiceImplementation,
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return { port, stop: () => server.forceShutdown() };
}

const call = {
  kind: 'tensors',
  inputs: [{ tensor: 'X', datatype: 'FP32', shape: [-1, 1], fields: ['x'] }],
  outputs: [{ field: 'y', tensor: 'Y', datatype: 'FP32', shape: [-1, 1] }],
} as const;
const weights = { weights: { '1.0.0': 50, '1.1.0': 50, '1.2.0': 0 }, sticky: 'principal', match: [], shadow: {} } as const;
const versions = ['1.0.0', '1.1.0', '1.2.0'].map((each) => version(each, { framework: 'triton' }));
const open = { fronts: { infer: 'score' }, grpc: true, audit: { level: 'durable', payload: 'none' } } as const;
const models = [
  model('credit', { ...open, versions, routing: weights, methods: [method('credit', 'score', { call })] }),
  model('few', { ...open, methods: [method('few', 'score', { call, rateLimit: { requests: 4, per: 'hour', by: 'subject' } })] }),
  model('closed', { fronts: { infer: 'score' }, methods: [method('closed', 'score', { call })] }),
];
let client: grpc.Client;
const servers: { readonly stop: () => void }[] = [];

beforeAll(async () => {
  await gateway.start(models);
  const ports = new Map<string, number>();
  for (const name of ['credit-v1-0-0', 'credit-v1-1-0', 'credit-v1-2-0', 'few-v1-0-0']) {
    const server = await modelServer(name);
    servers.push(server);
    ports.set(`${name}-grpc`, server.port);
  }
  gateway.writeEndpoints(Object.fromEntries([...ports].map(([cluster, port]) => [cluster, [{ address: '127.0.0.1', port }]])));
  client = new grpc.Client(`127.0.0.1:${gateway.edgePort}`, grpc.credentials.createInsecure());
  const token = gateway.tokens.token({ roles: ['credit:score', 'credit:pin', 'few:score'] });
  for (const pinned of ['1.0.0', '1.1.0', '1.2.0'])
    await until(async () => (await infer({ token, 'kea-version': pinned })).code === 0, 'the versions answer', 10_000);
  await until(async () => (await infer({ token, 'kea-model': 'few/v1' }, 'ModelReady')).code === 0, 'the other model answers', 10_000);
}, 60_000);
afterAll(async () => {
  client.close();
  for (const server of servers) server.stop();
  await gateway.stop();
});

interface Outcome {
  readonly code: number;
  readonly text: string;
}

function infer(headers: { readonly [name: string]: string | readonly string[] | undefined }, rpc = 'ModelInfer'): Promise<Outcome> {
  const metadata = new grpc.Metadata();
  const { token, ...rest }: typeof headers = { 'kea-model': 'credit/v1', ...headers };
  if (typeof token === 'string') metadata.set('authorization', `Bearer ${token}`);
  for (const [name, value] of Object.entries(rest)) for (const each of [value ?? []].flat()) metadata.add(name, each);
  return new Promise((resolve) => {
    client.makeUnaryRequest(service + rpc, bytes, bytes, Buffer.from('tensor'), metadata, { deadline: Date.now() + 5000 }, (error, value) =>
      resolve({ code: error?.code ?? 0, text: error?.details ?? String(value) }),
    );
  });
}
const token = (...roles: readonly string[]): string => gateway.tokens.token({ roles });

test('a call with the role reaches a version, by weight, and no header of the gateway does', async () => {
  const answers = await Promise.all(Array.from({ length: 60 }, () => infer({ token: token('credit:score') })));
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['credit-v1-0-0:tensor', 'credit-v1-1-0:tensor']));
  const metadata = seen.at(-1)?.metadata ?? {};
  expect(Object.keys(metadata).filter((name) => /^x-kea|^x-envoy|authorization|kea-model|cookie/.test(name))).toEqual([]);
});

const status = grpc.status;
test.each([
  ['without a token', status.UNAUTHENTICATED, () => ({})],
  ['with a forged token', status.UNAUTHENTICATED, () => ({ token: gateway.tokens.forged('none', { roles: ['credit:score'] }) })],
  ['without the role', status.PERMISSION_DENIED, () => ({ token: token('few:score') })],
  ['of an unknown model', status.PERMISSION_DENIED, () => ({ token: token('credit:score'), 'kea-model': 'nothing/v1' })],
  ['of a model that is closed to gRPC', status.PERMISSION_DENIED, () => ({ token: token('closed:score'), 'kea-model': 'closed/v1' })],
  ['without a model', status.PERMISSION_DENIED, () => ({ token: token('credit:score'), 'kea-model': undefined })],
  ['of two models', status.PERMISSION_DENIED, () => ({ token: token('credit:score', 'few:score'), 'kea-model': ['credit/v1', 'few/v1'] })],
  ['pinned without the pin role', status.PERMISSION_DENIED, () => ({ token: token('credit:score'), 'kea-version': '1.0.0' })],
  ['pinned without the method role', status.PERMISSION_DENIED, () => ({ token: token('credit:pin'), 'kea-version': '1.0.0' })],
  ['of an unknown version', status.UNIMPLEMENTED, () => ({ token: token('credit:score', 'credit:pin'), 'kea-version': '9.9.9' })],
])('a call %s is refused', async (_what, code, headers) => {
  const before = seen.length;
  expect((await infer(headers())).code).toBe(code);
  expect(seen.length).toBe(before);
});

test('a version with no weight is reached by pin', async () => {
  expect((await infer({ token: token('credit:score', 'credit:pin'), 'kea-version': '1.2.0' })).text).toBe('credit-v1-2-0:tensor');
});

test('members may ask about the model, and load nothing', async () => {
  expect((await infer({ token: token('credit:score') }, 'ModelReady')).code).toBe(0);
  expect((await infer({ token: token('few:score') }, 'ModelReady')).code).toBe(status.PERMISSION_DENIED);
  expect((await infer({ token: token('credit:score') }, 'RepositoryModelLoad')).code).toBe(status.UNIMPLEMENTED);
  expect(seen.filter((each) => each.method === 'RepositoryModelLoad')).toEqual([]);
});

test('what is no gRPC does not pass by the processor', async () => {
  const before = seen.length;
  const answer = await gateway.call('POST', `${service}ModelInfer`, {
    token: token('credit:score'),
    headers: { 'kea-model': 'credit/v1' },
    body: '{}',
  });
  expect([403, 404]).toContain(answer.status);
  expect(seen.length).toBe(before);
});

test('limits count', async () => {
  const codes: number[] = [];
  for (let turn = 0; turn < 12; turn++) codes.push((await infer({ token: token('few:score'), 'kea-model': 'few/v1' })).code);
  expect(codes.filter((code) => code === 0).length).toBeLessThanOrEqual(5);
  expect(codes.at(-1)).toBe(status.UNAVAILABLE);
});

test('each call leaves a record of who called what, also a refused one, and none of what', async () => {
  await infer({ token: gateway.tokens.token({ roles: ['credit:score'], sub: 'grace' }) });
  const records = (): string[] => {
    const folder = join(gateway.folder, 'audit');
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'))
      .filter((line) => line.includes('grace'));
  };
  await until(async () => Promise.resolve(records().length > 0), 'the record is written');
  expect(records()[0]).toContain('"model":"credit"');
  expect(records()[0]).toContain('"intent":true');
  expect(records().join()).not.toContain('tensor');
  const { id } = JSON.parse(records()[0] ?? '{}') as { id: string };
  const ended = (): object | undefined => gateway.refusals().find((line) => line['id'] === id);
  await until(async () => Promise.resolve(ended() !== undefined), 'its end is written');
  expect(ended()).toMatchObject({ subject: 'grace', grpcStatus: 0, route: 'credit/v1/score@grpc' });
});

test('without the processor no call passes', async () => {
  const before = seen.length;
  for (const { pid } of (await gateway.status()).workers) if (pid !== null) process.kill(pid, 'SIGSTOP');
  const outcome = await infer({ token: token('credit:score') });
  for (const { pid } of (await gateway.status()).workers) if (pid !== null) process.kill(pid, 'SIGCONT');
  expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain(outcome.code);
  expect(seen.length).toBe(before);
}, 15_000);

test('who is on the deny list is turned away, and let in again', async () => {
  const token = gateway.tokens.token({ roles: ['credit:score'], sub: 'gone' });
  const other = gateway.tokens.token({ roles: ['credit:score'], sub: 'stays' });
  expect((await infer({ token })).code).toBe(grpc.status.OK);
  gateway.writeAtomically(BundleFile.deny, '{"format":1,"entries":[{"sub":"gone","reason":"left"}]}');
  const codes = (): Promise<number[]> => Promise.all(Array.from({ length: 6 }, async () => (await infer({ token })).code));
  await until(async () => (await codes()).every((code) => code === grpc.status.PERMISSION_DENIED), 'all workers refuse', 5000);
  expect((await infer({ token: other })).code).toBe(grpc.status.OK);
  gateway.writeAtomically(BundleFile.deny, '{"format":1,"entries":[]}');
  await until(async () => (await codes()).every((code) => code === grpc.status.OK), 'all workers admit', 5000);
}, 20_000);
