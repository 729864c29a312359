import { checkArguments, ChecksFile } from '../../../core/contract/example-checks';
import { Port } from '../../../core/contract/ports';
import { grpcPortOf } from '../../../core/contract/protocols';
import { programCommand } from '../../../core/contract/programs';
import { finding, type Finding } from '../../../core/findings/finding';
import { planFindings } from '../../../core/findings/plan';
import { sortedEntries } from '../../../core/order';
import type { ResolvedContract, ResolvedStack, ResolvedVersion } from '../../../schema/resolved';
import { k8s } from '../../k8s';
import { emptyDir, GPU_RESOURCE, hardenedContainer, hardenedPod, httpProbe, nativeSidecar } from '../../shared/hardened-pod';
import { imageReference, type ImageReference, KeaImage, ownImageReference } from '../../shared/images';
import { versionSelector } from '../../shared/labels';
import { MiB } from '../../shared/quantities';
import { argumentsOf, fill, type Runtime } from '../runtimes';
import type { ArtifactPlan } from './artifact';

/** Seconds that Envoy's view of a leaving pod may lag behind: the pod keeps serving that long. */
export const PRE_STOP_SECONDS = 5;
/** Seconds left for the last answers to leave. */
const FLUSH_SECONDS = 5;

/** Containers' names, which transforms and patches may count on. */
export const SERVER_CONTAINER = 'model';
export const CHECK_CONTAINER = 'example-check';

export interface PodInput {
  readonly model: string;
  readonly contract: ResolvedContract;
  readonly version: ResolvedVersion;
  readonly runtime: Runtime;
  readonly artifact: ArtifactPlan;
  /** ConfigMaps of the contract's examples. */
  readonly checks: readonly string[];
  readonly serviceAccount: string;
  readonly stack: ResolvedStack;
}

/** The pod of one version, and what is wrong with it. Pure. */
export function modelPod(input: PodInput): { readonly spec: k8s.PodSpec; readonly findings: readonly Finding[] } {
  const { model, version, runtime, stack } = input;
  const image = serverImage(input);
  const agent = imageReference(KeaImage.agent, stack.images);
  const spec = hardenedPod({
    serviceAccountName: input.serviceAccount,
    initContainers: [...(input.artifact.init ? [input.artifact.init] : []), checkContainer(input, agent)],
    containers: [serverContainer(input, image)],
    volumes: [
      ...input.artifact.volumes,
      { name: 'checks', projected: { defaultMode: 0o440, sources: input.checks.map((name) => ({ configMap: { name } })) } },
      emptyDir('tmp', 256 * MiB),
      ...runtime.caches.map((cache) => emptyDir(cache.name, cache.bytes, cache.memory ? 'Memory' : undefined)),
    ],
    selector: versionSelector(model, version.version),
    terminationGracePeriodSeconds: PRE_STOP_SECONDS + longestSeconds(input.contract) + FLUSH_SECONDS,
    zones: stack.zones,
    ...(runtime.user ? { user: runtime.user } : {}),
    ...(stack.images.pullSecret ? { pullSecret: stack.images.pullSecret } : {}),
    ...(stack.priorityClass ? { priorityClassName: stack.priorityClass } : {}),
    ...gpuPlacement(version),
  });
  return { spec, findings: [...image.findings, ...agent.findings, ...gpuFindings(input)] };
}

function serverImage(input: PodInput): ImageReference {
  const { runtime, version, stack, model } = input;
  if (version.image) return ownImageReference(version.image.reference, stack.images);
  if (runtime.image !== 'model') return imageReference(runtime.image, stack.images);
  const message = `version ${version.version} of "${model}" (${version.framework}) names no image`;
  return { reference: `missing.invalid/${model}:${version.version}`, findings: [finding(planFindings.missingImage, { message, model })] };
}

function serverContainer(input: PodInput, image: ImageReference): k8s.Container {
  const { model, version, runtime, artifact } = input;
  const values = { model, artifact: artifact.path, port: runtime.port };
  const env = { TMPDIR: '/tmp', HOME: '/tmp', ...runtime.env, ...version.runtime.env };
  const grpc = input.contract.grpc === true ? grpcPortOf(version.framework) : undefined;
  const args = [...argumentsOf(runtime, grpc !== undefined).map((arg) => fill(arg, values)), ...version.runtime.args];
  return hardenedContainer({
    name: SERVER_CONTAINER,
    image: image.reference,
    ...(runtime.command ? { command: [...runtime.command] } : {}),
    ...(args.length > 0 ? { args } : {}),
    env: sortedEntries(env).map(([name, value]) => ({ name, value: fill(value, values) })),
    ports: [
      { name: 'http', containerPort: runtime.port, protocol: 'TCP' },
      ...(grpc === undefined ? [] : [{ name: 'grpc', containerPort: grpc, protocol: 'TCP' }]),
      ...(runtime.metrics ? [{ name: 'metrics', containerPort: runtime.metrics.port, protocol: 'TCP' }] : []),
    ],
    resources: {
      cpuMillis: version.resources.cpuMillis,
      memoryBytes: version.resources.memoryBytes,
      ephemeralStorageBytes: version.resources.ephemeralStorageBytes,
      ...(version.resources.gpu ? { gpu: version.resources.gpu } : {}),
    },
    ...probes(runtime, model, version.runtime.loadSeconds),
    volumeMounts: [
      ...artifact.mounts,
      { name: 'tmp', mountPath: '/tmp' },
      ...runtime.caches.map((cache) => ({ name: cache.name, mountPath: cache.path })),
    ],
  });
}

/** Startup gives twice the declared time to load; readiness asks for the model; liveness for the process only. */
function probes(
  runtime: Runtime,
  model: string,
  loadSeconds: number,
): Pick<k8s.Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'> {
  const ready = fill(runtime.health.ready, { model, artifact: '', port: runtime.port });
  const live = fill(runtime.health.live, { model, artifact: '', port: runtime.port });
  const period = loadSeconds <= 60 ? 2 : 5;
  const process = { period: 10, failures: 6, timeout: 5 };
  return {
    startupProbe: httpProbe(ready, 'http', { period, failures: Math.ceil(Math.max(30, 2 * loadSeconds) / period), timeout: 5 }),
    readinessProbe: httpProbe(ready, 'http', { period: 5, failures: 3, timeout: 5 }),
    livenessProbe:
      live === ''
        ? {
            tcpSocket: { port: k8s.IntOrString.fromString('http') },
            periodSeconds: process.period,
            failureThreshold: process.failures,
            timeoutSeconds: process.timeout,
          }
        : httpProbe(live, 'http', process),
  };
}

/**
 * Sends the contract's examples to the server beside it, through the real codec; the pod is Ready only after all came back valid.
 * No startup probe: the server starts only after this container has started.
 */
function checkContainer(input: PodInput, agent: ImageReference): k8s.Container {
  return nativeSidecar({
    name: CHECK_CONTAINER,
    image: agent.reference,
    command: programCommand('example-check'),
    args: checkArguments({ baseUrl: `http://127.0.0.1:${input.runtime.port}`, version: input.version.version, port: Port.exampleCheck }),
    ports: [{ name: 'checks', containerPort: Port.exampleCheck, protocol: 'TCP' }],
    resources: { cpuMillis: 10, memoryBytes: 96 * MiB, ephemeralStorageBytes: 16 * MiB },
    readinessProbe: httpProbe('/ready', 'checks', { period: 5, failures: 2, timeout: 2 }),
    livenessProbe: httpProbe('/live', 'checks', { period: 20, failures: 3, timeout: 2 }),
    volumeMounts: [{ name: 'checks', mountPath: ChecksFile.folder, readOnly: true }],
  });
}

/** The longest call of the contract, in whole seconds. */
export function longestSeconds(contract: ResolvedContract): number {
  return Math.ceil(Math.max(1000, ...contract.methods.map((method) => method.timeoutMs)) / 1000);
}

function gpuPlacement(version: ResolvedVersion): {
  readonly tolerations?: k8s.Toleration[];
  readonly nodeSelector?: { readonly [label: string]: string };
} {
  const gpu = version.resources.gpu;
  if (!gpu) return {};
  return {
    tolerations: [{ key: GPU_RESOURCE, operator: 'Exists', effect: 'NoSchedule' }],
    nodeSelector: gpu.product ? { 'nvidia.com/gpu.product': gpu.product } : { 'nvidia.com/gpu.present': 'true' },
  };
}

function gpuFindings(input: PodInput): Finding[] {
  const { runtime, version, model } = input;
  if (runtime.gpu !== 'required' || version.resources.gpu) return [];
  return [
    finding(planFindings.missingGpu, {
      message: `version ${version.version} of "${model}" runs on ${runtime.title}, which needs a GPU`,
      model,
    }),
  ];
}
