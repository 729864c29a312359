import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ContractEvidence } from '../../core/contract/canary';
import { kea, sampleProject } from './call';

const V1 = 'models/risk/credit-score/v1.yaml';
const vectors = JSON.parse(readFileSync('test/vectors/canary-verdict.json', 'utf8')) as readonly {
  readonly name: string;
  readonly evidence: ContractEvidence;
}[];
const evidence = (name: string): ContractEvidence => vectors.find((each) => each.name === name)!.evidence;

// Stands in for the management port of one gateway.
let server: Server;
let url: string;
let contracts: readonly ContractEvidence[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    response.writeHead(request.url === '/-/canary' ? 200 : 404).end(JSON.stringify({ digest: 'd', contracts }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const canary = (cwd: string, verb: string, ...more: readonly string[]) =>
  kea(['canary', verb, 'credit-score', '--contract', 'v1', '--stack', 'prod', '--from', url, ...more], { cwd });

test('status shows what was counted, of all gateways together, and the verdict', async () => {
  contracts = [evidence('a shadow whose answers agree may be promoted')];
  const cwd = sampleProject();
  const { code, stdout, stderr } = await canary(cwd, 'status', '--from', url);
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'verdict on 1.5.0: promote\n' });
  expect(stdout.split('\n').slice(1, 4)).toEqual([
    'version  weight  shadow  answered  failed  p50      p95      agree  differ  failed alone  dropped',
    '1.4.0    100 %   0 %     2000      0       37.5 ms  48.8 ms',
    '1.5.0 *  0 %     20 %    0         0       37.5 ms  48.8 ms  398    2       0             0',
  ]);
  const { stdout: json } = await canary(cwd, 'status', '--output', 'json');
  expect(JSON.parse(json)).toMatchObject({ data: { candidate: '1.5.0', verdict: 'promote', facts: { calls: 200, agreement: 0.995 } } });
}, 20_000);

test('a good version is promoted by rewriting its file, and mirrored to no more', async () => {
  contracts = [evidence('a shadow whose answers agree may be promoted')];
  const cwd = sampleProject();
  const { code, stdout } = await canary(cwd, 'promote', '--weight', '20');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('1.4.0: 80, 1.5.0: 20') });
  expect(readFileSync(join(cwd, V1), 'utf8')).toContain('1.5.0: 20');
}, 20_000);

test('a bad one, and one of which too little is known, is refused with the reasons and nothing is written', async () => {
  const cwd = sampleProject();
  const before = readFileSync(join(cwd, V1), 'utf8');
  contracts = [evidence('several faults are told together')];
  const bad = await canary(cwd, 'promote');
  expect(bad.code).toBe(1);
  expect(bad.stderr).toMatch(/KEA4201[\s\S]*abort: 52.63 % of the answers agree; 99 % must; 5 % of its calls fail/);
  contracts = [evidence('too few calls decide nothing, however bad')];
  expect(await canary(cwd, 'promote')).toMatchObject({ code: 1, stderr: expect.stringContaining('wait: 20 of 100 calls so far') });
  expect(await canary(cwd, 'promote', '--min-calls', '10', '--min-agreement', '0')).toMatchObject({ code: 0 });
  expect(readFileSync(join(cwd, V1), 'utf8')).not.toBe(before);
}, 20_000);

test('abort takes the weight and the shadow away, whatever the verdict', async () => {
  contracts = [evidence('a canary that fails more often is taken back')];
  const cwd = sampleProject();
  const { code, stdout } = await canary(cwd, 'abort');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('1.4.0: 100, 1.5.0: 0') });
}, 20_000);

test('without anybody who can tell, that is said', async () => {
  const cwd = sampleProject();
  contracts = [];
  expect(await canary(cwd, 'status')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/KEA4202[\s\S]*no gateway serves several versions/),
  });
  const dead = ['canary', 'status', 'credit-score', '--stack', 'prod', '--from', 'http://127.0.0.1:1'];
  expect(await kea(dead, { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('http://127.0.0.1:1 does not answer') });
  expect(await kea(['canary', 'status', 'credit-score', '--stack', 'prod'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no platform of this project runs'),
  });
  const cluster = ['canary', 'status', 'credit-score', '--stack', 'prod', '--cluster', 'no-such-context'];
  expect(await kea(cluster, { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('kubectl: ') });
}, 20_000);
