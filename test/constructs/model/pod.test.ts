import { artifactPlan, CHUNK_BYTES } from '../../../constructs/model/render/artifact';
import { checksConfigMaps } from '../../../constructs/model/render/example-checks';
import { fill, runtimeOf, runtimes } from '../../../constructs/model/runtimes';
import { parseArtifactArguments } from '../../../core/contract/artifact-fetch';
import { FRAMEWORKS, protocolOf } from '../../../core/contract/protocols';
import type { JsonObject } from '../../../core/json';
import type { Framework, ResolvedArtifact, ResolvedStack, ResolvedVersion } from '../../../schema/resolved';
import { readChecks } from '../../../services/example-check/read-checks';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameworkVersion, sampleContract, sampleMethod, sampleModel, sampleStack, sampleVersion } from '../../support/platforms';
import { find, modelPlan } from '../../support/trees';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly resources: JsonObject;
  readonly securityContext: JsonObject;
  readonly startupProbe: { readonly failureThreshold: number; readonly periodSeconds: number };
  readonly readinessProbe: JsonObject;
  readonly livenessProbe: JsonObject;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

interface Pod {
  readonly containers: readonly Container[];
  readonly initContainers: readonly (Container & { readonly restartPolicy?: string })[];
  readonly volumes: readonly { readonly name: string; readonly [kind: string]: unknown }[];
  readonly [key: string]: unknown;
}

function podOf(version: ResolvedVersion, over: Partial<ResolvedStack> = {}): Pod {
  const model = sampleModel('m', { contracts: [sampleContract('m', { versions: [version] })] });
  const made = modelPlan({ stack: sampleStack(over), models: [model] }, 'm');
  const deployment = find(made, 'Deployment', `m-v${version.version.replaceAll('.', '-')}`);
  return (deployment.value as unknown as { spec: { template: { spec: Pod } } }).spec.template.spec;
}

function findingsOf(version: ResolvedVersion, over: Partial<ResolvedStack> = {}): string[] {
  const model = sampleModel('m', { contracts: [sampleContract('m', { versions: [version] })] });
  return modelPlan({ stack: sampleStack(over), models: [model] }, 'm').findings.map(
    (each) => `${each.severity} ${each.code} ${each.message}`,
  );
}

const onnx = sampleVersion('m', '1.0.0');

test('memory request equals its limit, CPU has a request and no limit, GPUs stand in limits', () => {
  expect(podOf(onnx).containers[0]?.resources).toEqual({
    requests: { cpu: '500m', memory: '1Gi', 'ephemeral-storage': '2Gi' },
    limits: { memory: '1Gi', 'ephemeral-storage': '2Gi' },
  });
  const gpu = podOf({ ...frameworkVersion('m', 'vllm') });
  expect(gpu.containers[0]?.resources).toMatchObject({ limits: { 'nvidia.com/gpu': 1 } });
  expect(gpu).toMatchObject({
    nodeSelector: { 'nvidia.com/gpu.product': 'NVIDIA-L4' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
  });
});

test.each([...FRAMEWORKS])('%s: every container is restricted, every writable folder has an end', (framework: Framework) => {
  const pod = podOf(frameworkVersion('m', framework));
  expect(pod).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  });
  for (const container of [...pod.initContainers, ...pod.containers]) {
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.image).toMatch(/:[^@/]+@sha256:[0-9a-f]{64}$/);
    expect(new Set(pod.volumes.map((volume) => volume.name))).toEqual(
      new Set([...pod.volumes.map((volume) => volume.name), ...container.volumeMounts.map((mount) => mount.name)]),
    );
  }
  for (const volume of pod.volumes.filter((each) => 'emptyDir' in each)) expect(volume['emptyDir']).toHaveProperty('sizeLimit');
  const [server] = pod.containers;
  expect(server?.readinessProbe).not.toEqual(server?.livenessProbe);
  expect(JSON.stringify(pod)).not.toMatch(/\{(model|artifact|port)\}/);
  const names = server?.env.map((each) => each.name) ?? [];
  expect(names).toEqual([...new Set(names)].sort());
});

test('the artifact is fetched and verified before the server starts, and the server only reads it', () => {
  const pod = podOf(onnx);
  expect(pod.initContainers.map((each) => [each.name, each.restartPolicy])).toEqual([
    ['artifact-fetch', undefined],
    ['example-check', 'Always'],
  ]);
  expect(parseArtifactArguments(pod.initContainers[0]?.args ?? [])).toEqual({
    uri: 's3://ml-artifacts/m/1.0.0/model.onnx',
    sha256: 'b'.repeat(64),
    isFolder: false,
    target: '/artifact/model.onnx',
    maxBytes: 2 * 1024 ** 3,
    credentials: '/var/run/secrets/kea/store',
  });
  expect(pod.containers[0]?.volumeMounts[0]).toEqual({ name: 'artifact', mountPath: '/artifact', readOnly: true });
  expect(pod.containers[0]?.volumeMounts.map((mount) => mount.name)).not.toContain('store');
});

test('startup waits twice the time to load; the grace period exceeds preStop and the longest call', () => {
  const probe = podOf({ ...onnx, runtime: { ...onnx.runtime, loadSeconds: 900 } }).containers[0]?.startupProbe;
  expect((probe?.failureThreshold ?? 0) * (probe?.periodSeconds ?? 0)).toBe(1800);
  const model = sampleModel('m', { contracts: [sampleContract('m', { methods: [sampleMethod('m', { timeoutMs: 90_500 })] })] });
  const spec = find(modelPlan({ stack: sampleStack(), models: [model] }, 'm'), 'Deployment', 'm-v1-0-0').value as unknown as {
    spec: { template: { spec: { terminationGracePeriodSeconds: number; containers: { lifecycle: unknown }[] } } };
  };
  expect(spec.spec.template.spec.terminationGracePeriodSeconds).toBe(5 + 91 + 5);
  expect(spec.spec.template.spec.containers[0]?.lifecycle).toEqual({ preStop: { sleep: { seconds: 5 } } });
});

test("a stack's registry, pull secret, priority class and zones reach the pod", () => {
  const { images } = sampleStack();
  const pod = podOf(onnx, { images: { ...images, registry: 'mirror.example.com/kea', pullSecret: 'pull' }, priorityClass: 'models' });
  expect(pod.containers[0]?.image).toBe(`mirror.example.com/kea/kea-platform/model-server:0.1.0@sha256:${'a'.repeat(64)}`);
  expect(pod).toMatchObject({ imagePullSecrets: [{ name: 'pull' }], priorityClassName: 'models' });
  expect(pod['topologySpreadConstraints']).toHaveLength(2);
  expect(podOf(onnx, { zones: false })['topologySpreadConstraints']).toHaveLength(1);
});

test('what a version or its stack lacks is a finding', () => {
  const { artifact: _artifact, ...bare } = onnx;
  const custom = { ...onnx.scaling, target: { metric: 'rps', value: 50 } } as const;
  expect(findingsOf({ ...onnx, scaling: custom })).toEqual([
    'error KEA2013 version 1.0.0 of "m" scales by rps, and stack "test" names no source under metrics.custom.rps',
  ]);
  expect(findingsOf({ ...onnx, scaling: custom }, { metrics: { monitors: true, custom: { rps: 'prometheus-adapter' } } })).toEqual([]);
  expect(findingsOf({ ...onnx, scaling: { ...onnx.scaling, schedule: [{ cron: '0 8 * * *', min: 5 }] } })).toEqual([
    'error KEA2013 version 1.0.0 of "m" has a scaling schedule, and stack "test" has nothing that could follow it',
  ]);
  expect(findingsOf({ ...frameworkVersion('m', 'vllm'), resources: onnx.resources })).toEqual([
    'error KEA2012 version 1.0.0 of "m" runs on vLLM, which needs a GPU',
  ]);
  expect(findingsOf({ ...onnx, artifact: { uri: 's3://ml-artifacts/m/', isFolder: true } })).toEqual([
    `error KEA2011 version 1.0.0 of "m": artifact "s3://ml-artifacts/m/" is a folder, ${runtimes.onnx.title} takes a file`,
  ]);
  expect(findingsOf({ ...onnx, artifact: { uri: 'inline://sha256/x', isFolder: false } })).toEqual([
    'error KEA2010 version 1.0.0 of "m": its artifact is a file of this machine',
  ]);
  expect(findingsOf({ ...bare, framework: 'container' })).toEqual(['error KEA2016 version 1.0.0 of "m" (container) names no image']);
  expect(findingsOf({ ...onnx }, { images: { unpinned: 'warn', digests: {} } })).toEqual([
    'warning KEA2007 image "ghcr.io/kea-platform/model-agent" has no digest',
    'warning KEA2007 image "ghcr.io/kea-platform/model-server" has no digest',
  ]);
});

const plan = (artifact: ResolvedArtifact) =>
  artifactPlan({ model: 'm', version: '1.0.0', artifact, runtime: runtimes.sklearn, stack: sampleStack(), storageBytes: 1024 });

test('an inline artifact travels in ConfigMaps whose pieces join to the same bytes', () => {
  const bytes = Buffer.from(Array.from({ length: 2 * CHUNK_BYTES + 5 }, (_, index) => index % 251));
  const { chunks, egressPorts, secret } = plan({ uri: 'inline://sha256/x', isFolder: false, inline: bytes.toString('base64') });
  expect(chunks.map((chunk) => [chunk.name, chunk.key])).toEqual([
    ['m-v1-0-0-artifact-0', 'chunk-000'],
    ['m-v1-0-0-artifact-1', 'chunk-001'],
    ['m-v1-0-0-artifact-2', 'chunk-002'],
  ]);
  expect(Buffer.concat(chunks.map((chunk) => Buffer.from(chunk.base64, 'base64'))).equals(bytes)).toBe(true);
  expect([egressPorts, secret]).toEqual([[], undefined]);
});

test('a claim is mounted into the fetch alone; the network is not needed', () => {
  const made = plan({ uri: 'pvc://models/churn/model.joblib', isFolder: false });
  expect([made.claim, made.egressPorts, made.path]).toEqual(['models', [], '/artifact/model.joblib']);
  expect(made.mounts.map((mount) => mount.name)).toEqual(['artifact']);
});

test.each([
  ['https://example.com:8443/a/model.bst?x=1', [8443], '/artifact/model.bst'],
  ['https://example.com/a/model.bst', [443], '/artifact/model.bst'],
  ['oci://registry.example.com/models/churn@sha256:ab', [443], '/artifact/model'],
  ['s3://bucket/churn.ubj', [443, 9000], '/artifact/churn.ubj'],
])('%s is reached on %j and lands at %s', (uri, ports, path) => {
  const made = plan({ uri, isFolder: false });
  expect([made.egressPorts, made.path]).toEqual([ports, path]);
});

test('large examples travel gzipped and cut, and the sidecar reads them back', async () => {
  const noise = Array.from({ length: 60_000 }, (_, index) => Math.sin(index));
  const contract = sampleContract('m', { methods: [sampleMethod('m', { examples: [{ name: 'large', request: { noise } }] })] });
  const maps = checksConfigMaps('m', contract);
  expect(maps.map((map) => map.name)).toEqual(maps.map((_, index) => (index === 0 ? 'm-v1-checks' : `m-v1-checks-${index}`)));
  expect(maps.length).toBeGreaterThan(1);
  const folder = mkdtempSync(join(tmpdir(), 'kea-checks-'));
  for (const map of maps)
    for (const [file, base64] of Object.entries(map.binaryData ?? {})) writeFileSync(join(folder, file), Buffer.from(base64, 'base64'));
  const checks = await readChecks(folder);
  rmSync(folder, { recursive: true });
  expect(checks.methods[0]?.examples).toEqual([{ name: 'large', request: { noise } }]);
  expect(Object.keys(checks.versions)).toEqual(['1.0.0']);
});

test('the table holds every framework, with a protocol and an honest mark', () => {
  expect(Object.keys(runtimes).sort()).toEqual([...FRAMEWORKS].sort());
  expect(
    Object.entries(runtimes)
      .filter(([, runtime]) => runtime.proof === 'ran')
      .map(([name]) => name),
  ).toEqual(['onnx']);
  expect(FRAMEWORKS.map((framework) => `${framework} ${protocolOf(framework)}`)).toContain('tensorflow tfserving');
  expect(runtimeOf('container', { port: 9000, readyPath: '/up' })).toMatchObject({ port: 9000, health: { ready: '/up' } });
  expect(fill('--name={model} {artifact} {port}', { model: 'm', artifact: '/a', port: 1 })).toBe('--name=m /a 1');
});

test('a contract that opens gRPC has its port on the pod, the Service and in the policy', () => {
  const open = (grpc: boolean): ReturnType<typeof modelPlan> => {
    const contract = sampleContract('m', { versions: [frameworkVersion('m', 'triton')], ...(grpc ? { grpc } : {}) });
    return modelPlan({ stack: sampleStack(), models: [sampleModel('m', { contracts: [contract] })] }, 'm');
  };
  const seen = (grpc: boolean): readonly string[] => {
    const made = open(grpc);
    const text = (kind: string, name: string): string => JSON.stringify(find(made, kind, name).value);
    const version = made.objects.map((each) => each.value).find((each) => each['kind'] === 'Deployment');
    const name = (version?.['metadata'] as { name: string } | undefined)?.name ?? '';
    return [text('Deployment', name), text('Service', name), text('NetworkPolicy', 'm-from-gateway')];
  };
  for (const part of seen(true)) expect(part).toContain('"grpc"');
  for (const part of seen(false)) expect(part).not.toContain('"grpc"');
  expect(seen(true)[0]).toContain('--allow-grpc=true","--grpc-port=8001');
  expect(seen(true)[0]).not.toContain('--allow-grpc=false');
  expect(seen(false)[0]).toContain('--allow-grpc=false');
});
