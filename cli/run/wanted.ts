import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf } from '../../core/digests';
import { finding, type Finding, type Place } from '../../core/findings/finding';
import { runFindings } from '../../core/findings/run';
import type { BundleContract, BundleMethod, BundlePart, BundleVersion } from '../../core/contract/bundle';
import type { JsonObject, JsonSchema } from '../../core/json';
import type { ResolvedModel, ResolvedPlatform, ResolvedVersion } from '../../schema/resolved';

/** One version that should answer, and all that starting and judging it needs. */
export interface WantedVersion {
  readonly model: string;
  readonly contract: string;
  readonly version: string;
  /** Changes whenever another server would be needed. */
  readonly key: string;
  /** Changes whenever the examples must be sent anew. */
  readonly proof: string;
  readonly place: Place;
  readonly serves: BundleVersion;
  readonly methods: readonly BundleMethod[];
  readonly schemas: { readonly [digest: string]: JsonSchema };
  /** Longest time until its server is ready, milliseconds. */
  readonly loadMs: number;
  readonly launch: Launch;
}

/** How a version is served on this machine. */
export type Launch =
  | { readonly kind: 'onnx'; readonly artifact: string; readonly sha256?: string }
  | {
      readonly kind: 'command';
      readonly command: readonly string[];
      readonly folder: string;
      readonly env: { readonly [name: string]: string };
      readonly readyPath: string;
    }
  | { readonly kind: 'none'; readonly reason: string };

/** A model server needs a moment even where the file says that it loads at once. */
const LEAST_LOAD_MS = 20_000;

/** The versions of a platform, each with its part of the bundle. */
export function wantedVersions(root: string, platform: ResolvedPlatform, parts: readonly BundlePart[]): readonly WantedVersion[] {
  return parts.flatMap(({ contract, schemas }) => {
    const model = platform.models.find(({ name }) => name === contract.model);
    const resolved = model?.contracts.find((each) => each.contract === contract.contract);
    return contract.versions.flatMap((serves) => {
      const version = resolved?.versions.find((each) => each.version === serves.version);
      return model && version ? [wanted(root, model, contract, version, serves, schemas)] : [];
    });
  });
}

function wanted(
  root: string,
  model: ResolvedModel,
  contract: BundleContract,
  version: ResolvedVersion,
  serves: BundleVersion,
  schemas: { readonly [digest: string]: JsonSchema },
): WantedVersion {
  const launch = launchOf(root, model, version);
  return {
    model: model.name,
    contract: contract.contract,
    version: version.version,
    key: digestOf({ cluster: serves.cluster, launch: { ...launch }, digest: serves.digest }),
    proof: digestOf(contract.methods.map(proofOf)),
    place: placeOf(root, model, contract.contract, version.version),
    serves,
    methods: contract.methods,
    schemas,
    loadMs: Math.max(version.runtime.loadSeconds * 1000, LEAST_LOAD_MS),
    launch,
  };
}

/** What decides how an example is answered; roles, limits and cache do not. */
function proofOf({ method, call, examples, requestSchema, responseSchema }: BundleMethod): JsonObject {
  return { method, call, examples, requestSchema, responseSchema } as unknown as JsonObject;
}

function launchOf(root: string, model: ResolvedModel, version: ResolvedVersion): Launch {
  const { runtime, artifact } = version;
  if (runtime.local) {
    const { command } = runtime.local;
    return { kind: 'command', command, folder: join(root, model.folder), env: runtime.env, readyPath: runtime.readyPath ?? '/' };
  }
  if (version.framework !== 'onnx') return { kind: 'none', reason: `the framework ${version.framework} has no server on this machine` };
  const path = artifact?.localPath ?? (artifact?.uri.startsWith('file://') ? fileURLToPath(artifact.uri) : undefined);
  if (path === undefined) return { kind: 'none', reason: `its artifact "${artifact?.uri ?? ''}" is not on this machine` };
  return { kind: 'onnx', artifact: path, ...(artifact?.sha256 ? { sha256: artifact.sha256 } : {}) };
}

function placeOf(root: string, model: ResolvedModel, contract: string, version: string): Place {
  const own = `${model.folder}/${contract}.yaml`;
  return { file: existsSync(join(root, own)) ? own : `${model.folder}/model.yaml`, path: `versions.${version}` };
}

/** What a user hears of a version that has no server here. */
export function cannotRun(version: WantedVersion, reason: string): Finding {
  return finding(runFindings.cannotRunHere, {
    message: `${version.model} ${version.version} is not started: ${reason}`,
    place: version.place,
    model: version.model,
  });
}

export function serverFailed(version: WantedVersion, how: string, log: string, lastWords: string): Finding {
  const words = lastWords.trim() === '' ? '' : `; it said: ${lastWords.trim().replaceAll('\n', ' | ')}`;
  return finding(runFindings.serverFailed, {
    message: `the server of ${version.model} ${version.version} ${how} (${log})${words}`,
    place: version.place,
    model: version.model,
  });
}

export function exampleFailed(version: WantedVersion, method: string, example: string, reason: string): Finding {
  return finding(runFindings.exampleFailed, {
    message: `${version.model} ${version.version} does not answer the example "${example}" of ${method} as it says: ${reason}`,
    place: { ...version.place, path: `methods.${method}.examples` },
    model: version.model,
  });
}
