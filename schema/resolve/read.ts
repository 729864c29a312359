import { compareVersions, type Parsed } from '../../core/names';
import { parseBytes, parseCpu, parseDuration } from '../../core/quantities';
import { byBytes, sortedEntries, sortedObject } from '../../core/order';
import { methodRole } from '../../core/contract/names';
import type { BundleRouting } from '../../core/contract/bundle';
import type {
  Framework,
  ResolvedArtifact,
  ResolvedContract,
  ResolvedImage,
  ResolvedMethod,
  ResolvedResources,
  ResolvedScaling,
  ResolvedStack,
  ResolvedVersion,
} from '../resolved';
import { bundleCall } from './call';
import { graphOf } from './derived';
import type { FullContract, FullMethod, FullVersion } from './full';
import { artifactKey, type ArtifactFile, type ModelSources } from './sources';

/**
 * Turns a checked full contract into what everything downstream reads: quantities parsed, names in order, versions that this stack does not
 * deploy left out. Only for contracts without errors; what a check refuses is not handled again here.
 */
export function readContract(
  contract: string,
  full: FullContract,
  sources: Pick<ModelSources, 'name' | 'files'>,
  stack: ResolvedStack,
  derived: boolean,
): ResolvedContract {
  const deployed = deployedVersions(full);
  const graph = graphOf(contract, deployed, sources.files);
  const first = full.versions[deployed[0] as string] as FullVersion;
  return {
    contract,
    versions: deployed.map((version) =>
      readVersion(sources.name, version, full.versions[version] as FullVersion, sources.files.get(artifactKey(contract, version)), stack),
    ),
    routing: readRouting(full.routing),
    methods: sortedEntries(full.methods).map(([name, method]) => ({
      ...readMethod(sources.name, name, method),
      call: must(bundleCall(name, method, first.runtime.framework as Framework, graph), `call of ${name}`),
    })),
    ...(Object.keys(full.fronts).length > 0 ? { fronts: full.fronts } : {}),
    ...(full.grpc ? { grpc: true } : {}),
    ...(full.slo ? { slo: readSlo(full.slo) } : {}),
    audit: full.audit,
    lifecycle: {
      ...(full.lifecycle.deprecated === undefined ? {} : { deprecated: full.lifecycle.deprecated }),
      ...(full.lifecycle.sunset === undefined ? {} : { sunset: full.lifecycle.sunset }),
      retired: full.lifecycle.retired,
    },
    derived,
  };
}

/** Versions that weights, shadow or match name, in semantic-version order. */
export function deployedVersions({ routing, versions }: Pick<FullContract, 'routing' | 'versions'>): readonly string[] {
  const named = new Set([
    ...Object.keys(routing.weights ?? {}),
    ...Object.keys(routing.shadow),
    ...routing.match.map((each) => each.version),
  ]);
  return Object.keys(versions)
    .filter((version) => named.has(version))
    .sort(compareVersions);
}

function readRouting(routing: FullContract['routing']): BundleRouting {
  return {
    weights: sortedObject(routing.weights ?? {}),
    sticky: routing.sticky,
    match: routing.match.map(({ header, equals, version }) => ({ header, equals, version })),
    shadow: sortedObject(routing.shadow),
  };
}

function readVersion(
  model: string,
  version: string,
  full: FullVersion,
  file: ArtifactFile | undefined,
  stack: ResolvedStack,
): ResolvedVersion {
  const { runtime } = full;
  const framework = runtime.framework as Framework;
  return {
    version,
    framework,
    runtime: {
      loadSeconds: Math.ceil(duration(runtime.loadTime) / 1000),
      concurrency: runtime.concurrency,
      ...(runtime.queue === undefined ? {} : { queue: runtime.queue }),
      env: sortedObject(runtime.env),
      args: runtime.args,
      ...(runtime.local ? { local: { command: runtime.local.command } } : {}),
      ...(runtime.port === undefined ? {} : { port: runtime.port }),
      ...(runtime.readyPath === undefined ? {} : { readyPath: runtime.readyPath }),
      ...(runtime.source !== undefined && runtime.class !== undefined ? { python: { source: runtime.source, class: runtime.class } } : {}),
    },
    ...(full.artifact && framework !== 'container' && framework !== 'python' ? { artifact: readArtifact(full.artifact, file, stack) } : {}),
    ...(framework === 'container' || framework === 'python' ? { image: imageOf(full.image ?? `${model}:${version}`, stack) } : {}),
    resources: readResources(full.resources),
    scaling: readScaling(full.scaling),
  };
}

function readArtifact(
  artifact: NonNullable<FullVersion['artifact']>,
  file: ArtifactFile | undefined,
  stack: ResolvedStack,
): ResolvedArtifact {
  if (file === undefined) {
    return {
      uri: artifact.uri,
      ...(artifact.sha256 === undefined ? {} : { sha256: artifact.sha256 }),
      isFolder: artifact.uri.endsWith('/'),
    };
  }
  const { sha256, isFolder, bytes } = file.digest;
  const { store } = stack.artifacts;
  return {
    uri: store === undefined ? `inline://sha256/${sha256}` : `${store.replace(/\/+$/, '')}/sha256/${sha256}`,
    sha256,
    isFolder,
    localPath: file.localPath,
    ...(file.inline === undefined ? {} : { inline: file.inline }),
    bytes,
  };
}

/** The image as written, or with the digest that the lock file has for it. A check refuses what stays without one. */
export function imageOf(image: string, stack: Pick<ResolvedStack, 'images'>): ResolvedImage {
  const locked = image.includes('@') ? undefined : stack.images.digests[image];
  return { reference: locked === undefined ? image : `${image}@${locked}` };
}

function readResources({ cpu, memory, ephemeralStorage, gpu }: FullVersion['resources']): ResolvedResources {
  return {
    cpuMillis: value(parseCpu(cpu)),
    memoryBytes: value(parseBytes(memory)),
    ephemeralStorageBytes: value(parseBytes(ephemeralStorage)),
    ...(gpu ? { gpu: { count: gpu.count, ...(gpu.product === undefined ? {} : { product: gpu.product }) } } : {}),
  };
}

function readScaling({ min, max, target, behaviour, schedule }: FullVersion['scaling']): ResolvedScaling {
  const [metric, aim] = Object.entries(target)[0] as ['cpu', number];
  return {
    min,
    max,
    target: { metric, value: aim },
    behaviour: {
      scaleUpSeconds: Math.ceil(duration(behaviour.scaleUp) / 1000),
      scaleDownSeconds: Math.ceil(duration(behaviour.scaleDown) / 1000),
    },
    schedule: schedule.map((each) => ({ cron: each.cron, min: each.min })),
  };
}

function readMethod(model: string, name: string, full: FullMethod): Omit<ResolvedMethod, 'call'> {
  return {
    method: name,
    summary: full.summary,
    request: must(full.request, `request of ${name}`),
    response: must(full.response, `response of ${name}`),
    responseCheck: full.responseCheck,
    roles: full.public ? [] : [methodRole(model, name), ...[...full.roles].sort(byBytes)],
    public: full.public,
    cache:
      full.cache.scope === 'none'
        ? { scope: 'none' }
        : {
            scope: full.cache.scope,
            ttlSeconds: Math.ceil(duration(must(full.cache.ttl, `cache.ttl of ${name}`)) / 1000),
            ...(full.cache.staleWhileRevalidate === undefined
              ? {}
              : { staleSeconds: Math.ceil(duration(full.cache.staleWhileRevalidate) / 1000) }),
          },
    ...(full.rateLimit ? { rateLimit: readRateLimit(full.rateLimit) } : {}),
    timeoutMs: duration(full.timeout),
    maxBodyBytes: value(parseBytes(full.maxBody)),
    idempotent: full.idempotent,
    retries: full.retries,
    examples: full.examples.map(({ name: example, request, response, tolerance }) => ({
      name: example,
      request,
      ...(response === undefined ? {} : { response }),
      ...(tolerance === undefined ? {} : { tolerance }),
    })),
  };
}

function readRateLimit({ requests, tokens, per, by }: NonNullable<FullMethod['rateLimit']>): NonNullable<ResolvedMethod['rateLimit']> {
  return { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }), per, by };
}

function readSlo({ availability, latency }: NonNullable<FullContract['slo']>): NonNullable<ResolvedContract['slo']> {
  const { p50, p95, p99 } = latency ?? {};
  return {
    ...(availability === undefined ? {} : { availability }),
    ...(latency
      ? {
          latency: {
            ...(p50 === undefined ? {} : { p50Ms: duration(p50) }),
            ...(p95 === undefined ? {} : { p95Ms: duration(p95) }),
            ...(p99 === undefined ? {} : { p99Ms: duration(p99) }),
          },
        }
      : {}),
  };
}

function duration(text: string): number {
  return value(parseDuration(text));
}

function value<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(`a quantity ${parsed.reason}, which the check "quantities" should have refused`);
  return parsed.value;
}

function must<T>(given: T | undefined, what: string): T {
  if (given === undefined) throw new Error(`the ${what} is missing, which a check should have refused`);
  return given;
}
