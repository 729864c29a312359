import { artifactArguments, chunkName } from '../../../core/contract/artifact-fetch';
import { versionName } from '../../../core/contract/names';
import { programCommand } from '../../../core/contract/programs';
import { finding, type Finding } from '../../../core/findings/finding';
import { planFindings } from '../../../core/findings/plan';
import type { ResolvedArtifact, ResolvedStack } from '../../../schema/resolved';
import type { k8s } from '../../k8s';
import { emptyDir, hardenedContainer } from '../../shared/hardened-pod';
import { type ImageReference, imageReference, KeaImage } from '../../shared/images';
import { MiB } from '../../shared/quantities';
import { ARTIFACT_FOLDER, fill, type Runtime } from '../runtimes';

/** How one version's artifact gets into its pods. */
export interface ArtifactPlan {
  /** Path of the file or folder inside the server's container. */
  readonly path: string;
  /** Fetches and verifies before the server starts; absent when the image holds the model. */
  readonly init?: k8s.Container;
  readonly volumes: readonly k8s.Volume[];
  /** The server's mount, read-only. */
  readonly mounts: readonly k8s.VolumeMount[];
  /** Chunks of an inline artifact: name of the ConfigMap, data key, base64. */
  readonly chunks: readonly { readonly name: string; readonly key: string; readonly base64: string }[];
  /** TCP ports of the store, empty when nothing is fetched over the network. */
  readonly egressPorts: readonly number[];
  readonly secret?: string;
  readonly claim?: string;
  readonly findings: readonly Finding[];
}

export interface ArtifactInput {
  readonly model: string;
  readonly version: string;
  readonly artifact?: ResolvedArtifact;
  readonly runtime: Runtime;
  readonly stack: Pick<ResolvedStack, 'images' | 'artifacts'>;
  /** Bytes that the artifact's volume may hold. */
  readonly storageBytes: number;
}

/** Bytes of one chunk, so that its ConfigMap stays below 240 KiB after base64; a multiple of 3, so that cut base64 needs no padding. */
export const CHUNK_BYTES = 168 * 1024;

const CREDENTIALS = '/var/run/secrets/kea/store';
const CHUNKS = '/etc/kea/artifact';
const CLAIM = '/mnt/kea/claim';

/** Decides how the artifact travels. Pure. */
export function artifactPlan(input: ArtifactInput): ArtifactPlan {
  const { artifact, runtime } = input;
  if (!artifact) return { path: ARTIFACT_FOLDER, volumes: [], mounts: [], chunks: [], egressPorts: [], findings: [] };
  const scheme = artifact.inline === undefined ? schemeOf(artifact.uri) : 'inline';
  const path = targetPath(input.model, artifact, runtime);
  const image = imageReference(KeaImage.agent, input.stack.images);
  const chunks = scheme === 'inline' ? cut(versionName(input.model, input.version), artifact.inline ?? '') : [];
  const claim = scheme === 'pvc' ? pvcName(artifact.uri) : undefined;
  const remote = scheme === 's3' || scheme === 'https' || scheme === 'oci';
  const secret = remote ? input.stack.artifacts.secret : undefined;
  return {
    path,
    init: fetchContainer(input, artifact, { path, scheme, image, secret: secret !== undefined }),
    volumes: [
      emptyDir('artifact', input.storageBytes),
      ...(chunks.length > 0 ? [chunkVolume(chunks)] : []),
      ...(claim === undefined ? [] : [{ name: 'claim', persistentVolumeClaim: { claimName: claim, readOnly: true } }]),
      ...(secret === undefined ? [] : [{ name: 'store', secret: { secretName: secret, defaultMode: 0o440 } }]),
    ],
    mounts: [{ name: 'artifact', mountPath: ARTIFACT_FOLDER, readOnly: true }],
    chunks,
    egressPorts: remote ? portsOf(artifact.uri) : [],
    ...(secret === undefined ? {} : { secret }),
    ...(claim === undefined ? {} : { claim }),
    findings: [...image.findings, ...shapeFindings(input, artifact, scheme)],
  };
}

type Scheme = 's3' | 'https' | 'oci' | 'pvc' | 'file' | 'inline';

function schemeOf(uri: string): Scheme {
  const scheme = /^([a-z0-9]+):\/\//.exec(uri)?.[1];
  return scheme === 's3' || scheme === 'https' || scheme === 'oci' || scheme === 'pvc' ? scheme : 'file';
}

/** A target that ends in `/` takes the name of the file in the address, or `model` for a folder. */
function targetPath(model: string, artifact: ResolvedArtifact, runtime: Runtime): string {
  const target = fill(runtime.artifact.target, { model, artifact: '', port: runtime.port });
  if (!target.endsWith('/')) return target;
  const last =
    artifact.uri
      .replace(/[?#].*$/, '')
      .split('/')
      .pop() ?? '';
  const name = (artifact.localPath ?? '').split(/[/\\]/).pop() || last;
  return `${target}${artifact.isFolder || !/^[\w.-]+$/.test(name) ? 'model' : name}`;
}

function fetchContainer(
  input: ArtifactInput,
  artifact: ResolvedArtifact,
  how: { readonly path: string; readonly scheme: Scheme; readonly image: ImageReference; readonly secret: boolean },
): k8s.Container {
  return hardenedContainer({
    name: 'artifact-fetch',
    image: how.image.reference,
    command: programCommand('artifact-fetch'),
    args: artifactArguments({
      uri: how.scheme === 'inline' ? 'inline://' : artifact.uri,
      ...(artifact.sha256 === undefined ? {} : { sha256: artifact.sha256 }),
      isFolder: artifact.isFolder,
      target: how.path,
      maxBytes: input.storageBytes,
      ...(how.secret ? { credentials: CREDENTIALS } : {}),
      ...(how.scheme === 'inline' ? { chunks: CHUNKS } : {}),
      ...(how.scheme === 'pvc' ? { claim: CLAIM } : {}),
    }),
    resources: { cpuMillis: 100, memoryBytes: 256 * MiB, ephemeralStorageBytes: input.storageBytes },
    volumeMounts: [
      { name: 'artifact', mountPath: ARTIFACT_FOLDER },
      ...(how.scheme === 'inline' ? [{ name: 'chunks', mountPath: CHUNKS, readOnly: true }] : []),
      ...(how.scheme === 'pvc' ? [{ name: 'claim', mountPath: CLAIM, readOnly: true }] : []),
      ...(how.secret ? [{ name: 'store', mountPath: CREDENTIALS, readOnly: true }] : []),
    ],
  });
}

function cut(name: string, base64: string): { readonly name: string; readonly key: string; readonly base64: string }[] {
  const length = (CHUNK_BYTES / 3) * 4;
  const count = Math.max(1, Math.ceil(base64.length / length));
  return Array.from({ length: count }, (_, index) => ({
    name: `${name}-artifact-${index}`,
    key: chunkName(index),
    base64: base64.slice(index * length, (index + 1) * length),
  }));
}

function chunkVolume(chunks: readonly { readonly name: string }[]): k8s.Volume {
  return { name: 'chunks', projected: { defaultMode: 0o440, sources: chunks.map(({ name }) => ({ configMap: { name } })) } };
}

function pvcName(uri: string): string {
  return uri.slice('pvc://'.length).split('/')[0] ?? '';
}

/** The port that the address names, else 443; an S3 store in the cluster is often MinIO on 9000. */
function portsOf(uri: string): number[] {
  if (uri.startsWith('s3://')) return [443, 9000];
  const port = /^[a-z]+:\/\/[^/]*:([0-9]+)\//.exec(uri)?.[1];
  return [port === undefined ? 443 : Number(port)];
}

function shapeFindings(input: ArtifactInput, artifact: ResolvedArtifact, scheme: Scheme): Finding[] {
  const { model, runtime } = input;
  const what = `version ${input.version} of "${model}"`;
  const stays =
    scheme === 'file'
      ? [finding(planFindings.artifactStaysHere, { message: `${what}: its artifact is a file of this machine`, model })]
      : [];
  const shape = runtime.artifact.shape;
  const wrong = (shape === 'file' && artifact.isFolder) || (shape === 'folder' && !artifact.isFolder);
  if (!wrong) return stays;
  const message = `${what}: artifact "${artifact.uri}" is a ${artifact.isFolder ? 'folder' : 'file'}, ${runtime.title} takes a ${shape}`;
  return [...stays, finding(planFindings.artifactShape, { message, model })];
}
