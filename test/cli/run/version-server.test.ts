import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asRefusal } from '../../../cli/run/disk-full';
import { freePorts } from '../../../cli/run/ports';
import { Refusal } from '../../../cli/refusal';
import { VersionServer } from '../../../cli/run/version-server';
import type { RunEvent } from '../../../cli/run/events';
import type { Launch, WantedVersion } from '../../../cli/run/wanted';

let logs: string;
beforeEach(() => (logs = mkdtempSync(join(tmpdir(), 'kea-logs-'))));
afterEach(() => rmSync(logs, { recursive: true }));

function wanted(launch: Launch, answer: unknown = { doubled: 4 }): WantedVersion {
  return {
    model: 'twice',
    contract: 'v1',
    version: '1.0.0',
    key: 'key',
    proof: 'proof',
    place: { file: 'models/twice/model.yaml', path: 'versions.1.0.0' },
    serves: { version: '1.0.0', cluster: 'twice-v1-0-0', digest: '0', protocol: 'json', runtimeModel: 'twice', concurrency: 1 },
    methods: [
      {
        method: 'double',
        summary: '',
        roles: [],
        public: true,
        requestSchema: 'request',
        responseSchema: 'response',
        responseCheck: 'none',
        call: { kind: 'json', path: '/double' },
        idempotent: true,
        cache: { scope: 'none' },
        timeoutMs: 1000,
        maxBodyBytes: 1000,
        retries: 0,
        examples: [{ name: 'two', request: { number: 2 }, response: answer as never }],
      },
    ],
    schemas: { request: {}, response: {} },
    loadMs: 10_000,
    launch,
  };
}

const PROGRAM = `require('node:http').createServer((q, s) => { s.setHeader('content-type', 'application/json'); s.end('{"doubled":4}'); }).listen(process.env.PORT, process.env.HOST)`;

function command(script: string): Launch {
  return { kind: 'command', command: ['node', '-e', script], folder: logs, env: {}, readyPath: '/' };
}

async function server(version: WantedVersion, events: RunEvent[] = []): Promise<VersionServer> {
  const [port = 0] = await freePorts(1);
  return new VersionServer(
    version,
    port,
    logs,
    (event) => events.push(event),
    () => {},
  );
}

test('a version that answers its examples takes calls, and does so again after a death', async () => {
  const events: RunEvent[] = [];
  const twice = await server(wanted(command(PROGRAM)), events);
  expect(await twice.start()).toBeUndefined();
  expect(twice.endpoint).toMatchObject({ address: '127.0.0.1' });
  process.kill(twice.pid ?? 0, 'SIGKILL');
  const deadline = Date.now() + 10_000;
  while (!events.some(({ type }) => type === 'back') && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(events.map(({ type }) => type)).toEqual(['died', 'back']);
  expect(twice.endpoint).toBeDefined();
  await twice.stop();
  expect(twice.endpoint).toBeUndefined();
}, 30_000);

test('a version that answers otherwise takes no calls, and its server is ended', async () => {
  const twice = await server(wanted(command(PROGRAM), { doubled: 5 }));
  expect(await twice.start()).toMatchObject({ code: 'KEA4006', model: 'twice', place: { path: 'methods.double.examples' } });
  expect([twice.endpoint, twice.pid]).toEqual([undefined, undefined]);
}, 30_000);

test('a server that ends at once is a finding with its last words', async () => {
  const twice = await server(wanted(command(`console.error('no such weights'); process.exit(7)`)));
  const found = await twice.start();
  expect(found).toMatchObject({ code: 'KEA4005', severity: 'error' });
  expect(found?.message).toContain('no such weights');
}, 30_000);

test('a program that is not there is a finding', async () => {
  const launch: Launch = { kind: 'command', command: ['no-such-program'], folder: logs, env: {}, readyPath: '/' };
  expect(await (await server(wanted(launch))).start()).toMatchObject({ code: 'KEA4005' });
}, 30_000);

test('a version that this machine cannot run is a warning', async () => {
  const twice = await server(wanted({ kind: 'none', reason: 'the framework vllm has no server on this machine' }));
  expect(await twice.start()).toMatchObject({ code: 'KEA4004', severity: 'warning' });
});

test('a full disk is told as such, other errors are not touched', () => {
  const full = asRefusal(Object.assign(new Error('write'), { code: 'ENOSPC', path: '/x/.kea/bundle/index.json' }));
  expect(full).toBeInstanceOf(Refusal);
  expect((full as Refusal).findings[0]).toMatchObject({
    code: 'KEA4007',
    message: 'there is no space left to write /x/.kea/bundle/index.json',
  });
  const other = new Error('other');
  expect(asRefusal(other)).toBe(other);
});
