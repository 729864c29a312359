import { App, Chart } from 'cdk8s';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plan } from '../../../constructs/plan/collect';
import { Platform } from '../../../constructs/platform';
import { decodeIndex, decodePart } from '../../../core/contract/bundle-codec';
import { BundleFile } from '../../../core/contract/bundle-files';
import { mirrorCluster } from '../../../services/processor/cluster/watch';
import { objectJudge } from '../../support/api-objects';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';
import { samplePlatform } from '../../support/platforms';
import { until } from '../../support/until';

let api: ControlPlane;
let folder: string;
const SELECTOR = 'kea.dev/model';

beforeAll(async () => {
  api = await startControlPlane();
  folder = await mkdtemp(join(tmpdir(), 'kea-mirror-'));
}, 90_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await api.stop();
});

/** The gateway's own Service: two pods in two zones. */
function gatewaySlice(zones: readonly string[]): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kea-gateway-x', labels: { 'kubernetes.io/service-name': 'kea-gateway' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: zones.map((zone, at) => ({
      addresses: [`10.2.0.${at + 1}`],
      zone,
      targetRef: { kind: 'Pod', name: `kea-gateway-${at}` },
      conditions: { ready: true },
    })),
  };
}

function slice(addresses: readonly string[]): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'iris-v1-0-0-x', labels: { 'kubernetes.io/service-name': 'iris-v1-0-0', [SELECTOR]: 'iris' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  };
}

/** The gateway's own account, with no more rights than its Role gives. */
async function useGatewayAccount(): Promise<void> {
  const path = '/api/v1/namespaces/kea-system/serviceaccounts/kea-gateway/token';
  const answer = await api.call('POST', path, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
  const token = (answer.body['status'] as { token: string }).token;
  const file = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: api.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(file, JSON.stringify(config));
  process.env['KUBECONFIG'] = file;
}

async function read(file: string): Promise<string> {
  return readFile(join(folder, 'bundle', file), 'utf8').catch(() => '');
}

test('with the rights of its own Role alone, a gateway sees the plan’s bundle and every change of endpoints', async () => {
  const { stack, models } = samplePlatform();
  const chart = new Chart(new App(), 'kea');
  const platform = new Platform(chart, 'platform', { stack, models });
  const objects = plan(chart).objects;
  const wanted = objects.filter(
    (each) =>
      each.kind === 'Namespace' ||
      (['ServiceAccount', 'Role', 'RoleBinding'].includes(each.kind) && each.name.startsWith('kea-gateway')) ||
      (each.kind === 'ConfigMap' && each.name.startsWith('kea-bundle-')),
  );
  const judge = objectJudge(api);
  for (const object of wanted) {
    expect((await judge.create(object.value as Parameters<typeof judge.create>[0])).status).toBe(201);
  }
  const endpoints = '/apis/discovery.k8s.io/v1/namespaces/kea-models/endpointslices';
  await api.call('POST', endpoints, slice(['10.1.0.1']));
  const ownSlices = '/apis/discovery.k8s.io/v1/namespaces/kea-system/endpointslices';
  await api.call('POST', ownSlices, gatewaySlice(['a', 'b']));
  await useGatewayAccount();

  const messages: string[] = [];
  const source = {
    platformNamespace: 'kea-system',
    endpointNamespaces: ['kea-models'],
    endpointSelector: SELECTOR,
    gatewaySelector: 'kubernetes.io/service-name=kea-gateway',
  };
  const mirror = await mirrorCluster(source, join(folder, 'bundle'), (message) => messages.push(message), 'kea-gateway-1');
  try {
    await until(async () => (await read(BundleFile.index)) !== '');
    const index = decodeIndex(await read(BundleFile.index));
    expect(index.digest).toBe(platform.gateway.bundle.index.digest);
    for (const ref of index.parts) {
      const bytes = await readFile(join(folder, 'bundle', BundleFile.part(ref.name, ref.digest)));
      expect(decodePart(bytes, ref.digest).contract.model).toBe(ref.name.replace(/-v\d+$/, ''));
    }
    await until(async () => (await read(BundleFile.endpoints)).includes('10.1.0.1'));
    await api.call('PUT', `${endpoints}/iris-v1-0-0-x`, slice(['10.1.0.2', '10.1.0.3']));
    await until(async () => (await read(BundleFile.endpoints)).includes('10.1.0.3'));
    expect(JSON.parse(await read(BundleFile.endpoints))).toEqual({
      'iris-v1-0-0': [
        { address: '10.1.0.2', port: 8080 },
        { address: '10.1.0.3', port: 8080 },
      ],
    });
    await until(async () => (await read(BundleFile.zones)) === '{"own":"b","gateways":{"a":1,"b":1}}');
    await api.call('PUT', `${ownSlices}/kea-gateway-x`, gatewaySlice(['a', 'b', 'a']));
    await until(async () => (await read(BundleFile.zones)) === '{"own":"b","gateways":{"a":2,"b":1}}');
    const denied = (reason: string): object => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kea-deny-list' },
      data: { 'deny.json': `{"format":1,"entries":[{"sub":"ada","reason":"${reason}"}]}` },
    });
    const maps = '/api/v1/namespaces/kea-system/configmaps';
    expect(await read(BundleFile.deny)).toBe('{"format":1,"entries":[]}');
    await api.call('POST', maps, denied('left'));
    await until(async () => (await read(BundleFile.deny)) === '{"format":1,"entries":[{"sub":"ada","reason":"left"}]}');
    await api.call('PUT', `${maps}/kea-deny-list`, denied('stolen'));
    await until(async () => (await read(BundleFile.deny)).includes('stolen'));
    await api.call('DELETE', `${maps}/kea-deny-list`);
    await until(async () => (await read(BundleFile.deny)) === '{"format":1,"entries":[]}');
    await api.call('DELETE', '/api/v1/namespaces/kea-system/configmaps/kea-bundle-index');
    await until(async () => messages.some((message) => message.includes('no complete index')));
    expect(decodeIndex(await read(BundleFile.index)).digest).toBe(index.digest);
  } finally {
    await mirror.stop();
  }
}, 60_000);
