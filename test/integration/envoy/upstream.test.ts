import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buildBundle } from '../../../constructs/gateway/render/bundle';
import { BundleFile } from '../../../core/contract/bundle-files';
import { method, model, version } from '../../constructs/gateway/platform';
import { freePorts } from '../../support/envoy';
import { until } from '../../support/until';
import { LiveGateway } from './gateway';

// One instance that nobody listens at, storms of errors, none at all: what the inner listener does about instances, seen by a caller.
function answer(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const status = body === '{"x":500}' ? 500 : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"y":1}');
  });
}

const gateway = new LiveGateway('real', answer);
const credit = model('credit', {
  versions: [version('1.0.0', { framework: 'container' })],
  methods: [method('credit', 'score', { timeoutMs: 5000 }), method('credit', 'once', { timeoutMs: 5000, idempotent: false, retries: 0 })],
});
let token: string;
let dead = 0;
const call = (name: string, x: number) => gateway.call('POST', `/models/credit/v1/${name}`, { token, body: JSON.stringify({ x }) });
const many = (name: string, count: number) => Promise.all(Array.from({ length: count }, (_, index) => call(name, index)));

beforeAll(async () => {
  [dead = 0] = await freePorts(1);
  await gateway.start([credit]);
  token = gateway.tokens.token({ roles: ['credit:score', 'credit:once'] });
}, 40_000);
afterAll(() => gateway.stop(), 20_000);

const endpoints = (...ports: readonly number[]): void =>
  gateway.writeEndpoints({ 'credit-v1-0-0': ports.map((port) => ({ address: '127.0.0.1', port })) });
const healthy = () => gateway.envoy.stat('cluster.credit-v1-0-0.membership_healthy');

test.each(['score', 'once'])(
  'an instance that is gone costs no call of %s: what no model has seen goes to another',
  async (name) => {
    endpoints(gateway.modelPort, dead);
    await until(async () => (await gateway.envoy.stat('cluster.credit-v1-0-0.membership_total')) === 2);
    const statuses = (await many(name, 40)).map(({ status }) => status);
    expect(statuses).toEqual(Array(40).fill(200));
  },
  20_000,
);

test('a storm of 500s ejects no instance: a poisonous input must not take the model from everybody', async () => {
  endpoints(gateway.modelPort);
  await until(async () => (await gateway.envoy.stat('cluster.credit-v1-0-0.membership_total')) === 1);
  const storm = await Promise.all(Array.from({ length: 30 }, () => call('score', 500)));
  expect(new Set(storm.map(({ status, json }) => `${status} ${String(json['type'])}`))).toEqual(
    new Set(['502 https://kea.dev/problems/model-failed']),
  );
  expect(await healthy()).toBe(1);
  expect((await call('score', 1)).status).toBe(200);
}, 20_000);

test.each([
  ['no instance there is', []],
  ['none that answers', 'dead'],
] as const)(
  'with %s the answer is 503 and says when to come again',
  async (_what, ports) => {
    endpoints(...(ports === 'dead' ? [dead] : []));
    await until(async () => (await call('score', 1)).status === 503);
    const { status, json, headers } = await call('score', 1);
    expect([status, json['type'], headers['retry-after']]).toEqual([503, 'https://kea.dev/problems/no-instance', '5']);
    endpoints(gateway.modelPort);
    await until(async () => (await call('score', 1)).status === 200);
  },
  30_000,
);

/** Instances that count their calls, by the zone they stand in. */
class Zones {
  private readonly servers: { readonly zone: string; readonly port: number; readonly server: Server; calls: number }[] = [];

  async start(placed: readonly string[]): Promise<void> {
    for (const [at, port] of (await freePorts(placed.length)).entries()) {
      const entry = {
        zone: placed[at] ?? '',
        port,
        calls: 0,
        server: createServer((request, response) => ((entry.calls += 1), answer(request, response))),
      };
      await new Promise<void>((resolve) => entry.server.listen(port, '127.0.0.1', resolve));
      this.servers.push(entry);
    }
  }

  get endpoints() {
    return this.servers.map(({ port, zone }) => ({ address: '127.0.0.1', port, zone }));
  }

  /** Calls of each instance since the last question. */
  counted(): readonly number[] {
    return this.servers.map((entry) => {
      const { calls } = entry;
      entry.calls = 0;
      return calls;
    });
  }

  stop(zone?: string): void {
    for (const entry of this.servers) {
      if (zone !== undefined && entry.zone !== zone) continue;
      entry.server.closeAllConnections();
      entry.server.close();
    }
  }
}

test('calls stay in the gateway’s zone as far as the load stays even, and leave it when its instance dies', async () => {
  const bundle = buildBundle(gateway.platformOf([credit]), { zones: true });
  gateway.writeBundle(bundle);
  await gateway.untilServing(bundle);
  const zones = new Zones();
  await zones.start(['a', 'b', 'b', 'c', 'c', 'c']);
  try {
    const CALLS = 240;
    const rounds = async (): Promise<readonly number[]> => {
      zones.counted();
      for (let round = 0; round < CALLS / 10; round++)
        expect((await many('score', 10)).map(({ status }) => status)).toEqual(Array(10).fill(200));
      return zones.counted().map((calls) => calls / CALLS);
    };
    gateway.writeEndpoints({ 'credit-v1-0-0': zones.endpoints });
    await until(async () => (await gateway.envoy.stat('cluster.credit-v1-0-0.membership_total')) === 6);
    // Nobody said where gateways stand: every instance the same.
    for (const share of await rounds()) expect(Math.abs(share - 1 / 6)).toBeLessThan(0.12);

    gateway.writeAtomically(BundleFile.zones, '{"own":"a","gateways":{"a":1,"b":1,"c":1}}');
    await until(async () => (await gateway.envoy.admin('/config_dump?include_eds')).includes('"load_balancing_weight": 479167'));
    const [a = 0, b1 = 0, b2 = 0, ...c] = await rounds();
    expect(Math.abs(a - 0.479)).toBeLessThan(0.08);
    expect(b1 + b2).toBeLessThan(0.08);
    for (const share of c) expect(Math.abs(share - 0.5 / 3)).toBeLessThan(0.12);

    zones.stop('a');
    const [gone = 0, ...others] = await rounds();
    expect(gone).toBe(0);
    expect(others.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  } finally {
    zones.stop();
  }
}, 40_000);
